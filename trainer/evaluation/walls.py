"""Many letters in one picture, ink dark: true beside drawn, and strips of the worst."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]

COLUMNS = 20
PAIR_COLUMNS = 16
LINE_PX, LINE_GREY = 4, 160


def pairs(real: Pictures, drawn: Pictures, rows: int) -> Pictures:
    """Letters (N, H, W), ink 255, in at most so many rows of two: true ones above, drawn below; evenly chosen."""
    count = min(len(real), rows * PAIR_COLUMNS)
    chosen = np.linspace(0, len(real) - 1, count).astype(int)
    lines = []
    for start in range(0, count, PAIR_COLUMNS):
        some = chosen[start : start + PAIR_COLUMNS]
        for letters in (real[some], drawn[some]):
            empty = np.zeros((PAIR_COLUMNS - len(some), *letters.shape[1:]), np.uint8)
            lines.append(np.hstack([*(255 - letters), *(255 - empty)]))
        lines.append(np.full((LINE_PX, lines[-1].shape[1]), LINE_GREY, np.uint8))
    return np.vstack(lines)


def wall(strips: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Strips side by side, COLUMNS in a row, a grey line between the rows."""
    height, width = strips[0].shape
    lines = []
    for start in range(0, len(strips), COLUMNS):
        some = list(strips[start : start + COLUMNS])
        some += [np.full((height, width), 255, np.uint8)] * (min(COLUMNS, len(strips)) - len(some))
        lines += [np.hstack(some), np.full((LINE_PX, width * len(some)), LINE_GREY, np.uint8)]
    return np.vstack(lines)


def inlined(picture: Pictures) -> str:
    """A picture as base64 PNG, for a page."""
    return base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
