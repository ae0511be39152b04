from __future__ import annotations

import numpy as np
import pytest

from generator.frame import FRAME_PX, Frame
from templates.glyphs import GlyphImage


def block(char: str, left: float, top: float, right: float, bottom: float, em_px: int = 160) -> GlyphImage:
    """A glyph that is one black rectangle, in em, in a raster with a margin of 0.2 em."""
    margin = round(0.2 * em_px)
    ink = np.zeros((em_px + 2 * margin, em_px + 2 * margin), np.uint8)
    x0, y0, x1, y1 = (round(value * em_px) + margin for value in (left, top, right, bottom))
    ink[y0:y1, x0:x1] = 255
    return GlyphImage(char, ink, em_px, (margin, margin))


def test_a_glyph_comes_back_where_it_was() -> None:
    glyph = block("가", 0.2, 0.1, 0.8, 0.7)
    frame = Frame.fit([glyph])
    back = frame.glyph("가", frame.picture(glyph))
    assert back.bounds_em() == pytest.approx(glyph.bounds_em(), abs=0.015)


def test_the_hand_is_normalised_not_the_glyph() -> None:
    small, large = block("가", 0.4, 0.4, 0.6, 0.6), block("나", 0.2, 0.2, 0.8, 0.8)
    frame = Frame.fit([small, large])
    ratio = (frame.picture(large) / 255).sum() / (frame.picture(small) / 255).sum()
    assert ratio == pytest.approx(9, rel=0.15)


def test_size_of_the_writing_does_not_matter() -> None:
    tiny = [block("가", 0.45, 0.45, 0.6, 0.65)]
    huge = [block("가", 0.05, 0.05, 0.8, 1.05)]
    pictures = [Frame.fit(glyphs).picture(glyphs[0]).astype(float) for glyphs in (tiny, huge)]
    assert np.abs(pictures[0] - pictures[1]).mean() < 8


def test_resolution_of_the_photograph_does_not_matter() -> None:
    coarse, fine = block("가", 0.2, 0.2, 0.7, 0.6, em_px=100), block("가", 0.2, 0.2, 0.7, 0.6, em_px=400)
    pictures = [Frame.fit([glyph]).picture(glyph).astype(float) for glyph in (coarse, fine)]
    assert pictures[0].shape == (FRAME_PX, FRAME_PX)
    assert np.abs(pictures[0] - pictures[1]).mean() < 4


def test_latin_does_not_set_the_frame() -> None:
    hangul, latin = block("가", 0.2, 0.2, 0.8, 0.8), block("i", 0.5, 0.3, 0.52, 0.7)
    assert Frame.fit([hangul, latin]) == Frame.fit([hangul])


def test_without_ink_there_is_no_frame() -> None:
    with pytest.raises(ValueError, match="ink"):
        Frame.fit([GlyphImage("가", np.zeros((9, 9), np.uint8), 9, (0, 0))])
