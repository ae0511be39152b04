"""Separates ink from paper and from the printed guides, on a rectified page.

Illumination is divided out (``rectify``), then the guides: they are printed alike in every cell, so a bright percentile
over all cells is the print without the writing, whatever its colour. What stays dark is ink. A pixel is ink where it
is darker than half of the darkest ink near it, in linear light, where blur keeps that half-way point at the edge of a
stroke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.deblur import deblur, smooth_along
from collector.capture.moire import without_pattern
from collector.capture.printed_labels import printed_labels
from collector.capture.rectify import PX_PER_MM, FloatImage
from collector.capture.stroke_width import edge_level, stroke_width
from templates.sheet import Cell

_GUIDE_CELLS = 48
_GUIDE_PERCENTILE = 70
_GUIDE_FLOOR = 0.15
_LEAST_ALIKE = 3
"""With fewer cells than this, print and writing cannot be distinguished."""
_REACH_MM = 0.9
"""Radius in which the darkest ink near a pixel is searched."""
_STEP = 4
_FAINTEST_SHARE = 0.5
"""The weakest stroke that counts is this share as dark as the page's usual ink."""
_NOISE_FACTOR = 5.0
_LEAST_LEVEL = 0.08
_LEAST_INK = 0.12
"""Less dark than this, it is noise and remains of the guides: nothing is written."""
_PATTERNED = 0.1
"""Noise of a photographed screen; no camera's noise is as strong."""
_MOST_PATTERN = 2.2
"""Amplitude of the pattern, at most, in its standard deviations."""
_NOISY_SHARE = 0.15
"""Noise over ink from which averaging along strokes improves ink F1, on photographs of training hands."""
_EDGE_GAIN = 1.7
_SMOOTHING_PX = 0.7
_SAMPLE_STEP = 3


@dataclass(frozen=True)
class PageInk:
    """A page's ink."""

    ink: NDArray[np.uint8]
    """(H, W) 0 paper to 255 ink, 128 at a stroke's edge."""
    darkness: FloatImage
    """(H, W) share of the light that the ink absorbs, 0 to 1."""
    level: float
    """Darkness of the page's usual ink; 0 where there is none."""
    noise: float
    """Standard deviation of the darkness of bare paper."""
    stroke_px: float
    """Usual width of the strokes."""
    blur_px: float
    """Standard deviation of the photograph's blur."""
    printed: NDArray[np.bool_]
    """(H, W) True where a printed label is dark."""


def separate_ink(reflectance: FloatImage, cells: Sequence[Cell], whole: Sequence[Cell], blur_px: float) -> PageInk:
    """Separates the ink of a page from its paper and its guides.

    Args:
        reflectance: (H, W, 3), bare paper 1, 12 px/mm.
        cells: the page's cells.
        whole: those that the photograph shows wholly: print and ink are estimated from them.
        blur_px: standard deviation of the photograph's blur, in pixels of the page.
    """
    remove_guides(reflectance, cells, whole)
    inside = _inside(reflectance.shape[:2], whole)
    # Remains of the guides must not count as the page's ink, so their places are left out.
    clear = _clear_of_guides(inside, whole)
    darkness, left_px, level, noise = _without_blur_and_pattern(_darkness(reflectance, clear), clear, blur_px)
    printed = printed_labels(reflectance.shape[:2], tuple(cells), blur_px)
    # A label darker than the pen would make the pen's strokes beside it relatively pale.
    np.minimum(darkness, max(level, 2 * noise), out=darkness, where=printed)
    near = _darkest_around(darkness, max(_FAINTEST_SHARE * level, _NOISE_FACTOR * noise, _LEAST_LEVEL))
    share = np.asarray(cv2.divide(darkness, near), np.float32)
    width_px = stroke_width((share > 0.5) & inside)
    edge = edge_level(width_px, float(np.hypot(left_px, _SMOOTHING_PX)))
    share -= edge - 0.5 / _EDGE_GAIN
    np.clip(share, 0, 1 / _EDGE_GAIN if level > 0 else 0, out=share)
    ink = np.asarray(cv2.convertScaleAbs(share, alpha=_EDGE_GAIN * 255), np.uint8)
    return PageInk(ink, darkness, level, noise, width_px, blur_px, printed)


def _without_blur_and_pattern(
    darkness: FloatImage, clear: NDArray[np.bool_], blur_px: float
) -> tuple[FloatImage, float, float, float]:
    """Removes a screen's pattern and blur; returns the darkness, the blur left, and the result's levels."""
    level, noise = _ink_and_noise(darkness, clear)
    if noise > _PATTERNED:
        darkness = _without_pattern(darkness, clear, noise)
        level, noise = _ink_and_noise(darkness, clear)
    darkness, left_px = deblur(darkness, blur_px, noise / max(level, _LEAST_LEVEL))
    if left_px < blur_px:
        level, noise = _ink_and_noise(darkness, clear)
        if noise > _NOISY_SHARE * level > 0:
            darkness = smooth_along(darkness)
            level, noise = _ink_and_noise(darkness, clear)
    return darkness, left_px, level, noise


def remove_guides(reflectance: FloatImage, cells: Sequence[Cell], whole: Sequence[Cell]) -> None:
    """Divides out what is printed alike in all cells of a kind, in place; it is estimated from the cells ``whole``."""
    for latin in (False, True):
        kind = [cell for cell in whole if (cell.baseline is not None) == latin]
        if len(kind) < _LEAST_ALIKE:
            continue
        some = [kind[round(k)] for k in np.linspace(0, len(kind) - 1, min(_GUIDE_CELLS, len(kind)))]
        stack = np.stack([_window(reflectance, cell) for cell in some])
        place = len(some) * _GUIDE_PERCENTILE // 100
        guide = np.clip(np.partition(stack, place, axis=0)[place], _GUIDE_FLOOR, 1.0)
        for cell in cells:
            if (cell.baseline is not None) == latin:
                window = _window(reflectance, cell)
                np.divide(window, guide, out=window)


