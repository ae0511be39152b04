"""From the instances that count to the set of glyphs that a font is made from."""

from __future__ import annotations

from collections.abc import Iterable

from collector.instances.choice import Chosen
from collector.instances.ink import DamagedInkError, unpack_ink
from templates.glyphs import GlyphImage, GlyphSet


def to_glyphs(name: str, chosen: Iterable[Chosen]) -> GlyphSet:
    """The glyphs of good instances, in the order given.

    Raises:
        DamagedInkError: the ink of one is not there.
    """
    return GlyphSet.of(name, [_glyph(each) for each in chosen])


def _glyph(chosen: Chosen) -> GlyphImage:
    char, ink = chosen.instance.char, chosen.instance.ink
    if ink is None:
        raise DamagedInkError(f"no ink is kept of {char!r} in {chosen.reading.photo}")
    return unpack_ink(char, ink)
