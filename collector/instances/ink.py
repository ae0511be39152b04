"""A glyph's ink as it is kept: a PNG, which comes back exactly as it was."""

from __future__ import annotations

import cv2
import numpy as np

from collector.instances.readings import StoredInk, hash_ink
from templates.glyphs import GlyphImage


class DamagedInkError(Exception):
    """A kept picture that is none."""


def pack_ink(glyph: GlyphImage) -> StoredInk:
    """The ink of a glyph with its place.

    Raises:
        DamagedInkError: it cannot be written as PNG.
    """
    done, data = cv2.imencode(".png", glyph.ink)
    if not done:
        raise DamagedInkError(f"the ink of {glyph.char!r} cannot be written as PNG: {glyph.ink.shape}")
    png = data.tobytes()
    digest = hash_ink(png, glyph.em_px, glyph.origin_px, glyph.baseline_em)
    return StoredInk(png, digest, glyph.em_px, glyph.origin_px, glyph.baseline_em)


def unpack_ink(char: str, ink: StoredInk) -> GlyphImage:
    """The glyph of kept ink.

    Raises:
        DamagedInkError: the picture is not there, or none.
    """
    if ink.png is None:
        raise DamagedInkError(f"the ink of {char!r} was not loaded")
    pixels = cv2.imdecode(np.frombuffer(ink.png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise DamagedInkError(f"the kept ink of {char!r} is no picture")
    return GlyphImage(char, np.asarray(pixels, np.uint8), ink.em_px, ink.origin_px, ink.baseline_em)
