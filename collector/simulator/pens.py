"""Simulates a pen's ink on paper: its colour, and how evenly it covers."""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np

from collector.simulator.noise import FloatImage, smooth_noise


class Pen(StrEnum):
    """What the sheet is written with."""

    BALLPOINT = "ballpoint"
    GEL = "gel"
    PENCIL = "pencil"
    BLUE = "blue"
    FELT = "felt"


INK_LINEAR: dict[Pen, tuple[float, float, float]] = {
    Pen.BALLPOINT: (0.030, 0.030, 0.040),
    Pen.GEL: (0.010, 0.010, 0.012),
    Pen.PENCIL: (0.080, 0.080, 0.085),
    Pen.BLUE: (0.020, 0.050, 0.300),
    Pen.FELT: (0.012, 0.012, 0.014),
}
"""Reflectance of a full layer of ink, linear light, red, green, blue."""

FELT_GROWTH_MM = 0.08
"""How far a felt pen's ink spreads beyond the line on every side."""


def spread_ink(coverage: FloatImage, pen: Pen, px_per_mm: float) -> FloatImage:
    """Spreads a felt pen's ink; other pens' lines stay as they are. (H, W) in [0, 1]."""
    if pen is not Pen.FELT:
        return coverage
    side = 2 * round(FELT_GROWTH_MM * px_per_mm) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(coverage, kernel), np.float32)


def opacity(coverage: FloatImage, pen: Pen, strength: float, px_per_mm: float, rng: np.random.Generator) -> FloatImage:
    """Returns how much of the paper the ink hides, (H, W) in [0, 1], with the texture of the pen."""
    shape = coverage.shape
    pressure = 1.0 + 0.06 * smooth_noise(shape, 6.0 * px_per_mm, rng)
    if pen is Pen.PENCIL:
        grain = smooth_noise(shape, 0.06 * px_per_mm, rng) + 0.5 * smooth_noise(shape, 0.15 * px_per_mm, rng)
        pressure *= 1.0 + 0.22 * grain
    elif pen in (Pen.BALLPOINT, Pen.BLUE):
        pressure *= 1.0 - 0.10 * np.clip(smooth_noise(shape, 0.12 * px_per_mm, rng), 0, 2)
    return np.clip(coverage * strength * pressure, 0, 1).astype(np.float32)
