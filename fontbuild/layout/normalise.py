"""Size and place every glyph in the em square without flattening the hand's rhythm.

One scale and one shift for the whole hand; each glyph keeps its own offset and size around that. Only what
lies far outside its kind (a glyph written half out of its cell) is drawn gently towards it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fontbuild.errors import NoInkError
from fontbuild.metrics import HIGHEST, LOWEST
from fontbuild.outlines.outline import BAND_BOTTOM, BAND_COUNT, BAND_UNITS, Outline
from fontbuild.outlines.quadratic import QuadraticContour
from templates import hangul

HANGUL_SIZE = 700
"""Side of the square that has the area of the median common syllable's ink box: pen faces have 620-680, text 860."""
HANGUL_TALLEST = 840
"""A narrow hand grows no taller than this in the median."""
HANGUL_CENTRE = 340
"""Height of the median syllable's middle: beside Latin on its baseline, as in common Korean fonts."""
X_HEIGHT = (330, 500)
"""Latin keeps the hand's scale as long as its x-height falls in here, and its capitals are not too tall."""

CAPITALS_TALLEST = 720
"""Capitals stand no higher than syllables in the median, whatever the x-height."""

_FLAT_BOTTOMED = frozenset("abcdehiklmnorstuvwxzABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
_X_HIGH = frozenset("acemnorsuvwxz")
_CAPITALS = frozenset("ABCDEFGHIKLMNOPRSTUVWXYZ")
_SPREADS = 3.5
"""Within so many robust standard deviations of its kind a glyph stays as it was written."""
_LEAST_PLACE_UNITS = 60.0
_LEAST_SIZE = 0.2
_BEYOND = 0.25
"""Share of an outlier's way beyond the limit that it keeps."""
_BASELINE_KEPT = 0.5
_BASELINE_MOST_UNITS = 18.0
"""A letter keeps half its own hop on the baseline, and no more than this."""

_JAMO_KIND = 6

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Scales:
    """What was decided for the hand as a whole, for the report."""

    hangul: float
    latin: float
    rise: float
    """Upward shift of Hangul in units."""


def normalise(outlines: Sequence[Outline]) -> tuple[list[Outline], Scales]:
    """Scaled and placed outlines in the same order; x still has the hand's own offset.

    Raises:
        NoInkError: there is no outline at all.
    """
    if not outlines:
        raise NoInkError(
            "글꼴로 만들 글씨가 하나도 없습니다. 글자를 쓴 시트의 사진인지 확인하세요.",
            "There is no ink to make a font from. Check that the photos show a filled sheet.",
        )
    korean = [outline for outline in outlines if not outline.char.isascii()]
    latin = [outline for outline in outlines if outline.char.isascii()]
    scale, rise = _hangul_fit([outline for outline in korean if hangul.is_common(outline.char)] or korean)
    in_order = {False: iter(_place_korean(korean, scale, rise))}
    baselines = _baselines(latin)
    latin_scale = _latin_scale(latin, baselines, scale)
    in_order[True] = iter(_place_latin(latin, baselines, latin_scale))
    placed = [_inside(next(in_order[outline.char.isascii()])) for outline in outlines]
    return placed, Scales(scale, latin_scale, rise)


def _hangul_fit(outlines: Sequence[Outline]) -> tuple[float, float]:
    """One scale and upward shift for the hand; scale 1 and no shift where it wrote no Hangul."""
    if not outlines:
        return 1.0, 0.0
    boxes = np.array([outline.bounds for outline in outlines])
    width, height = np.median(boxes[:, 2] - boxes[:, 0]), np.median(boxes[:, 3] - boxes[:, 1])
    scale = min(HANGUL_SIZE / np.sqrt(width * height), HANGUL_TALLEST / height)
    middle = np.median(boxes[:, 1] + boxes[:, 3]) / 2
    return float(scale), float(HANGUL_CENTRE - middle * scale)


def _place_korean(outlines: Sequence[Outline], scale: float, rise: float) -> list[Outline]:
    if not outlines:
        return []
    boxes = np.array([outline.bounds for outline in outlines]) * scale
    kinds = np.array([_kind(outline.char) for outline in outlines])
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    size = np.log(np.maximum(np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]), 1))
    new_middle, new_size = middle.copy(), size.copy()
    for kind in np.unique(kinds):
        members = kinds == kind
        new_middle[members] = _soft_clip(middle[members], _LEAST_PLACE_UNITS)
        new_size[members] = _soft_clip(size[members], _LEAST_SIZE)
    grow = np.exp(new_size - size)
    return [
        moved(outline, scale * float(own), 0.0, float(target - centre * own + rise))
        for outline, own, target, centre in zip(outlines, grow, new_middle, middle, strict=True)
    ]


