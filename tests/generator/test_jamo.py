from __future__ import annotations

import numpy as np

from generator.jamo import draw_lone_jamo, without_stray_marks
from generator.latin import stroke_width_px
from generator.model import load_model
from templates.charset import hangul_set
from templates.glyphs import Source
from templates.hangul import COMPATIBILITY_JAMO
from tests.fonts import written_with


def test_every_lone_jamo_is_drawn_in_the_hands_weight() -> None:
    model = load_model(device="cpu")
    heavy, light = (
        draw_lone_jamo(model, written_with(path, "".join(hangul_set("28"))), COMPATIBILITY_JAMO)
        for path in ("nanum/NanumBarunpenB.ttf", "nanum/NanumBarunGothicUltraLight.ttf")
    )
    assert [glyph.char for glyph in heavy] == list(COMPATIBILITY_JAMO)
    assert not any(glyph.is_blank for glyph in (*heavy, *light))
    for thick, thin in zip(heavy, light, strict=True):
        assert thick.source is Source.DRAWN
        assert stroke_width_px(thick.ink) / thick.em_px > stroke_width_px(thin.ink) / thin.em_px


def test_small_marks_of_other_jamo_are_taken_away() -> None:
    picture = np.zeros((96, 96), np.uint8)
    picture[20:70, 40:48] = 250
    content = picture > 0
    strayed = picture.copy()
    strayed[30:34, 60:70] = 220
    np.testing.assert_array_equal(without_stray_marks(strayed, content), picture)
    near = picture.copy()
    near[40:44, 50:52] = 220
    np.testing.assert_array_equal(without_stray_marks(near, content), near)
    elsewhere = np.roll(picture, 30, axis=1)
    np.testing.assert_array_equal(without_stray_marks(elsewhere, content), elsewhere)
