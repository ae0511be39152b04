"""Counts faults of outlines over all glyphs: ``python -m fontbuild.checks.outline_check FONT.ttf [REFERENCE.ttf]``.

With a reference (the same hand traced with more points, say) it also measures how far apart the
two are: edges of both drawn at 1,000 px an em, and the greys of text at screen sizes.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from fontbuild.outlines.crossings import crossing_lines
from fontbuild.outlines.quadratic import area
from templates import hangul

_STEPS = np.arange(4) / 4
_SLIVER_UNITS2 = 150.0
_SHORT_UNITS = 2.0
_OUTSIDE_UNITS = 1.0
"""How far a curve may bulge beyond its outermost point before an extreme counts as missing."""
_LARGE_PX, _SCREEN_PX = 1000, (16, 24, 48)

Float64Array = NDArray[np.float64]
Parabolas = tuple[Float64Array, Float64Array, Float64Array]
"""(n, 2) starts, controls and ends."""


def count_faults(font: TTFont, every: int = 1) -> Counter[str]:
    """Counts faults by name, and glyphs, contours and points."""
    glyf = font["glyf"]
    counts: Counter[str] = Counter()
    for code, name in list(font.getBestCmap().items())[::every]:
        coordinates, ends, flags = glyf[name].getCoordinates(glyf)
        if not len(coordinates):
            continue
        points, on_curve = np.array(coordinates, float), np.array(flags, bool)
        starts = [0, *(end + 1 for end in ends[:-1])]
        parabolas = [
            _parabolas(points[low : high + 1], on_curve[low : high + 1]) for low, high in zip(starts, ends, strict=True)
        ]
        counts.update(glyphs=1, contours=len(parabolas), points=len(points))
        if hangul.is_syllable(chr(code)):
            counts.update({"syllables": 1, "points of syllables": len(points)})
        counts.update(_faults(parabolas))
    return counts


def _parabolas(points: Float64Array, on_curve: NDArray[np.bool_]) -> Parabolas:
    """Returns a contour's parabolas; straight lines have their control in the middle."""
    after, after_on = np.roll(points, -1, axis=0), np.roll(on_curve, -1)
    ends = np.where(after_on[:, None], after, (points + after) / 2)
    before, before_on = np.roll(points, 1, axis=0), np.roll(on_curve, 1)
    starts = np.where(before_on[:, None], before, (points + before) / 2)
    line = on_curve & after_on
    starts = np.where(line[:, None], points, starts)
    controls = np.where(line[:, None], (points + after) / 2, points)
    used = ~on_curve | line
    return starts[used], controls[used], ends[used]


def _faults(contours: list[Parabolas]) -> dict[str, int]:
    lines = [_flattened(parabolas) for parabolas in contours]
    depth = [
        sum(_within_limits(other, line[0]) for place, other in enumerate(lines) if place != index)
        for index, line in enumerate(lines)
    ]
    areas = [area(line) for line in lines]
    return {
        "contours that cross": len(crossing_lines([line @ np.array([1, 1j]) for line in lines])),
        "contours wound the wrong way": sum((a < 0) == bool(d % 2) for a, d in zip(areas, depth, strict=True)),
        "slivers": sum(abs(a) < _SLIVER_UNITS2 for a in areas),
        "contours without their extremes": sum(_lacks_extreme(parabolas) for parabolas in contours),
        "short segments": sum(int((np.hypot(*(e - s).T) < _SHORT_UNITS).sum()) for s, _, e in contours),
        "needless points": sum(_needless_points(parabolas) for parabolas in contours),
    }


def _flattened(parabolas: Parabolas) -> Float64Array:
    starts, controls, ends = (part[:, None] for part in parabolas)
    t = _STEPS[None, :, None]
    points: Float64Array = ((1 - t) ** 2 * starts + 2 * t * (1 - t) * controls + t**2 * ends).reshape(-1, 2)
    return points


def _within_limits(polygon: Float64Array, point: Float64Array) -> bool:
    return cv2.pointPolygonTest(polygon.astype(np.float32), (float(point[0]), float(point[1])), False) > 0


