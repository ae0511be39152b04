"""Matches the ink of drawn letters to that of written ones, on average over the hand.

Where the network is not sure of a thin stroke it draws it grey, and tracing at one half loses it. So drawings are
multiplied by a gain, chosen so that the writer's own letters, drawn as if they had not been written, have the ink
that they have on paper. One gain serves the whole hand: a letter may still be lighter or darker than another.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.drawing import Drawer

LEAST_GAIN, MOST_GAIN = 0.8, 1.6
INK_TARGET = 0.98
"""Share of the written ink to aim at: letters that were not written come out 2 % heavier than those that were."""
SAMPLE = 64
"""Written letters that are drawn once more to compare their ink."""

_ENLARGED = 3
_HALF = 128


def traced_area(pictures: NDArray[np.uint8], gain: float = 1.0) -> float:
    """Counts pixels of (N, H, W) uint8 pictures that tracing takes for ink: those above one half once enlarged."""
    area = 0
    for picture in pictures:
        large = cv2.resize(picture, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
        area += int((large.astype(np.float32) * gain >= _HALF).sum())
    return area / _ENLARGED**2


def match_ink(drawer: Drawer) -> None:
    """Sets the drawer's gain, LEAST_GAIN to MOST_GAIN, so that drawn letters have the ink of the written ones."""
    drawer.gain = 1.0
    rows = np.linspace(0, len(drawer.chars) - 1, min(SAMPLE, len(drawer.chars))).astype(int)
    drawn = drawer.pictures([drawer.chars[row] for row in rows])
    wanted = INK_TARGET * traced_area(drawer.own[rows])
    low, high = LEAST_GAIN, MOST_GAIN
    for _ in range(6):
        middle = (low + high) / 2
        if traced_area(drawn, middle) < wanted:
            low = middle
        else:
            high = middle
    drawer.gain = (low + high) / 2