def _kind(char: str) -> int:
    return hangul.layout(char) if hangul.is_syllable(char) else _JAMO_KIND


def _soft_clip(values: Numbers, least: float) -> Numbers:
    """Draw in what lies more than _SPREADS robust deviations (and more than ``least``) from the median."""
    median = np.median(values)
    limit = max(_SPREADS * 1.4826 * float(np.median(np.abs(values - median))), least)
    away = values - median
    tamed: Numbers = median + np.where(
        np.abs(away) > limit, np.sign(away) * (limit + (np.abs(away) - limit) * _BEYOND), away
    )
    return tamed


def _baselines(latin: Sequence[Outline]) -> dict[str, float]:
    """Where each Latin glyph's own sheet or font has its line, moved to where this hand in fact stands.

    Written and filled-in glyphs have different sheets behind them, so the correction is made by source.
    """
    lines: dict[str, float] = {}
    for source in {outline.source for outline in latin}:
        group = [outline for outline in latin if outline.source == source]
        hops = [outline.bounds[1] - (outline.baseline or 0.0) for outline in group if outline.char in _FLAT_BOTTOMED]
        habit = float(np.median(hops)) if hops else 0.0
        lines |= {outline.char: (outline.baseline or 0.0) + habit for outline in group}
    return lines


def _latin_scale(latin: Sequence[Outline], baselines: dict[str, float], scale: float) -> float:
    x_height, capitals = (_median_height(latin, baselines, kind) * scale for kind in (_X_HIGH, _CAPITALS))
    grow = float(np.clip(x_height, *X_HEIGHT)) / x_height if x_height > 0 else 1.0
    return scale * (min(grow, CAPITALS_TALLEST / capitals) if capitals > 0 else grow)


def _median_height(latin: Sequence[Outline], baselines: Mapping[str, float], kind: Set[str]) -> float:
    """Above the baseline; 0 where the hand has none of the kind."""
    heights = [outline.bounds[3] - baselines[outline.char] for outline in latin if outline.char in kind]
    return float(np.median(heights)) if heights else 0.0


def _place_latin(latin: Sequence[Outline], baselines: dict[str, float], scale: float) -> list[Outline]:
    placed = []
    for outline in latin:
        rise = -baselines[outline.char] * scale
        if outline.char in _FLAT_BOTTOMED:
            hop = outline.bounds[1] * scale + rise
            rise += float(np.clip(hop * _BASELINE_KEPT, -_BASELINE_MOST_UNITS, _BASELINE_MOST_UNITS)) - hop
        placed.append(moved(outline, scale, 0.0, rise))
    return placed


def _inside(outline: Outline) -> Outline:
    """The outline shifted, and where that is not enough shrunk, to lie between LOWEST and HIGHEST."""
    _, bottom, _, top = outline.bounds
    if top - bottom > HIGHEST - LOWEST:
        outline = moved(outline, (HIGHEST - LOWEST) / (top - bottom), 0.0, 0.0)
        _, bottom, _, top = outline.bounds
    rise = max(LOWEST - bottom, 0.0) + min(HIGHEST - top, 0.0)
    return moved(outline, 1.0, 0.0, rise) if rise else outline


def moved(outline: Outline, scale: float, right: float, up: float) -> Outline:
    """The outline scaled about the origin, then shifted, its measured edges along with it."""
    shift = np.array([right, up])
    contours = tuple(QuadraticContour(c.points * scale + shift, c.on_curve) for c in outline.contours)
    edges = outline.edges * scale + right
    if scale != 1.0 or up != 0.0:
        heights = BAND_BOTTOM + (np.arange(BAND_COUNT) + 0.5) * BAND_UNITS
        came_from = np.floor(((heights - up) / scale - BAND_BOTTOM) / BAND_UNITS).astype(int)
        known = (came_from >= 0) & (came_from < BAND_COUNT)
        edges = np.where(known[:, None], edges[came_from.clip(0, BAND_COUNT - 1)], np.nan)
    left, bottom, right_end, top = outline.bounds
    bounds = (left * scale + right, bottom * scale + up, right_end * scale + right, top * scale + up)
    return replace(outline, contours=contours, bounds=bounds, edges=edges, counter=outline.counter * scale)
