"""Computes advances and side bearings for an even line, without making every glyph equally wide.

A side bearing depends on how open the side is: where the edge recedes (the right of ㄴ, above and below ㅡ) it
shrinks. The mean gap follows the hand's own counters, since a line looks even when the white between glyphs is
like the white within them (Walter Tracy, "Letters of Credit", 1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fontbuild.layout.transform import scale_and_shift
from fontbuild.outlines.outline import BAND_BOTTOM, BAND_COUNT, BAND_UNITS, Outline
from templates import hangul
from templates.signs import MADE_OF_PUNCTUATION, composition_of

_DEEPEST_UNITS = 110.0
"""White farther than this behind a glyph's edge belongs to the glyph, not to the gap."""
_OPEN_SHARE = 0.7
"""Share of a side's openness that its side bearing loses."""
_GAP_SHARE = 0.6
_GAP_UNITS = {"hangul": (46.0, 110.0), "latin": (44.0, 90.0), "sign": (60.0, 100.0)}
_LEAST_BEARING_UNITS = 6.0
_SPACE_SHARE = 0.36
_SPACE_UNITS = (210.0, 310.0)
_DEFAULT_ADVANCE = 600.0
_MATH_SIGNS = frozenset("+<=>×÷±−≠≤≥")

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spacing:
    """The hand's outlines at their final place, and their advances."""

    outlines: list[Outline]
    """x = 0 is the left end of the advance."""
    advances: list[int]
    """Of each outline."""
    space: int
    wide: int
    """Advance of full-width forms and blanks: that of a syllable."""


def apply_spacing(outlines: Sequence[Outline]) -> Spacing:
    """Gives every outline its side bearings, and the font its word space."""
    spaced = list(outlines)
    advances = [0] * len(spaced)
    for script, rows in _by_script(outlines).items():
        if not rows or script == "wide":
            continue
        members = [outlines[row] for row in rows]
        lefts, rights = _bearings(members, _gap(script, members))
        for row, left, right in zip(rows, lefts, rights, strict=True):
            xmin, _, xmax, _ = outlines[row].bounds
            spaced[row] = scale_and_shift(outlines[row], 1.0, float(left) - xmin, 0.0)
            advances[row] = round(float(left) + xmax - xmin + float(right))
    _equal_width(spaced, advances)
    syllables = [advance for outline, advance in zip(spaced, advances, strict=True) if hangul.is_syllable(outline.char)]
    typical = float(np.mean(syllables)) if syllables else _DEFAULT_ADVANCE
    _centre_wide(spaced, advances, typical)
    space = round(float(np.clip(typical * _SPACE_SHARE, *_SPACE_UNITS)))
    return Spacing(spaced, advances, space, round(typical))


def _centre_wide(outlines: list[Outline], advances: list[int], typical: float) -> None:
    """Gives full-width forms a syllable's advance, their ink in its middle."""
    for row, outline in enumerate(outlines):
        if _script(outline.char) == "wide":
            left, _, right, _ = outline.bounds
            advances[row] = max(round(typical), round(right - left + 2 * _LEAST_BEARING_UNITS))
            outlines[row] = scale_and_shift(outline, 1.0, (advances[row] - left - right) / 2, 0.0)


def _equal_width(outlines: list[Outline], advances: list[int]) -> None:
    """Gives signs of arithmetic, which stand in columns, the widest one's advance, their ink in its middle."""
    rows = [row for row, outline in enumerate(outlines) if outline.char in _MATH_SIGNS]
    widest = max((advances[row] for row in rows), default=0)
    for row in rows:
        outlines[row] = scale_and_shift(outlines[row], 1.0, (widest - advances[row]) / 2, 0.0)
        advances[row] = widest


def _by_script(outlines: Sequence[Outline]) -> dict[str, list[int]]:
    """Returns the indices of the outlines by script."""
    rows: dict[str, list[int]] = {"hangul": [], "latin": [], "sign": [], "wide": []}
    for row, outline in enumerate(outlines):
        rows[_script(outline.char)].append(row)
    return rows


def _script(char: str) -> str:
    """Names the group of outlines that one rhythm is measured from."""
    if is_korean(char):
        return "hangul"
    if char.isascii() or char in MADE_OF_PUNCTUATION:
        return "latin"
    parts = composition_of(char)
    return "wide" if parts is not None and parts.how == "wide" else "sign"


def is_korean(char: str) -> bool:
    """Returns whether the character is a syllable or a lone jamo; Latin, digits and signs are not."""
    return hangul.is_syllable(char) or char in hangul.COMPATIBILITY_JAMO


def _gap(script: str, members: Sequence[Outline]) -> float:
    """Returns the mean white between two neighbours, from the median white between two strokes of one glyph."""
    counters = [outline.counter for outline in members if outline.counter > 0]
    low, high = _GAP_UNITS[script]
    return float(np.clip(np.median(counters) * _GAP_SHARE, low, high)) if counters else low


def _bearings(members: Sequence[Outline], gap: float) -> tuple[Float64Array, Float64Array]:
    edges = np.array([outline.edges for outline in members])
    boxes = np.array([outline.bounds for outline in members])
    heights = BAND_BOTTOM + (np.arange(BAND_COUNT) + 0.5) * BAND_UNITS
    zone = (heights > np.median(boxes[:, 1])) & (heights < np.median(boxes[:, 3]))
    left = _openness(edges[:, zone, 0] - boxes[:, None, 0])
    right = _openness(boxes[:, None, 2] - edges[:, zone, 1])
    typical = (np.median(left) + np.median(right)) / 2
    return (
        np.maximum(gap / 2 - _OPEN_SHARE * (left - typical), _LEAST_BEARING_UNITS),
        np.maximum(gap / 2 - _OPEN_SHARE * (right - typical), _LEAST_BEARING_UNITS),
    )


def _openness(depth: Float64Array) -> Float64Array:
    """Returns the mean white behind the outermost point of a side, no band counting for more than _DEEPEST_UNITS."""
    filled = np.where(np.isnan(depth), _DEEPEST_UNITS, depth)
    openness: Float64Array = np.clip(filled, 0, _DEEPEST_UNITS).mean(axis=1)
    return openness
