"""Where the parts of a syllable stand in the em square, as one writer proportions them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from templates.hangul import FINALS, INITIALS, MEDIALS, MedialClass, decompose, is_syllable, medial_class
from templates.jamo_strokes import MIXED_VOWELS, PAIRS, Place


class Box(NamedTuple):
    """Left, top, right and bottom in the em, y downwards."""

    left: float
    top: float
    right: float
    bottom: float


class Part(NamedTuple):
    """A simple jamo, how it stands to its neighbours, its box, and its role in the syllable."""

    jamo: str
    place: Place
    box: Box
    role: str


_VERTICAL = {"ㅣ": (0.58, 0.70, 0.90), "ㅏㅑ": (0.52, 0.55, 0.98), "ㅓㅕ": (0.52, 0.48, 0.95)}
_VERTICAL |= {"ㅐㅒ": (0.46, 0.50, 0.96), "ㅔㅖ": (0.45, 0.44, 0.95)}
_RIGHT_OF_INITIAL = {vowel: sides for vowels, sides in _VERTICAL.items() for vowel in vowels}
"""The initial's right side, the vowel's left and right side."""

_MIXED_SIDES = {"ㅣ": (0.70, 0.92), "ㅏ": (0.62, 1.0), "ㅐ": (0.62, 0.98), "ㅓ": (0.50, 0.90), "ㅔ": (0.48, 0.96)}
_BELOW_OPEN = {"ㅗ": (0.50, 0.88), "ㅛ": (0.50, 0.88), "ㅜ": (0.56, 1.0), "ㅠ": (0.56, 1.0), "ㅡ": (0.60, 0.80)}
_BELOW_CLOSED = {"ㅗ": (0.34, 0.58), "ㅛ": (0.34, 0.58), "ㅜ": (0.40, 0.64), "ㅠ": (0.40, 0.64), "ㅡ": (0.42, 0.54)}


@dataclass(frozen=True)
class Proportions:
    """One writer's way with the parts of a syllable; all in em, or as factors.

    Attributes:
        initial, final: size of the consonants.
        final_right, final_down: how far the final is moved.
        stem: length of vertical vowels; they keep their top.
        stem_right: how far vertical vowels stand from the initial.
        bar: length of horizontal vowels.
        pair_gap: gap between the consonants of a pair, as a share of their box.
        squeeze: height of closed syllables.
    """

    initial: float = 1.0
    final: float = 1.0
    final_right: float = 0.0
    final_down: float = 0.0
    stem: float = 1.0
    stem_right: float = 0.0
    bar: float = 1.0
    pair_gap: float = 0.12
    squeeze: float = 1.0

    @classmethod
    def draw(cls, random: np.random.Generator, hurry: float) -> Proportions:
        """A new writer's proportions."""
        free = 0.5 + 0.7 * hurry
        normal = random.normal
        return cls(
            initial=float(np.exp(normal(0, 0.11 * free))),
            final=float(np.exp(normal(-0.06, 0.2 * free))),
            final_right=float(normal(0.05 * hurry, 0.06 * free)),
            final_down=float(normal(0.02 * hurry, 0.05 * free)),
            stem=float(np.clip(np.exp(normal(-0.04, 0.12 * free)), 0.6, 1.35)),
            stem_right=float(normal(0, 0.035 * free)),
            bar=float(np.clip(np.exp(normal(-0.08, 0.14 * free)), 0.5, 1.2)),
            pair_gap=float(random.uniform(0.04, 0.22)),
            squeeze=float(np.exp(normal(0, 0.07 * free))),
        )


def _resized(box: Box, factor_x: float, factor_y: float, right: float = 0.0, down: float = 0.0) -> Box:
    x, y = (box.left + box.right) / 2 + right, (box.top + box.bottom) / 2 + down
    half_x, half_y = factor_x * (box.right - box.left) / 2, factor_y * (box.bottom - box.top) / 2
    return Box(x - half_x, y - half_y, x + half_x, y + half_y)


