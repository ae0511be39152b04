"""Makes strokes bolder or lighter for other weights of the family, as far as the white and the strokes allow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from templates.glyphs import GlyphImage


class Weight(Enum):
    """A member of the family: its OpenType weight class and its growth to each side, in widths of the hand's pen."""

    LIGHT = (300, -0.14)
    REGULAR = (400, 0.0)
    BOLD = (700, 0.24)

    @property
    def style(self) -> str:
        """The style's name in menus."""
        return self.name.title()

    @property
    def weight_class(self) -> int:
        """``usWeightClass``."""
        return self.value[0]

    @property
    def growth(self) -> float:
        """Growth of a stroke to each side, in widths of the pen."""
        return self.value[1]


_COUNTER_SHARE = 0.4
"""Bolder strokes take at most this share of a white's half width from each side."""
_STROKE_SHARE = 0.4
"""A stroke loses at most this share of its half width to each side."""
_SAMPLE = 200
_MOST_GROWTH_EM = 0.03
_DISTANCE_BLUR_PX, _LIMIT_BLUR_PX = 0.7, 1.5
"""Blur that smooths pixel steps in the distances, and sudden changes in their limits."""
_DISC_STEP_PX = 1.3

Bitmap = NDArray[np.bool_]
"""(H, W) bool, True where there is ink."""


def pen_width_em(glyphs: Sequence[GlyphImage]) -> float:
    """Returns the median width of strokes: twice the area of a glyph's ink over the length of its edge."""
    widths = []
    for glyph in glyphs[:: max(1, len(glyphs) // _SAMPLE)]:
        lines = cv2.findContours((glyph.ink >= 128).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
        # The lines found run through the middles of the outermost pixels.
        edge_px = sum(cv2.arcLength(line, True) + 4 for line in lines)
        if edge_px:
            widths.append(2 * float(glyph.ink.sum()) / 255 / edge_px / glyph.em_px)
    return float(np.median(widths)) if widths else 0.0


def growth_em(weight: Weight, pen_em: float) -> float:
    """Returns how far the edge of a stroke moves outwards; inwards where negative."""
    return float(np.clip(weight.growth * pen_em, -_MOST_GROWTH_EM, _MOST_GROWTH_EM))


def grow_strokes(ink: Bitmap, growth_px: float) -> Bitmap:
    """Moves the ink's edge by ``growth_px`` (inwards where negative), keeps whites open and strokes whole.

    The picture needs a margin that wide.
    """
    if not growth_px:
        return ink
    ink_depth, white_depth = (cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 5) for side in (ink, ~ink))
    signed_distance = cv2.GaussianBlur(
        np.where(ink, 0.5 - ink_depth, white_depth - 0.5).astype(np.float32), (0, 0), _DISTANCE_BLUR_PX
    )
    available, share = (white_depth, _COUNTER_SHARE) if growth_px > 0 else (ink_depth, _STROKE_SHARE)
    half_width = _thickness(available, abs(growth_px) / share)
    limit = cv2.GaussianBlur(np.minimum(abs(growth_px), share * half_width), (0, 0), _LIMIT_BLUR_PX)
    moved: Bitmap = signed_distance < np.copysign(limit, growth_px)
    return ink | (moved & ~_white_midlines(ink)) if growth_px > 0 else moved | _broken_strokes(ink, moved, -growth_px)


def _thickness(depth: NDArray[Any], most: float) -> NDArray[Any]:
    """Returns for each pixel the radius of the largest disc around any place that covers it, up to ``most``.

    Args:
        depth: distance to the nearest pixel outside, which is the largest disc around each place.

    Method: Hildebrand, Rüegsegger, "A new method for the model-independent assessment of thickness" (1997).
    """
    thickness: NDArray[Any] = np.minimum(depth, 1.0)
    for radius in np.linspace(1.5, most, max(2, round(most / _DISC_STEP_PX))):
        centres = depth >= radius
        if not centres.any():
            break
        away = cv2.distanceTransform((~centres).astype(np.uint8), cv2.DIST_L2, 3)
        thickness[away < radius] = radius
    return thickness


def _white_midlines(ink: Bitmap) -> Bitmap:
    """Returns lines of paper halfway between pieces of ink."""
    _, nearest = cv2.distanceTransformWithLabels((~ink).astype(np.uint8), cv2.DIST_L2, 5)
    line = np.zeros(ink.shape, np.uint8)
    line[:, :-1] |= nearest[:, :-1] != nearest[:, 1:]
    line[:-1] |= nearest[:-1] != nearest[1:]
    borders: Bitmap = cv2.dilate(line, np.ones((3, 3), np.uint8)).astype(bool)
    return borders


def _broken_strokes(ink: Bitmap, lighter: Bitmap, lost_px: float) -> Bitmap:
    """Returns the ink to put back where a stroke broke or vanished."""
    pieces = cv2.connectedComponents(ink.astype(np.uint8))[1]
    if cv2.connectedComponents(lighter.astype(np.uint8))[0] == pieces.max() + 1:
        return np.zeros_like(ink)
    vanished = ~np.isin(pieces, pieces[lighter])
    reach = 2 * math.ceil(2 * lost_px) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    necks = cv2.dilate((_white_midlines(lighter) & ink).astype(np.uint8), disc).astype(bool)
    missing: Bitmap = ink & (vanished | necks)
    return missing
