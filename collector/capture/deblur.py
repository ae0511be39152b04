"""Removes blur as far as noise allows, so that a thin stroke gets as dark as a thick one of the same ink.

Method: Wiener's filter for a Gaussian blur of known width (measured at the markers) and white noise of known strength
(measured on bare paper), applied to the page's darkness, which is linear in light.
"""

from __future__ import annotations

import cv2
import numpy as np

from collector.capture.rectify import FloatImage

_LEAST_BLUR_PX = 3.0
"""Less blur is compensated by the level at which strokes are cut."""
_NOISE_WEIGHT = 2.5
"""Weight of the noise with the best ink F1; ink covers little of a page, so its mean power is low."""
_MOST_NOISE = 0.4
_DIRECTIONS = 8
_ALONG_PX, _ACROSS_PX = 3.5, 1.2
"""Deviations of the averages along and across a stroke, in pixels of the page."""
_STEP = 2
_REACH = 5


def deblur(darkness: FloatImage, blur_px: float, noise_share: float) -> tuple[FloatImage, float]:
    """Returns the deblurred darkness, and the standard deviation of the blur that is left.

    Args:
        darkness: (H, W).
        blur_px: standard deviation of the blur.
        noise_share: standard deviation of the noise over the darkness of the ink.
    """
    if blur_px < _LEAST_BLUR_PX or noise_share <= 0:
        return darkness, blur_px
    noise = float(min(_NOISE_WEIGHT * noise_share**2, _MOST_NOISE))
    height, width = darkness.shape
    rows, columns = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    padded = cv2.copyMakeBorder(darkness, 0, rows - height, 0, columns - width, cv2.BORDER_REPLICATE)
    spectrum = cv2.dft(padded, flags=cv2.DFT_COMPLEX_OUTPUT)
    passed = _blur_response(rows, blur_px)[:, None] * _blur_response(columns, blur_px)[None]
    spectrum *= (passed * (1 + noise) / (passed**2 + noise))[..., None]
    sharp = cv2.dft(spectrum, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)[:height, :width]
    # Filter and blur together pass half of what a Gaussian with this deviation passes half of.
    left_px = blur_px * float(np.sqrt(2 * np.log(2) / -np.log(noise)))
    return np.ascontiguousarray(sharp, np.float32), min(left_px, blur_px)


def smooth_along(darkness: FloatImage) -> FloatImage:
    """Averages noise along strokes, which keep their width; at each point in the darkest direction.

    A bank of long narrow Gaussians (steerable filters: Freeman and Adelson, 1991). Without it the noise of a deblurred
    photograph breaks pale strokes into dashes.
    """
    height, width = darkness.shape
    small = cv2.resize(darkness, (width // _STEP, height // _STEP), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[-_REACH : _REACH + 1, -_REACH : _REACH + 1].astype(np.float32) * _STEP
    darkest = np.full_like(small, -np.inf)
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        kernel = np.exp(-0.5 * ((along / _ALONG_PX) ** 2 + (across / _ACROSS_PX) ** 2)).astype(np.float32)
        mean = np.asarray(cv2.filter2D(small, -1, kernel / kernel.sum()), np.float32)
        np.maximum(darkest, mean, out=darkest)
    return np.asarray(cv2.resize(darkest, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _blur_response(count: int, blur_px: float) -> FloatImage:
    """Returns (count,) the blur's frequency response along one side."""
    return np.asarray(np.exp(-2 * (np.pi * blur_px * np.fft.fftfreq(count)) ** 2), np.float32)