def _consonant(jamo: str, place: Place, box: Box, role: str, gap: float) -> list[Part]:
    if jamo not in PAIRS:
        return [Part(jamo, place, box, role)]
    width, middle = box.right - box.left, (box.left + box.right) / 2
    wide = 0.08 * width
    left = Box(box.left - wide, box.top, middle - gap * width / 2, box.bottom)
    right = Box(middle + gap * width / 2, box.top, box.right + wide, box.bottom)
    return [Part(PAIRS[jamo][0], place, left, role), Part(PAIRS[jamo][1], place, right, role + "2")]


def _medial(vowel: str, closed: bool, ways: Proportions) -> list[Part]:
    below = _BELOW_CLOSED if closed else _BELOW_OPEN
    kind, bottom = medial_class(MEDIALS.index(vowel)), 0.58 if closed else 1.0
    if kind is MedialClass.HORIZONTAL:
        return [
            Part(vowel, Place.STACKED, _resized(Box(0.02, below[vowel][0], 0.98, below[vowel][1]), ways.bar, 1), "h")
        ]
    if kind is MedialClass.VERTICAL:
        _, left, right = _RIGHT_OF_INITIAL[vowel]
        box = Box(left + ways.stem_right, 0.0, right + ways.stem_right, bottom * ways.stem)
        return [Part(vowel, Place.BESIDE, box, "v")]
    under, beside = MIXED_VOWELS[vowel]
    left, right = _MIXED_SIDES[beside]
    top, end = below[under]
    lower = _resized(Box(0.02, top, 0.60, end - 0.06 * (not closed)), ways.bar, 1)
    upper = Box(left + ways.stem_right, 0.0, right + ways.stem_right, (bottom + 0.04) * ways.stem)
    return [Part(under, Place.STACKED, lower, "mh"), Part(beside, Place.STACKED, upper, "mv")]


def _initial_box(vowel: str, closed: bool) -> Box:
    kind = medial_class(MEDIALS.index(vowel))
    if kind is MedialClass.VERTICAL:
        right = _RIGHT_OF_INITIAL[vowel][0]
        return Box(0.06, 0.03, right, 0.50) if closed else Box(0.06, 0.18, right, 0.80)
    if kind is MedialClass.HORIZONTAL:
        return Box(0.22, 0.0, 0.78, 0.32) if closed else Box(0.2, 0.04, 0.8, 0.46)
    return Box(0.10, 0.0, 0.52, 0.31) if closed else Box(0.08, 0.06, 0.52, 0.45)


def _lone(jamo: str, ways: Proportions) -> list[Part]:
    if jamo not in MEDIALS:
        return _consonant(
            jamo, Place.STACKED, _resized(Box(0.15, 0.15, 0.85, 0.85), ways.initial, ways.initial), "i", 0.1
        )
    moved = {"h": (0.0, -0.22), "v": (-0.28, 0.0), "mh": (0.0, -0.1), "mv": (-0.1, 0.0)}
    return [
        part._replace(box=_resized(part.box, 1, 1, *moved[part.role]))
        for part in _medial(jamo, closed=False, ways=ways)
    ]


def parts_in_place(char: str, ways: Proportions) -> list[Part]:
    """The simple jamo of a syllable or a lone jamo, in writing order, each with its box.

    Raises:
        ValueError: neither a syllable nor one of the 51 jamo.
    """
    if not is_syllable(char):
        if char not in INITIALS + MEDIALS and char not in FINALS:
            raise ValueError(f"{char!r} is neither a syllable nor a jamo")
        return _lone(char, ways)
    jamo = decompose(char)
    vowel, closed = MEDIALS[jamo.medial], jamo.final > 0
    place = Place.STACKED if medial_class(jamo.medial) is MedialClass.HORIZONTAL else Place.BESIDE
    box = _resized(_initial_box(vowel, closed), ways.initial, ways.initial)
    parts = [*_consonant(INITIALS[jamo.initial], place, box, "i", ways.pair_gap), *_medial(vowel, closed, ways)]
    if closed:
        box = _resized(Box(0.2, 0.66, 0.86, 1.0), ways.final, ways.final, ways.final_right, ways.final_down)
        parts += _consonant(FINALS[jamo.final], Place.STACKED, box, "f", ways.pair_gap)
        parts = [
            part._replace(box=part.box._replace(top=part.box.top * ways.squeeze, bottom=part.box.bottom * ways.squeeze))
            for part in parts
        ]
    return parts
