"""Scales and places every glyph in the em square and keeps the hand's own variation of size and place.

One scale and one shift serve the whole hand; each glyph keeps its own offset and size around that. Only outliers
of their kind (a glyph written half out of its cell) are moved most of the way to the usual place and size.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fontbuild.errors import NoInkError
from fontbuild.layout.transform import scale_and_shift
from fontbuild.metrics import ASCENDER, HIGHEST, LOWEST
from fontbuild.outlines.outline import Outline
from templates import hangul
from templates.glyphs import Source

HANGUL_SIZE = 700
"""Side of the square with the area of the median common syllable's ink box: pen fonts have 620-680, text fonts 860."""
HANGUL_TALLEST = 840
"""Greatest median height of a narrow hand's syllables."""
HANGUL_CENTRE = 340
"""Height of the median syllable's middle: beside Latin on its baseline, as in common Korean fonts."""
X_HEIGHT = (330, 500)
"""Latin keeps the hand's scale as long as its x-height falls in here, and its capitals are not too tall."""

CAPITALS_TALLEST = 720
"""Greatest median height of capitals, whatever the x-height: that of syllables."""

_FLAT_BOTTOMED = frozenset("abcdehiklmnorstuvwxzABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
_X_HIGH = frozenset("acemnorsuvwxz")
_CAPITALS = frozenset("ABCDEFGHIKLMNOPRSTUVWXYZ")
_SPREADS = 3.5
"""A glyph within so many robust standard deviations of its kind stays as written."""
_LEAST_PLACE_UNITS = 60.0
_LEAST_SIZE = 0.2
_OUTLIER_SHARE = 0.25
"""Share of its distance beyond the limit that an outlier keeps."""
_BASELINE_KEPT = 0.5
_BASELINE_MOST_UNITS = 18.0
"""A letter keeps half of its own offset from the baseline, and no more than this."""

_JAMO_KIND = 6

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scales:
    """Scales and shift of the whole hand, for the report."""

    hangul: float
    latin: float
    rise: float
    """Upward shift of Hangul in units."""


def normalise(outlines: Sequence[Outline]) -> tuple[list[Outline], Scales]:
    """Scales and places outlines, in the same order; x still has the hand's own offset.

    Raises:
        NoInkError: there is no outline at all.
    """
    if not outlines:
        raise NoInkError(
            "글꼴로 만들 글씨가 하나도 없습니다. 글자를 쓴 시트의 사진인지 확인하세요.",
            "There is no ink to make a font from. Check that the photos show a filled sheet.",
        )
    kinds = [_script(outline) for outline in outlines]
    korean, latin, signs = (
        [outline for outline, kind in zip(outlines, kinds, strict=True) if kind == script]
        for script in ("hangul", "latin", "sign")
    )
    scale, rise = _hangul_fit([outline for outline in korean if hangul.is_common(outline.char)] or korean)
    in_order = {
        "hangul": iter(_place_korean(korean, scale, rise)),
        "sign": (scale_and_shift(outline, scale, 0.0, rise) for outline in signs),
    }
    baselines = _baselines(latin)
    latin_scale = _latin_scale(latin, baselines, scale)
    in_order["latin"] = iter(_place_latin(latin, baselines, latin_scale))
    placed = [_within_limits(next(in_order[kind])) for kind in kinds]
    return placed, Scales(scale, latin_scale, rise)


def _script(outline: Outline) -> str:
    """Tells whether it is placed as a syllable, on the Latin baseline, or as a sign, which keeps its size and place."""
    if outline.char.isascii() or outline.baseline is not None:
        return "latin"
    return "hangul" if hangul.is_syllable(outline.char) or outline.char in hangul.COMPATIBILITY_JAMO else "sign"


def _hangul_fit(outlines: Sequence[Outline]) -> tuple[float, float]:
    """Returns one scale and upward shift for the hand; scale 1 and no shift where it wrote no Hangul."""
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
        scale_and_shift(outline, scale * float(own), 0.0, float(target - centre * own + rise))
        for outline, own, target, centre in zip(outlines, grow, new_middle, middle, strict=True)
    ]


