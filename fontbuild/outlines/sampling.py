"""Samples closed cubic contours evenly. Points and directions are complex numbers, x + iy, in font units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fontbuild.tracing.potrace import CubicContour

_STEP_UNITS = 8.0
_LEAST_SAMPLES = 16
_LEAST_STEPS, _MOST_STEPS = 2, 60
_SMOOTH_STEPS = 2.0
"""Standard deviation of the smoothing along a contour: removes paper grain and pixel steps, keeps every bend."""
_WINDOW_STEPS = 6

ComplexPoints = NDArray[np.complex64]
"""Single precision resolves a ten-thousandth of a unit and takes half the time."""
FloatArray = NDArray[np.floating[Any]]
IndexArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SampledContours:
    """Evenly spaced samples of closed contours, contour after contour."""

    points: ComplexPoints
    firsts: IndexArray
    lengths: IndexArray
    """(C,) first sample and number of samples of each contour."""
    contour_of: IndexArray
    """(N,) which contour a sample belongs to."""
    _ahead: dict[int, IndexArray] = field(default_factory=dict)

    def ahead(self, steps: int) -> IndexArray:
        """Returns (N,) for every sample the one ``steps`` further along its contour."""
        if steps in self._ahead:
            return self._ahead[steps]
        index = np.arange(steps, len(self.contour_of) + steps)
        # Those near the end of a contour go on at its beginning.
        seam = self.firsts + self.lengths - steps if steps > 0 else self.firsts
        beyond = seam[:, None] + np.arange(abs(steps))
        index[beyond] -= np.copysign(self.lengths, steps).astype(np.int64)[:, None]
        self._ahead[steps] = index
        return index


def sample(contours: Sequence[CubicContour]) -> SampledContours:
    """Returns smoothed samples of contours given in font units, about _STEP_UNITS apart."""
    counts = np.array([len(contour) for contour in contours])
    dense, contour_of = _dense(np.concatenate(contours), counts)
    lasts = np.r_[np.flatnonzero(np.diff(contour_of)), len(contour_of) - 1]
    steps = np.abs(np.diff(dense, prepend=dense[:1]))
    steps[lasts[:-1] + 1] = 0
    way = np.cumsum(steps)
    begins, ends = np.r_[0.0, way[lasts[:-1]]], way[lasts]
    lengths = np.maximum(np.rint((ends - begins) / _STEP_UNITS), _LEAST_SAMPLES).astype(np.int64)
    firsts = np.cumsum(lengths) - lengths
    ring = np.repeat(np.arange(len(contours)), lengths)
    along = begins[ring] + (np.arange(len(ring)) - firsts[ring] + 0.5) / lengths[ring] * (ends - begins)[ring]
    points = np.interp(along, way, dense).astype(np.complex64)
    return _smoothed(SampledContours(points, firsts, lengths, ring))


def _dense(segments: FloatArray, counts: IndexArray) -> tuple[ComplexPoints, IndexArray]:
    """Returns closely spaced points of each contour, closed (the last repeats the first), and each point's contour."""
    corners = segments[..., 0] + 1j * segments[..., 1]
    firsts = np.cumsum(counts) - counts
    before = np.arange(len(corners)) - 1
    before[firsts] = firsts + counts - 1
    curves = np.column_stack([corners[before, 2], corners])
    spans = np.abs(np.diff(curves, axis=1)).sum(axis=1)
    steps = np.clip(np.ceil(spans / (_STEP_UNITS / 2)), _LEAST_STEPS, _MOST_STEPS).astype(np.int64)
    opens = np.zeros(len(curves), np.int64)
    opens[firsts] = 1
    samples = steps + opens
    segment = np.repeat(np.arange(len(curves)), samples)
    place = np.arange(len(segment)) - np.repeat(np.cumsum(samples) - samples, samples) + 1 - opens[segment]
    t = place / steps[segment]
    start, first, second, end = curves.T
    linear, square, cube = 3 * (first - start), 3 * (start - 2 * first + second), end - start + 3 * (first - second)
    points = cube.take(segment)
    for term in (square, linear, start):
        points *= t
        points += term.take(segment)
    return points, np.repeat(np.arange(len(counts)), counts)[segment]


def _smoothed(contours: SampledContours) -> SampledContours:
    """Smooths along the contour; the difference is smoothed and added back, so that bends hardly shrink."""
    steps = np.arange(-_WINDOW_STEPS, _WINDOW_STEPS + 1)
    weights = np.exp(-0.5 * (steps / _SMOOTH_STEPS) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    neighbours = [contours.ahead(int(step)) for step in steps]

    def blur(values: ComplexPoints) -> ComplexPoints:
        blurred: ComplexPoints = sum(
            (w * values.take(near) for w, near in zip(weights, neighbours, strict=True)), start=0j * values
        )
        return blurred

    once = blur(contours.points)
    return replace(contours, points=once + blur(contours.points - once))
