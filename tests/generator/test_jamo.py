from __future__ import annotations

from generator.jamo import draw_lone_jamo
from generator.latin import stroke_width_px
from generator.model import load_model
from templates.charset import hangul_set
from templates.glyphs import Source
from templates.hangul import COMPATIBILITY_JAMO, MEDIALS
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
        if thick.char in MEDIALS:
            assert thick.source is Source.SEED
            assert stroke_width_px(thick.ink) / thick.em_px > stroke_width_px(thin.ink) / thin.em_px
