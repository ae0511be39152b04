"""Closed cubic contours as evenly spaced samples. Points and directions are complex numbers, x + iy, in font units."""

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
"""Standard deviation of the smoothing along a contour: takes the grain of paper and pixels, keeps every bend."""
_WINDOW_STEPS = 6

Plane = NDArray[np.complex64]
"""Single precision has ten thousand steps a unit, and takes half the time."""
Numbers = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rings:
    """Samples of closed contours at one distance all round, contour after contour."""

    points: Plane
    firsts: Indices
    lengths: Indices
    """(C,) first sample and number of samples of each contour."""
    owner: Indices
    """(N,) which contour a sample belongs to."""
    _ahead: dict[int, Indices] = field(default_factory=dict)

    def ahead(self, steps: int) -> Indices:
        """(N,) for every sample the one ``steps`` further round its contour."""
        if steps in self._ahead:
            return self._ahead[steps]
        index = np.arange(steps, len(self.owner) + steps)
        # Those near a contour's seam go round it.
        seam = self.firsts + self.lengths - steps if steps > 0 else self.firsts
        beyond = seam[:, None] + np.arange(abs(steps))
        index[beyond] -= np.copysign(self.lengths, steps).astype(np.int64)[:, None]
        self._ahead[steps] = index
        return index


def sample(contours: Sequence[CubicContour]) -> Rings:
    """Smoothed samples of contours given in font units, about _STEP_UNITS apart."""
    counts = np.array([len(contour) for contour in contours])
    dense, owner = _dense(np.concatenate(contours), counts)
    lasts = np.r_[np.flatnonzero(np.diff(owner)), len(owner) - 1]
    steps = np.abs(np.diff(dense, prepend=dense[:1]))
    steps[lasts[:-1] + 1] = 0
    way = np.cumsum(steps)
    begins, ends = np.r_[0.0, way[lasts[:-1]]], way[lasts]
    lengths = np.maximum(np.rint((ends - begins) / _STEP_UNITS), _LEAST_SAMPLES).astype(np.int64)
    firsts = np.cumsum(lengths) - lengths
    ring = np.repeat(np.arange(len(contours)), lengths)
    along = begins[ring] + (np.arange(len(ring)) - firsts[ring] + 0.5) / lengths[ring] * (ends - begins)[ring]
    points = np.interp(along, way, dense).astype(np.complex64)
    return _smoothed(Rings(points, firsts, lengths, ring))


def _dense(segments: Numbers, counts: Indices) -> tuple[Plane, Indices]:
    """Closely spaced points of each contour, the last at its first one's place, and whose they are."""
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


def _smoothed(rings: Rings) -> Rings:
    """Blurred along the contour; what the blur took is blurred and given back, so that bends hardly shrink."""
    steps = np.arange(-_WINDOW_STEPS, _WINDOW_STEPS + 1)
    weights = np.exp(-0.5 * (steps / _SMOOTH_STEPS) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    neighbours = [rings.ahead(int(step)) for step in steps]

    def blur(values: Plane) -> Plane:
        blurred: Plane = sum(
            (w * values.take(near) for w, near in zip(weights, neighbours, strict=True)), start=0j * values
        )
        return blurred

    once = blur(rings.points)
    return replace(rings, points=once + blur(rings.points - once))
