"""Jamo as strokes of the pen in writing order: the school forms and the forms of a hurried hand.

A form is a list of strokes, a stroke a row of points in the jamo's box, 0 to 100 across and down. A point with
``~`` before it is passed on a curve; at the others the pen turns a corner. Doubled consonants and clusters are
two consonants side by side; a mixed vowel is a horizontal and a vertical one, each with a box of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from templates.hangul import COMPATIBILITY_JAMO


class Place(Enum):
    """Where a jamo stands: some are written otherwise beside another than above or below it."""

    ANY = "any"
    BESIDE = "beside"
    """Left of a vertical vowel, as the ㄱ of 가; right of an initial, as the ㅓ of 거."""
    STACKED = "stacked"
    """Above a vowel or at the bottom, as in 고, 악; right of a horizontal vowel, as the ㅓ of 궈."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """The points of one stroke in the unit box (N, 2), and which of them are passed on a curve (N,)."""

    points: NDArray[np.float64]
    curved: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Form:
    """One way to write a jamo.

    Attributes:
        hurry: how hurried a hand mostly writes so, from 0 (at school) to 1.
        place: where it is written so.
    """

    strokes: tuple[Stroke, ...]
    hurry: float = 0.0
    place: Place = Place.ANY


_CIRCLE = "50 0 ~15 14 ~0 50 ~15 86 ~50 100 ~85 86 ~100 50 ~85 14 50 0"
_SMALL_CIRCLE = "50 42 ~27 50 ~19 71 ~28 93 ~50 100 ~72 93 ~81 71 ~73 50 50 42"

_B, _S = Place.BESIDE, Place.STACKED
_TABLE: dict[str, list[tuple[float, Place, str]]] = {
    "ㄱ": [
        (0.0, _B, "5 5 90 5 ~76 52 18 100"),
        (0.0, _S, "0 5 95 5 92 100"),
        (0.6, _B, "0 18 ~60 4 90 8 ~74 52 38 100"),
        (0.6, _S, "0 20 ~74 2 ~96 18 80 100"),
        (0.9, Place.ANY, "8 22 ~50 2 ~88 14 ~72 60 52 100"),
    ],
    "ㄴ": [
        (0.0, Place.ANY, "5 0 5 92 100 90"),
        (0.5, Place.ANY, "10 0 ~5 72 ~20 96 100 80"),
        (0.9, Place.ANY, "15 0 ~10 60 ~36 98 100 52"),
    ],
    "ㄷ": [
        (0.0, Place.ANY, "5 5 95 5 | 5 5 5 95 98 95"),
        (0.5, Place.ANY, "0 8 90 4 12 16 ~4 82 ~22 97 100 86"),
        (0.8, Place.ANY, "92 8 ~32 2 ~4 50 ~30 100 100 86"),
    ],
    "ㄹ": [
        (0.0, Place.ANY, "5 3 95 3 95 48 | 5 48 95 48 | 5 48 5 97 98 97"),
        (0.35, Place.ANY, "5 5 92 3 88 46 8 50 5 96 100 94"),
        (0.6, Place.ANY, "5 10 ~86 2 ~72 36 10 54 ~80 48 ~60 76 ~6 93 100 92"),
        (0.75, Place.ANY, "5 8 90 4 12 50 85 46 8 95 100 90"),
        (0.95, Place.ANY, "10 14 ~90 6 ~44 48 ~86 56 ~12 90 100 94"),
    ],
    "ㅁ": [
        (0.0, Place.ANY, "5 5 5 95 | 5 5 95 5 95 95 | 5 95 95 95"),
        (0.4, Place.ANY, "6 2 5 96 | 6 8 ~88 3 94 18 90 94 2 97"),
        (0.6, Place.ANY, "6 4 8 92 ~28 97 92 90 | 6 8 ~86 3 94 16 92 98"),
        (0.9, Place.ANY, "14 5 ~4 50 ~16 94 ~80 96 ~96 44 ~78 6 8 10"),
    ],
    "ㅂ": [
        (0.0, Place.ANY, "8 0 8 100 | 92 0 92 100 | 8 48 92 48 | 8 96 92 96"),
        (0.4, Place.ANY, "8 0 8 95 92 95 92 0 | 8 48 92 48"),
        (0.6, Place.ANY, "8 0 10 96 | 8 52 90 46 | 92 0 90 94 8 96"),
        (0.9, Place.ANY, "10 0 ~8 78 ~26 98 ~80 94 94 4 ~84 44 14 52"),
    ],
    "ㅅ": [
        (0.0, Place.ANY, "55 0 ~44 46 0 100 | 46 42 ~70 72 100 100"),
        (0.5, Place.ANY, "60 0 ~34 66 0 100 | 38 54 100 88"),
        (0.8, Place.ANY, "50 0 ~36 60 2 94 ~34 62 ~50 50 ~70 62 100 96"),
    ],
    "ㅇ": [
        (0.0, Place.ANY, _CIRCLE),
        (0.4, Place.ANY, "55 2 ~12 18 ~0 55 ~20 92 ~55 100 ~92 80 ~98 45 78 14"),
        (0.5, Place.ANY, "45 5 ~5 35 ~10 80 ~50 100 ~95 70 ~90 20 ~55 0 18 14"),
        (0.8, Place.ANY, "30 0 ~0 50 ~40 100 ~95 60 ~60 14 12 32"),
    ],
    "ㅈ": [
        (0.0, Place.ANY, "5 6 92 4 ~62 52 0 100 | 48 50 100 100"),
        (0.0, Place.ANY, "5 5 95 5 | 52 5 ~44 52 0 100 | 46 48 ~70 74 100 100"),
        (0.7, Place.ANY, "5 10 88 5 ~54 52 4 95 ~34 66 ~56 54 100 92"),
    ],
    "ㅊ": [
        (0.0, Place.ANY, "50 0 53 13 | 5 26 92 25 ~62 62 0 100 | 48 60 100 100"),
        (0.0, Place.ANY, "34 2 66 2 | 5 24 92 24 ~62 62 0 100 | 48 62 100 100"),
        (0.0, Place.ANY, "50 0 53 13 | 5 26 95 26 | 52 26 ~44 64 0 100 | 46 60 ~70 80 100 100"),
        (0.7, Place.ANY, "46 0 56 14 | 5 30 88 26 ~54 64 4 96 ~36 74 ~56 64 100 94"),
        (0.9, Place.ANY, "52 0 8 30 90 24 ~54 64 4 96 ~36 74 ~56 64 100 94"),
    ],
    "ㅋ": [
        (0.0, _B, "5 5 90 5 ~76 52 18 100 | 8 48 80 44"),
        (0.0, _S, "0 5 95 5 92 100 | 4 50 92 46"),
        (0.6, Place.ANY, "0 14 ~66 3 90 10 ~80 54 56 100 | 4 54 80 44"),
        (0.9, Place.ANY, "5 10 88 4 16 50 80 42 ~70 76 46 100"),
    ],
    "ㅌ": [
        (0.0, Place.ANY, "5 5 95 5 | 8 48 90 48 | 5 5 5 95 98 95"),
        (0.3, Place.ANY, "5 4 95 4 | 8 5 6 95 98 94 | 8 48 88 46"),
        (0.6, Place.ANY, "5 5 90 3 | 8 42 85 38 10 56 ~5 88 ~24 97 100 90"),
        (0.9, Place.ANY, "88 6 ~20 2 ~12 40 74 46 ~12 56 ~6 90 ~40 100 100 90"),
    ],
    "ㅍ": [
        (0.0, Place.ANY, "2 5 98 5 | 30 5 32 94 | 70 5 68 94 | 0 97 100 97"),
        (0.5, Place.ANY, "2 6 98 2 | 32 6 34 90 | 68 4 62 88 2 98 100 92"),
        (0.9, Place.ANY, "2 8 96 2 34 10 32 84 68 8 60 86 0 98 100 92"),
    ],
    "ㅎ": [
        (0.0, Place.ANY, f"50 0 51 14 | 5 28 95 28 | {_SMALL_CIRCLE}"),
        (0.1, Place.ANY, f"32 1 68 1 | 5 25 95 25 | {_SMALL_CIRCLE}"),
        (0.5, Place.ANY, "46 0 56 14 | 4 28 92 23 ~34 46 ~17 74 ~48 100 ~82 76 ~66 50 38 47"),
        (0.8, Place.ANY, "52 0 10 28 92 22 ~32 50 ~24 88 ~72 97 ~78 62 34 50"),
        (0.9, Place.ANY, "30 6 66 2 20 34 90 26 ~38 50 ~22 84 ~64 98 ~80 66 40 52"),
    ],
    "ㅣ": [(0.0, Place.ANY, "50 0 50 100")],
    "ㅏ": [(0.0, Place.ANY, "35 0 35 100 | 35 46 100 46"), (0.8, Place.ANY, "35 0 34 98 ~42 60 100 40")],
    "ㅑ": [
        (0.0, Place.ANY, "35 0 35 100 | 35 34 100 34 | 35 58 100 58"),
        (0.7, Place.ANY, "35 0 35 100 | 35 36 100 30 40 62 100 54"),
    ],
    "ㅓ": [
        (0.0, _B, "0 46 65 46 | 65 0 65 100"),
        (0.8, _B, "0 52 60 42 65 0 62 100"),
        (0.0, _S, "0 76 65 76 | 65 0 65 100"),
    ],
    "ㅕ": [
        (0.0, Place.ANY, "0 34 65 34 | 0 58 65 58 | 65 0 65 100"),
        (0.7, Place.ANY, "0 36 60 30 4 62 62 54 | 65 0 64 100"),
    ],
    "ㅐ": [
        (0.0, Place.ANY, "15 3 15 95 | 15 48 85 48 | 85 0 85 100"),
        (0.7, Place.ANY, "15 5 14 94 ~24 56 78 36 85 0 84 100"),
    ],
    "ㅒ": [
        (0.0, Place.ANY, "15 3 15 95 | 15 36 85 36 | 15 60 85 60 | 85 0 85 100"),
        (0.7, Place.ANY, "15 5 15 94 | 16 38 80 32 18 62 82 54 | 86 0 84 100"),
    ],
    "ㅔ": [
        (0.0, _B, "0 48 48 48 | 48 4 48 95 | 95 0 95 100"),
        (0.8, _B, "0 54 42 42 48 6 46 94 94 0 94 100"),
        (0.0, _S, "0 76 48 76 | 48 4 48 95 | 95 0 95 100"),
    ],
    "ㅖ": [
        (0.0, Place.ANY, "0 36 48 36 | 0 60 48 60 | 48 4 48 95 | 95 0 95 100"),
        (0.7, Place.ANY, "0 38 46 32 2 62 48 54 | 50 6 48 94 | 95 0 95 100"),
    ],
    "ㅗ": [(0.0, Place.ANY, "50 0 50 95 | 0 98 100 98"), (0.7, Place.ANY, "52 0 ~48 74 ~28 98 0 100 100 88")],
    "ㅛ": [
        (0.0, Place.ANY, "33 0 33 95 | 67 0 67 95 | 0 98 100 98"),
        (0.6, Place.ANY, "32 0 32 92 | 68 0 60 88 0 98 100 92"),
        (0.9, Place.ANY, "30 4 30 84 66 4 58 88 0 98 100 90"),
    ],
    "ㅜ": [(0.0, Place.ANY, "0 3 100 3 | 50 3 50 100"), (0.7, Place.ANY, "0 10 100 2 ~62 24 50 100")],
    "ㅠ": [
        (0.0, Place.ANY, "0 3 100 3 | 33 3 31 96 | 67 3 67 100"),
        (0.6, Place.ANY, "0 6 100 2 | 36 6 ~26 84 ~42 60 68 6 66 100"),
    ],
    "ㅡ": [(0.0, Place.ANY, "0 50 100 50"), (0.6, Place.ANY, "0 58 ~50 42 100 48")],
}

PAIRS: dict[str, tuple[str, str]] = {
    **{double: (single, single) for double, single in zip("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ", strict=True)},
    **dict(
        zip("ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", zip("ㄱㄴㄴㄹㄹㄹㄹㄹㄹㄹㅂ", "ㅅㅈㅎㄱㅁㅂㅅㅌㅍㅎㅅ", strict=True), strict=True)
    ),
}
"""Doubled consonants and clusters: the left and the right one."""

MIXED_VOWELS: dict[str, tuple[str, str]] = dict(
    zip("ㅘㅙㅚㅝㅞㅟㅢ", zip("ㅗㅗㅗㅜㅜㅜㅡ", "ㅏㅐㅣㅓㅔㅣㅣ", strict=True), strict=True)
)
"""Mixed vowels: the horizontal and the vertical one they are made of."""


def _parse(text: str) -> Stroke:
    tokens = text.split()
    across, down = tokens[::2], tokens[1::2]
    points = np.array([(float(x.lstrip("~")), float(y)) for x, y in zip(across, down, strict=True)]) / 100
    return Stroke(points, np.array([x.startswith("~") for x in across]))


def simple_parts(jamo: str) -> tuple[str, ...]:
    """The simple jamo that a jamo is written with, in writing order: ㄺ -> ㄹ, ㄱ; ㅘ -> ㅗ, ㅏ; ㄴ -> ㄴ."""
    return PAIRS.get(jamo) or MIXED_VOWELS.get(jamo) or (jamo,)


@cache
def forms(jamo: str) -> tuple[Form, ...]:
    """The ways to write a simple jamo, school forms first.

    Raises:
        KeyError: not a simple jamo (see ``simple_parts``).
    """
    return tuple(Form(tuple(map(_parse, text.split("|"))), hurry, place) for hurry, place, text in _TABLE[jamo])


def forms_at(jamo: str, place: Place) -> tuple[Form, ...]:
    """The ways to write a simple jamo at a place."""
    return tuple(form for form in forms(jamo) if form.place in (Place.ANY, place))


def school_strokes(jamo: str) -> int:
    """How many strokes any of the 51 jamo has as it is taught."""
    return sum(len(forms(part)[0].strokes) for part in simple_parts(jamo))


def all_simple() -> Iterable[str]:
    """The simple jamo, in the order of Unicode."""
    return (jamo for jamo in COMPATIBILITY_JAMO if simple_parts(jamo) == (jamo,))
