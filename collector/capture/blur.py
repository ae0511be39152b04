"""Measures the blur of a photograph at the outer edges of its markers."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.markers import DetectedMarker, Grey
from collector.capture.rectify import LINEAR

_SAMPLES = 33
_LINES = 24


def blur_px(grey: Grey, detected: Sequence[DetectedMarker]) -> float:
    """Returns the standard deviation of the blur in pixels, the median over the markers' edges.

    A Gaussian's edge has step / steepest slope = sigma sqrt(2 pi); compared in linear light, where blur happens.
    """
    sigmas = [
        _edge_sigma(grey, start, end)
        for marker in detected
        for start, end in zip(marker.corners_px, np.roll(marker.corners_px, -1, axis=0), strict=True)
    ]
    return float(np.median(sigmas))


def _edge_sigma(grey: Grey, start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Measures the blur across one edge from the grey levels on both sides of it, averaged along the edge."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    across = np.array([along[1], -along[0]])
    at = np.linspace(-length / 8, length / 8, _SAMPLES)
    steps = np.linspace(0.2, 0.8, _LINES)[:, None, None] * (end - start) + start + at[None, :, None] * across
    across_px, along_px = cv2.split(steps.astype(np.float32))
    profile = LINEAR[cv2.remap(grey, across_px, along_px, cv2.INTER_LINEAR)].mean(axis=0)
    steepest = float(np.abs(np.gradient(profile, at[1] - at[0])).max())
    return float(np.ptp(profile)) / max(steepest, 1e-6) / float(np.sqrt(2 * np.pi))
