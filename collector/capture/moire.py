"""Removes moiré from a page's darkness: the bands of a photographed screen.

Over a few letters such a pattern hardly changes, whatever is written there: in the spectra of overlapping tiles it is
the few frequencies that are strong in neighbouring tiles alike. They are reduced to the median at their wavelength.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.rectify import FloatImage

_TILE_PX = 128
_TILE_STEP_PX = _TILE_PX // 2
_BESIDE_PX = 7
_NEIGHBOURS = 7
_STANDS_OUT = 2.0
"""Times the median strength at its wavelength."""
_LONGEST_PX, _SHORTEST_PX = 40, 2


def without_pattern(darkness: FloatImage, paper: float, most: float) -> FloatImage:
    """Removes periodic patterns from the darkness, (H, W).

    Args:
        paper: darkness of the paper on average.
        most: what is darker is ink: it is left out of the estimate and of the correction.
    """
    ink = (darkness > most).astype(np.uint8)
    bare = np.where(cv2.dilate(ink, np.ones((_BESIDE_PX, _BESIDE_PX), np.uint8)) > 0, np.float32(paper), darkness)
    pattern = bare - _filtered(np.asarray(bare, np.float32))
    pattern[ink > 0] = 0
    return np.asarray(darkness - pattern, np.float32)


def _filtered(plane: FloatImage) -> FloatImage:
    """Filters the plane (H, W) tile by tile, without the strong frequencies."""
    height, width = plane.shape
    padded = cv2.copyMakeBorder(plane, *_border(height), *_border(width), cv2.BORDER_REFLECT)
    window = np.sqrt(np.hanning(_TILE_PX + 1)[:-1]).astype(np.float32)
    window = np.outer(window, window)
    clean = np.zeros_like(padded)
    starts = range(0, padded.shape[1] - _TILE_PX + 1, _TILE_STEP_PX)
    for top in range(0, padded.shape[0] - _TILE_PX + 1, _TILE_STEP_PX):
        rows = slice(top, top + _TILE_PX)
        spectra = np.fft.rfft2(np.stack([padded[rows, left : left + _TILE_PX] * window for left in starts]))
        tiles = np.fft.irfft2(spectra * _kept_shares(np.abs(spectra).astype(np.float32)))
        # Where the tiles' windows overlap their squares add up to one.
        for left, tile in zip(starts, tiles, strict=True):
            clean[rows, left : left + _TILE_PX] += tile * window
    return np.asarray(clean[_TILE_STEP_PX : _TILE_STEP_PX + height, _TILE_STEP_PX : _TILE_STEP_PX + width], np.float32)


def _border(side_px: int) -> tuple[int, int]:
    return _TILE_STEP_PX, _TILE_STEP_PX + -side_px % _TILE_STEP_PX


def _kept_shares(strength: FloatImage) -> FloatImage:
    """Returns (N, h, w) the share of each frequency that is kept, from the strengths in a row of N tiles."""
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
    """Returns (h w,) the waves across a tile of each frequency."""
    down, across = np.fft.fftfreq(_TILE_PX)[:, None], np.fft.rfftfreq(_TILE_PX)[None]
    return np.asarray(np.round(np.hypot(down, across) * _TILE_PX), np.int64).ravel()
