"""Signs beside Hangul, ASCII and jamo: which of them a font has, and how a pen writes them.

``signs`` lists them. ``strokes_by_sign`` gives the centre lines of those that are written stroke by stroke; all others
are composed of other characters (``composition_of``), according to the Unicode Character Database: ⓒ is a c in a
circle, ㎞ is k and m.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO

WEB = (
    "¡«®»¿™©ⓒ▲▶♥•※◀★♡ㆍ×→▼\u3000↑☆「」㈜①②■【】°↓③☎☞『』・ー‹›∼△▷▽●♪。》㎡℃④◆○♬、《！（）｜Ⅱ∨⊙⑤┗♀："
    "´₩€←ⓘ│└▒◇◈♣㎞，′⑥♂＆？～⑦□▣☜〈〉＞˚Ⅰ↔㎝＂＜"
)
"""Signs among the 2,000 characters that Korean web pages use most, accented letters left out."""
EVERYDAY = "¢£¤¥±¶÷‒―†‡‣‥″℉↕↖↗↘↙−≠≤≥◦❌⸺⸻〔〕✓✔㊞№½¼¾²³¹§¬¯¦"
"""Further signs of everyday Korean typesetting."""
KS_X_1001_ROWS = (1, 2, 3, 4, 5, 7, 8, 9)
"""Rows of the Korean national character set without box drawing, kana, Cyrillic and hanja."""
FILLER = "\u3164"
"""The Hangul filler: a blank as wide as a syllable."""
BLANK = ("\u3000", FILLER)
"""Signs without ink, as wide as a syllable."""

Points = NDArray[np.float64]
"""(N, 2): x, y in the side of the square that a syllable fills, y down."""


class Mark(StrEnum):
    """What a stroke leaves."""

    LINE = "line"
    DOT = "dot"
    AREA = "area"
    ERASED = "erased"
    LETTERS = "letters"


@dataclass(frozen=True, eq=False)
class SignStroke:
    """One stroke of a sign.

    Attributes:
        mark: what it leaves.
        points: its centre line; of an area the outline; of letters the two corners of their box.
        is_closed: whether the line ends where it began.
        text: the letters that fill the box.
    """

    mark: Mark
    points: Points
    is_closed: bool = False
    text: str = ""


@dataclass(frozen=True)
class SignComposition:
    """The characters that a sign is composed of, and how; ``how`` is a tag of the Unicode Character Database."""

    how: str
    text: str


def _row(number: int) -> str:
    signs = []
    for cell in range(0xA1, 0xFF):
        try:
            signs.append(bytes([0xA0 + number, cell]).decode("euc_kr"))
        except UnicodeDecodeError:
            continue
    return "".join(signs)


def _accented() -> str:
    """Returns the letters of Latin-1 Supplement."""
    return "".join(chr(code) for code in range(0xC0, 0x100) if chr(code) not in "×÷")


@cache
def signs() -> tuple[str, ...]:
    """Lists all signs of a font, the most common first."""
    known = {*ASCII_PRINTABLE, *COMPATIBILITY_JAMO, *MADE_OF_PUNCTUATION}
    every = WEB + EVERYDAY + _accented() + "".join(map(_row, KS_X_1001_ROWS)) + FILLER
    return tuple(dict.fromkeys(sign for sign in every if sign not in known))


MADE_OF_PUNCTUATION = "‘’“”…·–—"
"""Signs that fontbuild makes of the outlines of the hand's comma, stop and hyphen."""
_LETTERS_WITH_STROKE = {"Đ": "D", "đ": "d", "Ð": "D", "Ħ": "H", "ħ": "h", "Ł": "L", "ł": "l", "Ø": "O", "ø": "o"}
_LETTERS_WITH_STROKE |= {"Ŧ": "T", "ŧ": "t"}
_LIGATURES = {"Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe"}
_GREEK_LIKE_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_WIDE = {"￠": "¢", "￡": "£", "￥": "¥", "￦": "₩", "￢": "¬", "￣": "¯"}
_CONJOINING = {unicodedata.normalize("NFKC", jamo): jamo for jamo in COMPATIBILITY_JAMO}
"""Jamo as Unicode decomposes to them, and as they are written alone."""


