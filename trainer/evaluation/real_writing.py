"""Real people's writing as hands: an index of pictures of whole cells, ink dark, with the character and the writer.

    sonmat evaluate --real INDEX.csv --set 256 --out out/bench-real

    file,char,writer
    anna/가.png,가,anna

A picture is a cell; where the writer puts a letter in it, and how large, belongs to the hand. Some letters of each
writer count as written, the generator draws the others.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from generator.frame import Frame
from generator.references import parts_of
from templates.charset import hangul_set
from templates.errors import PersonError
from templates.glyphs import GlyphImage, GlyphSet
from templates.hangul import SYLLABLES, is_syllable, layout
from trainer.evaluation.bench import Bench, Hand, measure_hands, unseen_syllables
from trainer.evaluation.judges import Judges
from trainer.evaluation.methods import METHODS
from trainer.evaluation.report import Report

COLUMNS = ("file", "char", "writer")
DARKEST_SHARE = 0.15
"""The writer's full ink is the grey that this share of the ink's pixels reaches."""
EDGE_CONTRAST = 4.0
"""How much steeper the edge of a coarse scan is made about one half, which is where a tracer cuts."""
HELD_SHARE = 2 / 7
"""Of a writer who wrote no more than was asked for: 8 of 28."""
LEAST_LETTERS = 6
LEAST_DRAWN = 120
"""So many letters are drawn; where fewer are held out, letters that the writer never wrote make up for them."""


class RealIndexError(PersonError):
    """The index of real writing, or a picture it names, cannot be used."""

    code = "evaluate.real_index"


def read_index(index: Path) -> dict[str, dict[str, Path]]:
    """The pictures of each writer by character; of two with one character the later wins.

    Raises:
        FileNotFoundError: there is no index.
        RealIndexError: a column is missing, a picture is not there, or a writer wrote too few syllables.
    """
    writers: dict[str, dict[str, Path]] = {}
    with index.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise RealIndexError(
                f"{index}: '{', '.join(sorted(missing))}' 열이 없습니다. 첫 줄을 '{','.join(COLUMNS)}'로 쓰세요.",
                f"{index} has no column {', '.join(sorted(missing))}; let the first line be {','.join(COLUMNS)}.",
            )
        for row in rows:
            path = index.parent / (row["file"] or "")
            if not path.is_file():
                raise RealIndexError(
                    f"{index} {rows.line_num}째 줄: 그림 {path}이(가) 없습니다. 경로를 고치세요.",
                    f"{index}, line {rows.line_num}: there is no picture {path}; correct the path.",
                )
            if is_syllable(row["char"] or ""):
                writers.setdefault(row["writer"], {})[row["char"]] = path
    for writer, pictures in writers.items():
        if len(pictures) < LEAST_LETTERS:
            raise RealIndexError(
                f"{index}: {writer}의 음절이 {len(pictures)}개뿐입니다. {LEAST_LETTERS}개 이상 있어야 합니다.",
                f"{index}: {writer} wrote only {len(pictures)} syllables; add some until there are {LEAST_LETTERS}.",
            )
    return writers


def _grey(path: Path) -> NDArray[np.uint8]:
    raw = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if raw is None:
        raise RealIndexError(
            f"{path}은(는) 그림이 아닙니다. PNG나 JPEG로 저장하세요.", f"{path} is no picture; save it as PNG or JPEG."
        )
    return np.asarray(raw, np.uint8)


def open_writer(writer: str, pictures: Mapping[str, Path]) -> GlyphSet:
    """A writer's letters as glyphs in their cells, ink from 0 (paper) to 255 (the writer's full ink).

    Paper is each picture's median grey. Full ink is one grey for all pictures of the writer: a faint pen
    becomes black, but a letter that was written more faintly than the others stays so.

    Raises:
        RealIndexError: a file is no picture.
    """
    greys = {char: _grey(path) for char, path in pictures.items()}
    depth = {char: np.clip(float(np.median(grey)) - grey.astype(np.float32), 0, None) for char, grey in greys.items()}
    full = _full_ink(list(depth.values()))
    return GlyphSet.of(writer, [_glyph(char, ink / full) for char, ink in depth.items()])


def _full_ink(depths: Sequence[NDArray[np.float32]]) -> float:
    """How much darker than paper the writer's ink is where it is whole."""
    every = np.clip(np.concatenate([depth.ravel() for depth in depths]), 0, 255).astype(np.uint8)
    edge, _ = cv2.threshold(every[None], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = every[every > edge]
    return max(float(np.quantile(ink, 1 - DARKEST_SHARE)), 1.0) if len(ink) else 1.0


def _glyph(char: str, share: NDArray[np.float32]) -> GlyphImage:
    height, width = share.shape
    ink = np.round(np.clip((share - 0.5) * EDGE_CONTRAST + 0.5, 0, 1) * 255).astype(np.uint8)
    return GlyphImage(char, ink, float(height), ((width - height) / 2, 0.0))


def choose_written(chars: Sequence[str], count: int) -> list[str]:
    """``count`` of the characters that show as many jamo in as many layouts as they can, in their own order.

    Each is the one that adds most to those before it; what is left out is what a sheet could best do without.
    """
    parts, layouts = parts_of(chars), np.array([layout(char) for char in chars])
    shown = [
        {place for role, part in enumerate(row) for place in ((role, int(part)), (role, int(part), int(kind)))}
        for row, kind in zip(parts, layouts, strict=True)
    ]
    left, seen, chosen = list(range(len(chars))), set[tuple[int, ...]](), list[int]()
    for _ in range(min(count, len(chars))):
        best = max(left, key=lambda row: (len(shown[row] - seen), -row))
        seen |= shown[best]
        left.remove(best)
        chosen.append(best)
    return [chars[row] for row in sorted(chosen)]


def split_letters(chars: Sequence[str], wanted: int) -> tuple[list[str], list[str]]:
    """The letters that count as written, ``wanted`` of them or the most that leaves some out; and those held out."""
    count = min(wanted, round((1 - HELD_SHARE) * len(chars)))
    written = choose_written(chars, count)
    return written, [char for char in chars if char not in set(written)]


def open_hand(index: Path, everything: GlyphSet, wanted: int) -> tuple[Hand, GlyphSet]:
    """A writer's hand, and the sheet of the letters that count as written."""
    written, held = split_letters(list(everything), wanted)
    sheet = GlyphSet.of(everything.name, [everything[char] for char in written])
    frame = Frame.fit(sheet.values())
    pictures = {char: frame.picture(glyph) for char, glyph in everything.items()}
    more = unseen_syllables(frozenset(SYLLABLES), list(everything), max(0, LEAST_DRAWN - len(held)))
    own, real = (np.stack([pictures[char] for char in chars]) for chars in (written, held))
    return Hand(everything.name, index, written, own, held, real, more), sheet


def evaluate_real(
    index: Path,
    out: Path,
    *,
    written: str = "256",
    hands: Sequence[str] = (),
    methods: Sequence[str] = METHODS,
    device: str = "auto",
    console: Console | None = None,
) -> Report:
    """Runs the benchmark on real people's writing and saves its report in ``out``.

    Args:
        index: of the pictures; all its writers are candidates for the writer judge.
        written: the set whose number of letters counts as written; 5 of 7 of a writer who wrote no more than that.
        hands: names of the writers to measure; none for all.

    Raises:
        FileNotFoundError: there is no index, or no writer of these names in it.
        RealIndexError: the index or a picture cannot be used.
    """
    writers = read_index(index)
    if missing := set(hands) - set(writers):
        raise FileNotFoundError(f"{index}: no writer named {', '.join(sorted(missing))}")
    wanted = len(hangul_set(written))
    subjects = {name: open_hand(index, open_writer(name, pictures), wanted) for name, pictures in writers.items()}
    bench = Bench({name: hand.own for name, (hand, _) in subjects.items()}, Judges.load())
    chosen = (subject for name, subject in subjects.items() if not hands or name in hands)
    return measure_hands(bench, chosen, Report(written), out, methods, device, console or Console())