def _lacks_extreme(parabolas: Parabolas) -> bool:
    """Returns whether the curve reaches farther out than all its on-curve points."""
    line, tips = _flattened(parabolas), np.concatenate([parabolas[0], parabolas[2]])
    over = np.maximum(line.max(axis=0) - tips.max(axis=0), tips.min(axis=0) - line.min(axis=0))
    return bool((over > _OUTSIDE_UNITS).any())


def _needless_points(parabolas: Parabolas) -> int:
    """Counts straight parabolas in line with the next."""
    way = parabolas[2] - parabolas[0]
    bend = parabolas[1] - (parabolas[0] + parabolas[2]) / 2
    flat = np.hypot(*bend.T) < 0.3
    ahead = np.roll(way, -1, axis=0)
    turn = np.abs(way[:, 0] * ahead[:, 1] - way[:, 1] * ahead[:, 0])
    straight = turn < 0.5 * np.hypot(*way.T)
    return int((flat & np.roll(flat, -1) & straight & ((way * ahead).sum(axis=1) > 0)).sum())


def compare(path: Path, reference: Path, characters: str) -> dict[str, float]:
    """Measures how far apart two fonts draw the same characters."""
    found: dict[str, list[float]] = {}
    for char in characters:
        ours, theirs = (_drawn(which, char, _LARGE_PX) for which in (path, reference))
        found.setdefault("overlap (IoU)", []).append(_overlap(ours >= 128, theirs >= 128))
        away = _edge_distances(ours >= 128, theirs >= 128)
        found.setdefault("edges apart, mean (units)", []).append(float(away.mean()))
        found.setdefault("edges apart, p95 (units)", []).append(float(np.percentile(away, 95)))
        for size_px in _SCREEN_PX:
            grey, other = (_reduced(picture, size_px) for picture in (ours, theirs))
            name = f"grey at {size_px} px that differs (share)"
            found.setdefault(name, []).append(float(np.abs(grey - other).sum() / max(other.sum(), 1)))
    return {name: float(np.mean(values)) for name, values in found.items()}


def _drawn(path: Path, char: str, size_px: int) -> NDArray[np.uint8]:
    picture = Image.new("L", (round(1.5 * size_px), round(1.5 * size_px)))
    font = ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)
    place = (size_px // 5, size_px)
    ImageDraw.Draw(picture).text(place, char, font=font, fill=255, anchor="ls")
    return np.asarray(picture)


def _reduced(picture: NDArray[np.uint8], size_px: int) -> Float64Array:
    """Reduces the picture as an unhinted rasteriser would draw it at a small size."""
    side = round(picture.shape[0] * size_px / _LARGE_PX)
    return np.asarray(cv2.resize(picture.astype(np.float64), (side, side), interpolation=cv2.INTER_AREA), np.float64)


def _overlap(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> float:
    return float((ours & theirs).sum() / max((ours | theirs).sum(), 1))


def _edge_distances(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> Float64Array:
    square = np.ones((3, 3), np.uint8)
    edges = [ink & ~cv2.erode(ink.astype(np.uint8), square).astype(bool) for ink in (ours, theirs)]
    away = [cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, 5) for edge in edges]
    return np.concatenate([away[0][edges[1]], away[1][edges[0]]]).astype(float)


def main() -> None:
    """Reads the command line, counts, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", type=Path)
    parser.add_argument("reference", type=Path, nargs="?")
    parser.add_argument("--every", type=int, default=1, help="measure every n-th glyph only")
    given = parser.parse_args()
    font = TTFont(given.font, lazy=True)
    counts = count_faults(font, given.every)
    for name, count in counts.items():
        print(f"{name:40} {count}")
    print(f"{'points a syllable':40} {counts['points of syllables'] / max(counts['syllables'], 1):.1f}")
    if given.reference:
        syllables = "".join(filter(hangul.is_syllable, map(chr, font.getBestCmap())))[:: 50 * given.every]
        for name, value in compare(given.font, given.reference, syllables).items():
            print(f"{name:64} {value:.3f}")


if __name__ == "__main__":
    main()