_GUIDE_EDGE_PX = 5
_BESIDE_PX = 7


def _window(plane: FloatImage, cell: Cell) -> FloatImage:
    """Returns a cell with its frame, as a view."""
    left, top = round(cell.x * PX_PER_MM) - _GUIDE_EDGE_PX, round(cell.y * PX_PER_MM) - _GUIDE_EDGE_PX
    width, height = round(cell.width * PX_PER_MM), round(cell.height * PX_PER_MM)
    return plane[top : top + height + 2 * _GUIDE_EDGE_PX, left : left + width + 2 * _GUIDE_EDGE_PX]


def _inside(shape: tuple[int, ...], cells: Sequence[Cell]) -> NDArray[np.bool_]:
    """Returns (H, W) whether a pixel is in some cell's writing area, 3 px inside its frame."""
    mask = np.zeros(shape[:2], np.bool_)
    for cell in cells:
        left, top = round(cell.x * PX_PER_MM) + 3, round(cell.y * PX_PER_MM) + 3
        right, bottom = round((cell.x + cell.width) * PX_PER_MM) - 3, round((cell.y + cell.height) * PX_PER_MM) - 3
        mask[top:bottom, left:right] = True
    return mask


def _clear_of_guides(inside: NDArray[np.bool_], cells: Sequence[Cell]) -> NDArray[np.bool_]:
    """Returns (H, W) the inside of cells, away from their frames and their guide lines."""
    mask = np.asarray(cv2.erode(inside.astype(np.uint8), np.ones((_BESIDE_PX, _BESIDE_PX), np.uint8)) > 0, np.bool_)
    for cell in cells:
        rows = slice(round(cell.y * PX_PER_MM), round((cell.y + cell.height) * PX_PER_MM))
        columns = slice(round(cell.x * PX_PER_MM), round((cell.x + cell.width) * PX_PER_MM))
        if cell.baseline is None or cell.x_height is None:
            across = [cell.y + cell.height / 2]
            mask[rows, _beside(cell.x + cell.width / 2)] = False
        else:
            across = [cell.baseline, cell.x_height]
        for line in across:
            mask[_beside(line), columns] = False
    return mask


def _beside(line_mm: float) -> slice:
    """Returns rows or columns on and beside a guide line."""
    middle = round(line_mm * PX_PER_MM)
    return slice(middle - _BESIDE_PX, middle + _BESIDE_PX)


def _darkness(reflectance: FloatImage, inside: NDArray[np.bool_]) -> FloatImage:
    """Returns (H, W) the darkness, the channels weighted by how much of each the page's ink absorbs.

    A blue pen is dark in red light and pale in blue: weighting by the ink's own colour is the matched filter.
    """
    sample = 1 - reflectance[::_SAMPLE_STEP, ::_SAMPLE_STEP][inside[::_SAMPLE_STEP, ::_SAMPLE_STEP]]
    strongest = sample.max(axis=1)
    inked = strongest > max(0.5 * float(np.percentile(strongest, 99.5)), 0.1)
    colour = sample[inked].mean(axis=0) if inked.sum() > 50 else np.ones(3)
    weights = np.clip(colour, 0.02, None)
    weights = weights / float(weights @ np.clip(colour, 0.02, None)) * float(colour.max())
    plane = cv2.transform(reflectance, np.append(-weights, weights.sum()).reshape(1, 4).astype(np.float32))
    return np.asarray(cv2.GaussianBlur(plane, (5, 5), _SMOOTHING_PX), np.float32)


def _without_pattern(darkness: FloatImage, clear: NDArray[np.bool_], noise: float) -> FloatImage:
    paper = float(np.median(darkness[::_SAMPLE_STEP, ::_SAMPLE_STEP][clear[::_SAMPLE_STEP, ::_SAMPLE_STEP]]))
    return without_pattern(darkness, paper, paper + _MOST_PATTERN * noise)


def _ink_and_noise(plane: FloatImage, inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Measures the darkness of the page's usual ink, and the noise of its bare paper."""
    darkness = plane[::_SAMPLE_STEP, ::_SAMPLE_STEP][inside[::_SAMPLE_STEP, ::_SAMPLE_STEP]]
    middle = float(np.median(darkness))
    noise = 1.4826 * float(np.median(np.abs(darkness - middle)))
    codes = np.clip(darkness * 255, 0, 255).astype(np.uint8).reshape(-1, 1)
    threshold, _ = cv2.threshold(codes, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    inked = darkness[darkness > max(threshold / 255, 5 * noise)]
    level = float(np.percentile(inked, 60)) if len(inked) > 100 else 0.0
    return (level if level >= _LEAST_INK else 0.0), noise


def _darkest_around(darkness: FloatImage, least: float) -> FloatImage:
    """Returns (H, W) the darkest ink within _REACH_MM of each pixel, no less than ``least``; smooth."""
    height, width = darkness.shape
    small = cv2.resize(darkness, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    small = cv2.dilate(small, np.ones((2, 2), np.uint8))[::2, ::2]
    side = 2 * round(_REACH_MM * PX_PER_MM / _STEP) + 1
    near = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    near = cv2.blur(np.maximum(near, least), (side, side))
    return np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
