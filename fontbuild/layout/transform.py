"""Signs made of other signs: outlines turned, stretched and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.outline import BAND_BOTTOM, BAND_COUNT, BAND_UNITS, Edges, Outline
from fontbuild.outlines.quadratic import QuadraticContour

SAME = np.eye(2)
HALF_TURN = -np.eye(2)
QUARTER_TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])
"""Clockwise."""
_STEPS = 16
"""Points looked at on each side of a contour's polygon."""


def transformed(outline: Outline, matrix: NDArray[np.float64], middle: tuple[float, float]) -> Outline:
    """The outline under a 2 x 2 matrix of positive determinant, the middle of its ink at ``middle`` (x, y)."""
    left, bottom, right, top = outline.bounds
    centre = np.array([left + right, bottom + top]) / 2
    shift = np.array(middle)
    contours = tuple(
        QuadraticContour((contour.points - centre) @ matrix.T + shift, contour.on_curve) for contour in outline.contours
    )
    half = np.abs(matrix) @ np.array([right - left, top - bottom]) / 2
    box = (*(shift - half).tolist(), *(shift + half).tolist())
    return replace(outline, contours=contours, bounds=box, edges=edges_of(contours))


def joined(char: str, parts: Sequence[Outline]) -> Outline:
    """One outline of several that do not overlap."""
    boxes = np.array([part.bounds for part in parts])
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    contours = tuple(contour for part in parts for contour in part.contours)
    return replace(parts[0], char=char, contours=contours, bounds=box, edges=edges_of(contours))


def edges_of(contours: Sequence[QuadraticContour]) -> Edges:
    """The two sides band by band, read off the contours' polygons, which the curves follow closely enough."""
    edges = np.full((BAND_COUNT, 2), np.nan)
    steps = np.linspace(0, 1, _STEPS, endpoint=False)[:, None, None]
    for contour in contours:
        points = contour.points + steps * (np.roll(contour.points, -1, axis=0) - contour.points)
        x, y = points.reshape(-1, 2).T
        bands = ((y - BAND_BOTTOM) // BAND_UNITS).astype(int).clip(0, BAND_COUNT - 1)
        np.fmin.at(edges[:, 0], bands, x)
        np.fmax.at(edges[:, 1], bands, x)
    return edges
