"""Turns a glyph's grey picture into a clean two-level one at a fixed density, ready to trace.

Written glyphs come at 168 px an em and drawn ones at 96. At one density the coarser picture has the softer
edge; each is blurred up to one common edge width, so that both are traced alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from fontbuild.tracing.weights import Bitmap, grow_strokes
from templates.glyphs import GlyphImage

TRACE_EM_PX = 320
"""Density of the two-level picture; more changes nothing visible in the outlines."""

EDGE_SIGMA_EM = 0.0065
"""Blur of every edge, as a standard deviation: hides pixel steps and paper grain, keeps a 0.02 em hairline."""

_PIXEL_SIGMA = 1 / math.sqrt(12)
"""Blur that a square pixel has already put on the picture, in its own pixels."""

_FAINT_INK = 24
"""Ink below this never reaches half after resampling; it is left out of the crop."""

_PAD_PX = 3
_BLUR_PX = 9
"""Width of the blurring window: more than two deviations to each side."""


@dataclass(frozen=True, eq=False)
class Bilevel:
    """A two-level picture, and how its pixels lie in the em square."""

    ink: Bitmap
    scale: tuple[float, float]
    """em per pixel across and down."""
    corner: tuple[float, float]
    """Top left corner of the picture in em from the em square's top left, y down."""


def bilevel(glyph: GlyphImage, growth_em: float = 0.0) -> Bilevel:
    """Resamples a glyph to TRACE_EM_PX, smooths its edges to EDGE_SIGMA_EM, cuts at one half and moves the edges."""
    left, top, wide, high = cv2.boundingRect((glyph.ink > _FAINT_INK).view(np.uint8))
    if not wide:
        return Bilevel(np.zeros((1, 1), bool), (1 / TRACE_EM_PX, 1 / TRACE_EM_PX), (0.0, 0.0))
    crop = glyph.ink[top : top + high, left : left + wide]
    pad = _PAD_PX + math.ceil(max(growth_em, 0.0) * glyph.em_px)
    grey = cv2.copyMakeBorder(crop, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    height, width = grey.shape
    factor = TRACE_EM_PX / glyph.em_px
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    fine = cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA)
    missing = EDGE_SIGMA_EM**2 - (_PIXEL_SIGMA / glyph.em_px) ** 2
    if missing > 0:
        fine = cv2.GaussianBlur(fine, (_BLUR_PX, _BLUR_PX), math.sqrt(missing) * TRACE_EM_PX)
    return Bilevel(
        grow_strokes(fine >= 128, growth_em * TRACE_EM_PX),
        (width / size[0] / glyph.em_px, height / size[1] / glyph.em_px),
        ((left - pad - glyph.origin_px[0]) / glyph.em_px, (top - pad - glyph.origin_px[1]) / glyph.em_px),
    )
