"""Transforms outlines: scaled, shifted, turned, stretched and combined to other signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.outline import BAND_BOTTOM, BAND_COUNT, BAND_UNITS, Edges, Outline
from fontbuild.outlines.quadratic import QuadraticContour

IDENTITY = np.eye(2)
HALF_TURN = -np.eye(2)
QUARTER_TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])
"""Clockwise."""
_STEPS = 16
"""Points sampled on each side of a contour's polygon."""


def scale_and_shift(outline: Outline, scale: float, right: float, up: float) -> Outline:
    """Scales the outline about the origin, then shifts it, and its measured edges with it."""
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


def transformed(outline: Outline, matrix: NDArray[np.float64], middle: tuple[float, float]) -> Outline:
    """Applies a 2 x 2 matrix of positive determinant; the middle of the ink comes to lie at ``middle`` (x, y)."""
    left, bottom, right, top = outline.bounds
    centre = np.array([left + right, bottom + top]) / 2
    shift = np.array(middle)
    contours = tuple(
        QuadraticContour((contour.points - centre) @ matrix.T + shift, contour.on_curve) for contour in outline.contours
    )
    half = np.abs(matrix) @ np.array([right - left, top - bottom]) / 2
    box = (*(shift - half).tolist(), *(shift + half).tolist())
    return replace(outline, contours=contours, bounds=box, edges=edges_of(contours))


def combine(char: str, parts: Sequence[Outline]) -> Outline:
    """Combines several outlines that do not overlap."""
    boxes = np.array([part.bounds for part in parts])
    box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    contours = tuple(contour for part in parts for contour in part.contours)
    return replace(parts[0], char=char, contours=contours, bounds=box, edges=edges_of(contours))


def edges_of(contours: Sequence[QuadraticContour]) -> Edges:
    """Measures the two sides band by band on the contours' polygons, which the curves follow closely enough."""
    edges = np.full((BAND_COUNT, 2), np.nan)
    steps = np.linspace(0, 1, _STEPS, endpoint=False)[:, None, None]
    for contour in contours:
        points = contour.points + steps * (np.roll(contour.points, -1, axis=0) - contour.points)
        x, y = points.reshape(-1, 2).T
        bands = ((y - BAND_BOTTOM) // BAND_UNITS).astype(int).clip(0, BAND_COUNT - 1)
        np.fmin.at(edges[:, 0], bands, x)
        np.fmax.at(edges[:, 1], bands, x)
    return edges
