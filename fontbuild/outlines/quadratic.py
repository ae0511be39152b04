"""Converts cubic contours to TrueType's quadratic ones, with no more points than the shape needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.extrema import split_at_extrema
from fontbuild.outlines.sampling import BoolArray, ComplexPoints, FloatArray, sample
from fontbuild.outlines.segments import Joint, find_segments
from fontbuild.outlines.simplify import simplify
from fontbuild.tracing.potrace import CubicContour

_STRAIGHT_UNITS = 0.7
_LEAST_AREA_UNITS2 = 60.0
"""A contour that encloses less than a dot of 9 units is dropped."""


@dataclass(frozen=True, eq=False)
class QuadraticContour:
    """A closed TrueType contour."""

    points: NDArray[np.float64]
    """(n, 2) in font units, y up; ink to the right, so that outer contours run clockwise."""
    on_curve: NDArray[np.bool_]
    """(n,): False for control points; between two of them an on-curve point is implied."""


def to_quadratic(contours: Sequence[CubicContour]) -> list[QuadraticContour | None]:
    """Converts cubic contours given in font units; None where a contour encloses next to nothing.

    Direction is reversed: potrace keeps ink to the left, TrueType wants it to the right.
    """
    if not contours:
        return []
    arcs = split_at_extrema(simplify(find_segments(sample(contours))))
    corner = arcs.joint == Joint.CORNER
    # Each arc gives its control point, then its end: interleave, and drop what is not needed.
    points = np.column_stack([arcs.control, arcs.tip]).ravel()
    kept = np.column_stack([~_straight(arcs), corner]).ravel()
    on_curve = np.tile([False, True], len(corner))
    bounds = np.searchsorted(np.repeat(arcs.contour, 2)[kept], np.arange(len(contours) + 1))
    plane, on_curve = np.column_stack([points.real, points.imag])[kept].astype(np.float64), on_curve[kept]
    return [_make_contour(plane[low:high][::-1], on_curve[low:high][::-1]) for low, high in pairwise(bounds)]


def _straight(arcs: Arcs) -> BoolArray:
    """Returns which arcs between two corners are straight lines."""
    firsts = np.flatnonzero(np.r_[True, arcs.contour[1:] != arcs.contour[:-1]])
    lasts = np.r_[firsts[1:] - 1, len(arcs.contour) - 1]
    before = np.arange(len(arcs.contour)) - 1
    before[firsts] = lasts
    start, chord = arcs.tip[before], arcs.tip - arcs.tip[before]
    off = _cross(chord, arcs.control - start) / np.maximum(np.abs(chord), 1e-9)
    corner = arcs.joint == Joint.CORNER
    straight: BoolArray = corner & corner[before] & (np.abs(off) < _STRAIGHT_UNITS)
    return straight


def _cross(first: ComplexPoints, second: ComplexPoints) -> FloatArray:
    cross: FloatArray = (first.conj() * second).imag
    return cross


def _make_contour(points: NDArray[np.float64], on_curve: BoolArray) -> QuadraticContour | None:
    if len(points) < 3 or abs(area(points)) < _LEAST_AREA_UNITS2:
        return None
    return QuadraticContour(points, on_curve)


def area(points: FloatArray) -> float:
    """Returns the signed area of the polygon through all points; negative when clockwise."""
    x, y = points[:, 0], points[:, 1]
    open_sum = np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])
    return float(open_sum + x[-1] * y[0] - y[-1] * x[0]) / 2