def _kind(char: str) -> int:
    return hangul.layout(char) if hangul.is_syllable(char) else _JAMO_KIND


def _soft_clip(values: Float64Array, least: float) -> Float64Array:
    """Moves values more than _SPREADS robust deviations (and more than ``least``) from the median towards it."""
    median = np.median(values)
    limit = max(_SPREADS * 1.4826 * float(np.median(np.abs(values - median))), least)
    away = values - median
    clipped: Float64Array = median + np.where(
        np.abs(away) > limit, np.sign(away) * (limit + (np.abs(away) - limit) * _OUTLIER_SHARE), away
    )
    return clipped


def _baselines(latin: Sequence[Outline]) -> dict[str, float]:
    """Returns each Latin glyph's baseline: that of its sheet or seed font, corrected to where the hand's letters stand.

    Written glyphs and those of a seed font have different baselines, so the correction is made by source.
    """
    lines: dict[str, float] = {}
    for source in {outline.source for outline in latin}:
        group = [outline for outline in latin if outline.source == source]
        offsets = [
            outline.bounds[1] - (outline.baseline or 0.0) for outline in group if _base(outline.char) in _FLAT_BOTTOMED
        ]
        usual = float(np.median(offsets)) if offsets else 0.0
        lines |= {outline.char: (outline.baseline or 0.0) + usual for outline in group}
    return lines


def _base(char: str) -> str:
    """Returns the letter under an accent; none for one that reaches below the line."""
    parts = unicodedata.normalize("NFD", char)
    return "" if "\u0327" in parts else parts[0]


def _latin_scale(latin: Sequence[Outline], baselines: dict[str, float], scale: float) -> float:
    x_height, capitals = (_median_height(latin, baselines, kind) * scale for kind in (_X_HIGH, _CAPITALS))
    grow = float(np.clip(x_height, *X_HEIGHT)) / x_height if x_height > 0 else 1.0
    return scale * (min(grow, CAPITALS_TALLEST / capitals) if capitals > 0 else grow)


def _median_height(latin: Sequence[Outline], baselines: Mapping[str, float], kind: Set[str]) -> float:
    """Returns the median height above the baseline; 0 where the hand has none of the kind."""
    heights = [outline.bounds[3] - baselines[outline.char] for outline in latin if outline.char in kind]
    return float(np.median(heights)) if heights else 0.0


def _place_latin(latin: Sequence[Outline], baselines: dict[str, float], scale: float) -> list[Outline]:
    placed = []
    for outline in latin:
        rise = -baselines[outline.char] * scale
        if _base(outline.char) in _FLAT_BOTTOMED:
            offset = outline.bounds[1] * scale + rise
            rise += float(np.clip(offset * _BASELINE_KEPT, -_BASELINE_MOST_UNITS, _BASELINE_MOST_UNITS)) - offset
        placed.append(scale_and_shift(outline, scale, 0.0, rise))
    return placed


def _within_limits(outline: Outline) -> Outline:
    """Shifts the outline, and shrinks it where that is not enough, to lie between LOWEST and HIGHEST.

    A letter with an accent is shrunk instead: it shall stand on its line and make no line higher.
    """
    _, bottom, _, top = outline.bounds
    if outline.source is Source.COMPOSED and outline.baseline is not None and top > ASCENDER:
        return scale_and_shift(outline, ASCENDER / top, 0.0, 0.0)
    if top - bottom > HIGHEST - LOWEST:
        outline = scale_and_shift(outline, (HIGHEST - LOWEST) / (top - bottom), 0.0, 0.0)
        _, bottom, _, top = outline.bounds
    rise = max(LOWEST - bottom, 0.0) + min(HIGHEST - top, 0.0)
    return scale_and_shift(outline, 1.0, 0.0, rise) if rise else outline
