"""Rectifies a photograph to the flat page, 12 px/mm, and divides out its illumination."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.decode import Photo
from collector.capture.mapping import PageMap

FloatImage = NDArray[np.float32]

PX_PER_MM = 12
"""Resolution of a rectified page: pixel (i, j) is the square from (j, i) / 12 mm on."""
_GRID_PX = 24
_PAPER_STEP = 8
_PAPER_WINDOW_MM = 3.6
"""Wider than any stroke, narrow enough to follow a hard shadow."""
_DARKEST_PAPER = 0.004
"""Darker than this, paper cannot be told from noise."""

# Illumination and ink multiply in linear light: inverse of the sRGB tone curve (IEC 61966-2-1).
_CODES = np.arange(256, dtype=np.float64) / 255
LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def rectify(photo: Photo, where: PageMap, page_mm: tuple[float, float]) -> tuple[Photo, NDArray[np.bool_]]:
    """Returns the page as if scanned, (H, W, 3) uint8 at 12 px/mm, and (H, W) whether the photograph shows it."""
    width, height = round(page_mm[0] * PX_PER_MM), round(page_mm[1] * PX_PER_MM)
    at = _sampled_map(where, width, height)
    across, down = cv2.split(at)
    page = cv2.remap(photo, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = photo.shape[:2]
    shown = cv2.inRange(at, (-0.5, -0.5), (columns - 0.5, rows - 0.5)) > 0
    return np.asarray(page, np.uint8), np.asarray(shown, np.bool_)


def rectify_plane(plane: NDArray[np.uint8], where: PageMap, page_mm: tuple[float, float]) -> NDArray[np.uint8]:
    """Returns one channel of the page, (H, W) uint8 at 12 px/mm, for measuring."""
    width, height = round(page_mm[0] * PX_PER_MM), round(page_mm[1] * PX_PER_MM)
    across, down = cv2.split(_sampled_map(where, width, height))
    flat = cv2.remap(plane, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def _sampled_map(where: PageMap, width: int, height: int) -> FloatImage:
    """Returns (height, width, 2) the photograph's point of each pixel, computed on a grid and interpolated."""
    across, down = -(-width // _GRID_PX), -(-height // _GRID_PX)
    # Where resize puts the middles of the coarse pixels; one more on every side, cut off again below.
    xs = (np.arange(-1, across + 1) + 0.5) * _GRID_PX
    ys = (np.arange(-1, down + 1) + 0.5) * _GRID_PX
    grid = np.stack(np.meshgrid(xs, ys), axis=-1)
    coarse = where.to_photo(grid.reshape(-1, 2) / PX_PER_MM).reshape(grid.shape).astype(np.float32)
    size = ((across + 2) * _GRID_PX, (down + 2) * _GRID_PX)
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine[_GRID_PX : _GRID_PX + height, _GRID_PX : _GRID_PX + width], np.float32)


def paper_light(page: Photo) -> FloatImage:
    """Estimates (h, w, 3) the light that bare paper reflects, linear, one value for every 8 x 8 pixels.

    A grey-scale closing removes strokes and print, a median the specks of glare it leaves; unlike a blur, a closing
    keeps the edges of hard shadows.
    """
    height, width = (side // _PAPER_STEP for side in page.shape[:2])
    small = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    side = 2 * round(_PAPER_WINDOW_MM * PX_PER_MM / _PAPER_STEP / 2) + 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(LINEAR[cv2.medianBlur(closed, 5)], np.float32)


def reflectance(page: Photo, light: FloatImage) -> FloatImage:
    """Returns (H, W, 3) the reflectance of the page, bare paper 1, linear light."""
    full = cv2.resize(light, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    linear = cv2.LUT(page, LINEAR)
    np.maximum(full, _DARKEST_PAPER, out=full)
    return np.asarray(cv2.divide(linear, full, dst=linear), np.float32)
