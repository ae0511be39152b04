"""Cubic contours become TrueType's quadratic ones, with no more points than the shape needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fontTools.cu2qu import curve_to_quadratic
from numpy.typing import NDArray

from fontbuild.trace import CubicContour

_TOLERANCE_UNITS = 1.0
_IMPLIED_UNITS = 0.75
_LEAST_AREA_UNITS2 = 60.0
"""A contour that encloses less than a dot of 9 units is dust."""


@dataclass(frozen=True, eq=False)
class QuadraticContour:
    """A closed TrueType contour."""

    points: NDArray[np.float64]
    """(n, 2) in font units, y up; ink to the right, so that outer contours run clockwise."""
    on_curve: NDArray[np.bool_]
    """(n,): False for control points; between two of them an on-curve point is implied."""


def to_quadratic(contour: CubicContour) -> QuadraticContour | None:
    """The quadratic contour of a cubic one given in font units; None where nothing worth drawing is left.

    Direction is reversed: potrace keeps ink to the left, TrueType wants it to the right.
    """
    points: list[tuple[float, float]] = []
    on_curve: list[bool] = []
    here = tuple(contour[-1, 2])
    for first, second, end in contour.tolist():
        spline = curve_to_quadratic([here, first, second, end], _TOLERANCE_UNITS)
        points.extend(spline[1:])
        on_curve.extend([False] * (len(spline) - 2) + [True])
        here = end
    return _thin(np.array(points)[::-1], np.array(on_curve)[::-1])


def _thin(points: NDArray[np.float64], on_curve: NDArray[np.bool_]) -> QuadraticContour | None:
    """Leave out on-curve points that TrueType implies, and contours without an inside."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    between_controls = on_curve & ~np.roll(on_curve, 1) & ~np.roll(on_curve, -1)
    implied = between_controls & (np.abs((before + after) / 2 - points).max(axis=1) <= _IMPLIED_UNITS)
    points, on_curve = points[~implied], on_curve[~implied]
    if len(points) < 3 or abs(area(points)) < _LEAST_AREA_UNITS2:
        return None
    return QuadraticContour(points, on_curve)


def area(points: NDArray[np.float64]) -> float:
    """Signed area of the polygon through all points; negative when it runs clockwise."""
    x, y = points[:, 0], points[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
