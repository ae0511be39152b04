from __future__ import annotations

import numpy as np
import pytest

from generator.latin import complete_latin, stroke_width_px, with_stroke_width
from generator.seeds import load_seed, seed_names
from templates.glyphs import GlyphSet
from templates.hangul import ASCII_PRINTABLE
from tests.fonts import written_with

HANGUL = "가나다라마바사아자차카타파하괜찮은삶닭"


def bar(width: int) -> np.ndarray:
    ink = np.zeros((96, 96), np.uint8)
    ink[10:86, 40 : 40 + width] = 255
    return ink


@pytest.mark.parametrize("width", [4, 6, 10])
def test_stroke_width_is_measured(width: int) -> None:
    assert stroke_width_px(bar(width)) == pytest.approx(width, rel=0.15)


@pytest.mark.parametrize("change", [-2.0, 3.0])
def test_stroke_width_is_changed(change: float) -> None:
    across = with_stroke_width(bar(8), change)[48].sum() / 255
    assert across == pytest.approx(8 + change, abs=0.3)


def test_thinning_never_erases() -> None:
    assert (with_stroke_width(bar(4), -20.0) > 60).sum() > 40


def test_an_empty_latin_page_is_filled() -> None:
    written = written_with("nanum/NanumPen.ttf", HANGUL)
    glyphs = complete_latin(written, load_seed(seed_names()[0]))
    assert [glyph.char for glyph in glyphs] == list(ASCII_PRINTABLE)
    assert not any(glyph.is_blank for glyph in glyphs)


def test_only_the_missing_is_filled_and_stands_on_the_baseline() -> None:
    written = written_with("nanum/NanumPen.ttf", HANGUL)
    glyphs = {glyph.char: glyph for glyph in complete_latin(written, load_seed(seed_names()[0]))}
    bounds = glyphs["H"].bounds_em()
    assert bounds is not None
    assert bounds[3] == pytest.approx(glyphs["H"].baseline_em, abs=0.03)
    some = GlyphSet.of("some", [*written.values(), *(glyphs[char] for char in "abc")])
    assert len(complete_latin(some, load_seed(seed_names()[0]))) == 91
