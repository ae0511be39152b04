"""Maps glyphs to the square pictures of the networks, and back.

A hand is normalised once, not glyph by glyph: place and size of a letter in its cell are part of the hand.
``Frame.fit`` measures the written Hangul and returns the one scale and shift used for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from templates.glyphs import GlyphImage, Ink, Source
from templates.hangul import is_syllable

FRAME_PX = 96
"""Side of the frame: a perfect picture of this size already has the outline of a thin pen."""

TYPICAL_SHARE = 0.66
"""Mean extent of a hand's syllables, as a share of the frame."""

LARGEST_SHARE = 0.95
"""Nearly all syllables of a hand must fit into this share of the frame."""


@dataclass(frozen=True)
class Frame:
    """Maps em coordinates to frame pixels: ``px = FRAME_PX / 2 + (em - centre) * px_per_em``."""

    px_per_em: float
    centre_x_em: float
    centre_y_em: float

    @classmethod
    def fit(cls, glyphs: Iterable[GlyphImage]) -> Frame:
        """Computes the frame of a hand from its syllables (all glyphs, if there is no syllable).

        Raises:
            ValueError: no glyph has any ink.
        """
        every = [(glyph.char, box) for glyph in glyphs if (box := glyph.bounds_em())]
        boxes = np.array([box for char, box in every if is_syllable(char)] or [box for _, box in every])
        if not len(boxes):
            raise ValueError("a frame needs at least one glyph with ink")
        return cls.around(boxes)

    @classmethod
    def around(cls, boxes: NDArray[np.float64]) -> Frame:
        """Computes the frame of a hand from the bounds of its syllables in em, (N, 4): left, top, right, bottom."""
        left, top, right, bottom = boxes.T
        extent = np.maximum((right - left + bottom - top) / 2, 1e-3)
        centre_x = float(np.median((left + right) / 2))
        centre_y = float(np.median((top + bottom) / 2))
        reach = np.maximum.reduce([centre_x - left, right - centre_x, centre_y - top, bottom - centre_y])
        share_per_em = min(TYPICAL_SHARE / float(extent.mean()), LARGEST_SHARE / 2 / float(np.quantile(reach, 0.97)))
        return cls(FRAME_PX * share_per_em, centre_x, centre_y)

    def picture(self, glyph: GlyphImage) -> Ink:
        """Draws the glyph's ink in the frame, (FRAME_PX, FRAME_PX) uint8."""
        scale = self.px_per_em / glyph.em_px
        ink = glyph.ink
        if scale < 1:
            ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.45 / scale), np.uint8)
        left, top = glyph.origin_px
        # Pixel centres stand at half-integers, hence the halves on both sides.
        shift_x = FRAME_PX / 2 - (self.centre_x_em * glyph.em_px + left - 0.5) * scale - 0.5
        shift_y = FRAME_PX / 2 - (self.centre_y_em * glyph.em_px + top - 0.5) * scale - 0.5
        matrix = np.array([[scale, 0, shift_x], [0, scale, shift_y]], np.float64)
        picture = cv2.warpAffine(ink, matrix, (FRAME_PX, FRAME_PX), flags=cv2.INTER_LINEAR)
        return np.asarray(picture, np.uint8)

    def glyph(self, char: str, picture: Ink, source: Source = Source.DRAWN) -> GlyphImage:
        """Turns a (N, N) uint8 picture of the whole frame back into a glyph in its cell."""
        ratio = picture.shape[0] / FRAME_PX
        em_px = self.px_per_em * ratio
        half = picture.shape[0] / 2
        origin = (half - self.centre_x_em * em_px, half - self.centre_y_em * em_px)
        return GlyphImage(char, picture, em_px, origin, source=source)
