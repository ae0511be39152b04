"""Noise for grain, paper and sensors: windows of fields that are generated once, since generating is slow."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]
"""(H, W) or (H, W, 3) float32."""

_FIELD_PX = (1024, 6144)
"""Height and width of a field; a window is taken at a random place of it, tiled where it is larger."""
_FIELD_SEED = 7


@lru_cache(maxsize=24)
def _field(sigma_px: float) -> FloatImage:
    """Generates white noise (0), or noise smoothed over so many pixels; mean 0, deviation 1."""
    rough = np.random.default_rng(_FIELD_SEED).standard_normal(_FIELD_PX, dtype=np.float32)
    if not sigma_px:
        return rough
    smooth = np.asarray(cv2.GaussianBlur(rough, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), np.float32)
    return smooth / np.float32(smooth.std())


def white_noise(shape: tuple[int, ...], rng: np.random.Generator) -> FloatImage:
    """Returns (H, W) independent noise of mean 0 and deviation 1."""
    return _window(_field(0.0), shape, rng)


def smooth_noise(shape: tuple[int, ...], sigma_px: float, rng: np.random.Generator) -> FloatImage:
    """Returns (H, W) noise of mean 0 and deviation 1, smooth over ``sigma_px``; made coarsely where it is smooth."""
    step = max(1, int(sigma_px))
    rough = _window(_field(round(max(sigma_px / step, 0.3), 2)), (shape[0] // step + 3, shape[1] // step + 3), rng)
    if step == 1:
        return rough[: shape[0], : shape[1]]
    return np.asarray(cv2.resize(rough, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _window(field: FloatImage, shape: tuple[int, ...], rng: np.random.Generator) -> FloatImage:
    height, width = shape[:2]
    window = np.empty((height, width), np.float32)
    for top in range(0, height, _FIELD_PX[0] // 2):
        rows = min(_FIELD_PX[0] // 2, height - top)
        y = int(rng.integers(_FIELD_PX[0] - rows + 1))
        x = int(rng.integers(_FIELD_PX[1] - width + 1))
        window[top : top + rows] = field[y : y + rows, x : x + width]
    return window
