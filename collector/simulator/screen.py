"""Simulates a page on a screen: coarse square pixels, each of a red, a green and a blue stripe, and reflecting glass.

A camera whose pixels are nearly as large records coloured bands (moiré).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.simulator.noise import FloatImage
from collector.simulator.written_page import ONE, PX_PER_MM

_STRIPES, _ROWS = 0.55, 0.25
"""Amplitude of the light across the stripes of a pixel and from row to row."""
_GLARE = 0.03
"""Light that the glass adds everywhere, in shares of white."""


@dataclass(frozen=True)
class Screen:
    """A page on a screen."""

    page: NDArray[np.uint16]
    """(H, W, 3) the page in the screen's pixels, glare included; linear light in 1/``ONE``."""
    px_per_mm: float

    def pixels(self, x_mm: FloatImage, y_mm: FloatImage) -> FloatImage:
        """Returns (h, w, 3) by how much the screen's own pattern brightens or dims the points of the page at (x, y)."""
        turn = np.float32(2 * np.pi)
        across, down = x_mm * np.float32(self.px_per_mm), y_mm * np.float32(self.px_per_mm)
        rows = 1 + np.float32(_ROWS) * np.cos(turn * down)
        stripes = [rows * (1 + np.float32(_STRIPES) * np.cos(turn * (across - np.float32(c / 3)))) for c in range(3)]
        return np.asarray(np.dstack(stripes), np.float32)


def show_on_screen(page: NDArray[np.uint16], px_per_mm: float) -> Screen:
    """Shows a page on a screen with ``px_per_mm`` pixels a mm of the page."""
    height, width = page.shape[:2]
    size = (round(width * px_per_mm / PX_PER_MM), round(height * px_per_mm / PX_PER_MM))
    coarse = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    shown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    return Screen(np.asarray(cv2.add(shown, np.full_like(shown, round(_GLARE * ONE))), np.uint16), px_per_mm)
