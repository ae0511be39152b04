"""The bands on a photographed screen, whose pixels beat with the camera's, taken out of a page's darkness.

Over a few letters such a pattern hardly changes, whatever is written there: in spectra of overlapping tiles it is the
few frequencies that stand out alike in neighbouring tiles. They are reduced to what is usual at their wavelength.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.rectify import FloatImage

_TILE_PX = 128
_HOP_PX = _TILE_PX // 2
_BESIDE_PX = 7
_NEIGHBOURS = 7
_STANDS_OUT = 2.0
"""Times as strong as is usual at its wavelength."""
_LONGEST_PX, _SHORTEST_PX = 40, 2


def without_pattern(darkness: FloatImage, paper: float, most: float) -> FloatImage:
    """The darkness without patterns that repeat, (H, W).

    Args:
        paper: darkness of the paper on average.
        most: what is darker is ink: it is left out when the pattern is sought, and has none.
    """
    ink = (darkness > most).astype(np.uint8)
    bare = np.where(cv2.dilate(ink, np.ones((_BESIDE_PX, _BESIDE_PX), np.uint8)) > 0, np.float32(paper), darkness)
    pattern = bare - _filtered(np.asarray(bare, np.float32))
    pattern[ink > 0] = 0
    return np.asarray(darkness - pattern, np.float32)


def _filtered(plane: FloatImage) -> FloatImage:
    """(H, W) the plane, tile by tile, without what stands out in the spectra."""
    height, width = plane.shape
    padded = cv2.copyMakeBorder(plane, *_border(height), *_border(width), cv2.BORDER_REFLECT)
    window = np.sqrt(np.hanning(_TILE_PX + 1)[:-1]).astype(np.float32)
    window = np.outer(window, window)
    clean = np.zeros_like(padded)
    starts = range(0, padded.shape[1] - _TILE_PX + 1, _HOP_PX)
    for top in range(0, padded.shape[0] - _TILE_PX + 1, _HOP_PX):
        rows = slice(top, top + _TILE_PX)
        spectra = np.fft.rfft2(np.stack([padded[rows, left : left + _TILE_PX] * window for left in starts]))
        tiles = np.fft.irfft2(spectra * _kept(np.abs(spectra).astype(np.float32)))
        # Where the tiles' windows overlap their squares add up to one.
        for left, tile in zip(starts, tiles, strict=True):
            clean[rows, left : left + _TILE_PX] += tile * window
    return np.asarray(clean[_HOP_PX : _HOP_PX + height, _HOP_PX : _HOP_PX + width], np.float32)


def _border(side_px: int) -> tuple[int, int]:
    return _HOP_PX, _HOP_PX + -side_px % _HOP_PX


def _kept(strength: FloatImage) -> FloatImage:
    """(N, h, w) share of each frequency that is kept, from the strengths in a row of N tiles."""
    count = len(strength)
    logs = np.log(strength + 1e-6).reshape(count, -1)
    near = np.asarray(cv2.blur(logs, (1, _NEIGHBOURS), borderType=cv2.BORDER_REFLECT), np.float32)
    radius = _radius()
    over = np.zeros_like(near)
    for ring in range(_TILE_PX // _LONGEST_PX, _TILE_PX // _SHORTEST_PX):
        at = radius == ring
        over[:, at] = near[:, at] - np.median(near[:, at])
    over[over < np.log(_STANDS_OUT)] = 0
    return np.asarray(np.exp(-2 * over).reshape(strength.shape), np.float32)


def _radius() -> NDArray[np.int64]:
    """(h w,) waves across a tile, of each frequency."""
    down, across = np.fft.fftfreq(_TILE_PX)[:, None], np.fft.rfftfreq(_TILE_PX)[None]
    return np.asarray(np.round(np.hypot(down, across) * _TILE_PX), np.int64).ravel()