@cache
def composition_of(sign: str) -> SignComposition | None:
    """Returns the composition of a sign; None for one with strokes of its own or without ink."""
    if sign in strokes_by_sign() or sign in BLANK:
        return None
    if sign in _LETTERS_WITH_STROKE:
        return SignComposition("stroke", _LETTERS_WITH_STROKE[sign])
    if sign in _LIGATURES:
        return SignComposition("ligature", _LIGATURES[sign])
    if sign in _GREEK_LIKE_LATIN:
        return SignComposition("same", _GREEK_LIKE_LATIN[sign])
    if sign in _WIDE:
        return SignComposition("wide", _WIDE[sign])
    if sign == "\u00ad":
        return SignComposition("same", "-")
    decomposition = unicodedata.decomposition(sign)
    if not decomposition:
        return None
    first, *rest = decomposition.split()
    codes = rest if first.startswith("<") else [first, *rest]
    how = first.strip("<>") if first.startswith("<") else "accent" if rest else "same"
    text = "".join(chr(int(code, 16)) for code in codes)
    return SignComposition(how, "".join(_CONJOINING.get(char, char) for char in text))


@cache
def strokes_by_sign() -> dict[str, tuple[SignStroke, ...]]:
    """Loads the strokes of every sign that has its own, in writing order.

    Raises:
        ValueError: a line of the table cannot be read; the message has its number.
    """
    text = (resources.files("templates") / "data" / "signs.txt").read_text(encoding="utf-8")
    table: dict[str, tuple[SignStroke, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            sign, rest = line.split(" ", 1)
            table[sign] = _turned(table, rest) if rest.startswith("=") else tuple(map(_stroke, rest.split(";")))
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"signs.txt, line {number}: {line!r}: {error}") from error
    return table


_TURNS = {
    "mirror": np.array([[-1.0, 0.0], [0.0, 1.0]]),
    "flip": np.array([[1.0, 0.0], [0.0, -1.0]]),
    "half": np.array([[-1.0, 0.0], [0.0, -1.0]]),
    "left": np.array([[0.0, 1.0], [-1.0, 0.0]]),
    "right": np.array([[0.0, -1.0], [1.0, 0.0]]),
}


def _turned(table: dict[str, tuple[SignStroke, ...]], rest: str) -> tuple[SignStroke, ...]:
    _, other, *turn = rest.split()
    matrix = _TURNS[turn[0]] if turn else np.eye(2)
    middle = np.array([0.5, 0.5])
    return tuple(
        SignStroke(stroke.mark, (stroke.points - middle) @ matrix.T + middle, stroke.is_closed)
        for stroke in table[other]
    )


def _stroke(text: str) -> SignStroke:
    kind, *given = text.split()
    if kind == "G":
        return SignStroke(Mark.LETTERS, _points(given[1]).reshape(2, 2), text=given[0])
    mark = {"F": Mark.AREA, "X": Mark.ERASED}.get(kind[0], Mark.LINE) if len(kind) > 1 else Mark.LINE
    points = np.concatenate([_points(pair) for pair in given]).reshape(-1)
    match kind[-1]:
        case "D":
            return SignStroke(Mark.DOT, points.reshape(1, 2))
        case "E":
            return SignStroke(mark, _ellipse(*points.tolist()), is_closed=True)
        case "L":
            return SignStroke(mark, points.reshape(-1, 2))
        case "P":
            return SignStroke(mark, points.reshape(-1, 2), is_closed=True)
        case "S" | "C":
            is_closed = kind[-1] == "C"
            return SignStroke(mark, _smooth(points.reshape(-1, 2), is_closed=is_closed), is_closed)
    raise ValueError(f"no kind of stroke {kind!r}")


def _points(text: str) -> Points:
    return np.array([float(number) for number in text.split(",")]) / 100


def _ellipse(x: float, y: float, half_width: float, half_height: float) -> Points:
    """Returns an ellipse from the top counter-clockwise, as Koreans write ㅇ."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.column_stack([x - half_width * np.sin(angle), y - half_height * np.cos(angle)])


_STEPS = 10
"""Points for each piece of a smooth curve."""


def _smooth(points: Points, *, is_closed: bool) -> Points:
    """Returns a Catmull-Rom curve through the points; a point given twice is a corner."""
    ends = (points[-1:], points[:2]) if is_closed else (points[:1], points[-1:])
    padded = np.concatenate([ends[0], points, ends[1]])
    pieces = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if np.array_equal(start, end):
            continue
        leave = np.zeros(2) if np.array_equal(before, start) and _is_corner(points, start) else (end - before) / 2
        arrive = np.zeros(2) if np.array_equal(after, end) and _is_corner(points, end) else (after - start) / 2
        t = np.linspace(0, 1, _STEPS, endpoint=False)[:, None]
        pieces.append(
            (2 * t**3 - 3 * t**2 + 1) * start
            + (t**3 - 2 * t**2 + t) * leave
            + (3 * t**2 - 2 * t**3) * end
            + (t**3 - t**2) * arrive
        )
    return np.concatenate(pieces if is_closed else [*pieces, points[-1:]])


def _is_corner(points: Points, point: Points) -> bool:
    return bool((points == point).all(axis=1).sum() > 1)
