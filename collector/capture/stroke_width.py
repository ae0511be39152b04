"""Computes how dark a blurred stroke is at its true edge, compared with its middle.

A wide stroke, however blurred, is half as dark at its edge as in its middle. A stroke no wider than the blur
never gets as dark as its ink, so the level of half its middle lies outside its edge and would make it too bold. The
blur is known from the markers' edges and the width can be measured, so the right level can be computed: a box of
width w convolved with a Gaussian of deviation s has the profile F((x + w/2)/s) - F((x - w/2)/s).
"""

from __future__ import annotations

from functools import cache
from math import erf, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

_HIGHEST = 0.7
"""Greatest level: for thinner strokes noise would decide."""


def edge_level(seen_width_px: float, blur_px: float) -> float:
    """Returns the darkness at a stroke's true edge as a share of that in its middle, from 0.5 for wide strokes upwards.

    Args:
        seen_width_px: the stroke's width where it is half as dark as in its middle.
        blur_px: standard deviation of the blur.
    """
    if blur_px <= 0:
        return 0.5
    seen, level = _table()
    return float(min(_HIGHEST, np.interp(seen_width_px / blur_px, seen, level, left=_HIGHEST, right=0.5)))


@cache
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tabulates seen widths and edge levels for true widths of 0.5 to 8 blur deviations."""
    across = np.linspace(0, 8, 401)
    seen, level = [], []
    for width in np.linspace(0.5, 8, 76):
        profile = np.array([_profile(x, width) for x in across])
        seen.append(2 * float(np.interp(-0.5 * profile[0], -profile, across)))
        level.append(_profile(width / 2, width) / profile[0])
    return np.array(seen), np.array(level)


def _profile(x: float, width: float) -> float:
    return 0.5 * (erf((x + width / 2) / sqrt(2)) - erf((x - width / 2) / sqrt(2)))


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Estimates the width in pixels of the strokes of a mask, 0 where there is none.

    Across a stroke the distance to its edge averages a quarter of its width.
    """
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    distances = inside[mask]
    return 4 * (float(distances.mean()) - 0.25) if len(distances) else 0.0
