"""Divides out the lines of ruled and squared paper.

Nothing written or printed in cells is longer than a cell; a line that continues over more than a cell and the gap
beside it is one of the paper (a grey-scale closing along it finds these lines and the light they absorb). The lines
are skewed by as much as the paper was skewed in the printer.
"""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.rectify import PX_PER_MM, FloatImage

Bytes = NDArray[np.uint8]
_Image = TypeVar("_Image", Bytes, FloatImage)

_ALONG_PX, _ACROSS_PX = 16, 2
"""Reduction of the page along and across the lines."""
_LEAST_LINE_MM = 20.0
"""Longer than a cell and its frame, short enough that a line on a bent page is still straight."""
_MARGIN_MM = 30.0
"""Farther inside there are only cells, no line of text."""
_STEEPEST = 0.02
"""Tangent of the largest angle between the lines and the rows of cells."""
_ANGLES = 17
_WHITE = 200.0
_LEAST_DARK = 0.03
"""Least share of the light that a line absorbs."""
_LEAST_SHARE = 0.02
"""Least share of the area that lines cover on ruled paper."""
_BAND_MM = 3.0


def remove_ruling(reflectance: FloatImage) -> None:
    """Divides out the paper's own lines, in both directions, in place; (H, W, 3), bare paper 1, 12 px/mm."""
    height, width = reflectance.shape[:2]
    half = cv2.resize(reflectance, (width // _ACROSS_PX, height // _ACROSS_PX), interpolation=cv2.INTER_AREA)
    codes = np.asarray(cv2.convertScaleAbs(half, alpha=_WHITE), np.uint8)
    for lines in _in_both_directions(codes):
        np.divide(reflectance, cv2.resize(lines, (width, height)), out=reflectance)


def without_ruling(plane: Bytes) -> Bytes:
    """Removes the paper's own lines from one channel of a page, (H, W) at 12 px/mm."""
    height, width = plane.shape
    half = cv2.resize(plane, (width // _ACROSS_PX, height // _ACROSS_PX), interpolation=cv2.INTER_AREA)
    for lines in _in_both_directions(np.asarray(half, np.uint8)):
        plane = np.asarray(cv2.divide(plane, cv2.resize(lines, (width, height)), dtype=cv2.CV_8U), np.uint8)
    return plane


def _in_both_directions(half: Bytes) -> list[FloatImage]:
    """Returns the transmission of lines along the rows and along the columns, where there are any."""
    found = [_lines(half), _lines(np.asarray(cv2.transpose(half), np.uint8))]
    if found[1] is not None:
        found[1] = np.asarray(cv2.transpose(found[1]), np.float32)
    return [lines for lines in found if lines is not None]


def _lines(half: Bytes) -> FloatImage | None:
    """Returns (h, w) or (h, w, 3) the transmission of lines along the rows, reduced; None where there are none.

    Args:
        half: (h, 8 w) or (h, 8 w, 3) the page reduced by two.
    """
    size = (half.shape[1] * _ACROSS_PX // _ALONG_PX, half.shape[0])
    codes = np.asarray(cv2.resize(half, size, interpolation=cv2.INTER_AREA), np.uint8)
    slope = _slope(codes if codes.ndim == 2 else codes.min(axis=2))
    level = _sheared(codes, -slope)
    run = round(_LEAST_LINE_MM * PX_PER_MM / _ALONG_PX)
    closed = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, run), np.uint8), borderType=cv2.BORDER_REPLICATE)
    # What is dark over wide bands too is not a line but a remainder of the illumination.
    around = cv2.medianBlur(closed, 2 * round(_BAND_MM * PX_PER_MM / _ACROSS_PX / 2) + 1)
    left = np.minimum(closed.astype(np.float32) / np.maximum(around, 1), 1.0)
    aside, above = round(_MARGIN_MM * PX_PER_MM / _ALONG_PX), round(_MARGIN_MM * PX_PER_MM / _ACROSS_PX)
    inner = left[above:-above, aside:-aside]
    darkest = inner if inner.ndim == 2 else inner.min(axis=2)
    if float((darkest < 1 - _LEAST_DARK).mean()) < _LEAST_SHARE:
        return None
    return np.asarray(_sheared(np.asarray(left, np.float32), slope), np.float32)


def _slope(codes: Bytes) -> float:
    """Finds the tangent of the lines' angle: where the sums along the rows differ most from row to row."""
    ends = np.linspace(-_STEEPEST, _STEEPEST, _ANGLES)
    contrast = [float(np.diff(_sheared(codes, -slope).mean(axis=1)).std()) for slope in ends]
    return float(ends[int(np.argmax(contrast))])


def _sheared(image: _Image, slope: float) -> _Image:
    """Shears an image, reduced as above: columns move down by ``slope`` for every pixel of the page to the right."""
    height, width = image.shape[:2]
    step = slope * _ALONG_PX / _ACROSS_PX
    matrix = np.array([[1, 0, 0], [step, 1, -step * width / 2]], np.float64)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))
