from __future__ import annotations

from pathlib import Path

import pytest

from generator.frame import FRAME_PX
from templates.charset import hangul_set
from tests.fonts import debian_font
from trainer.corpus import load_hands, render_font


def test_a_pack_gives_back_its_hands(pack: Path) -> None:
    hands = load_hands(pack / "train")
    assert [hand.name for hand in hands] == ["NanumBrush", "NanumPen"]
    for hand in hands:
        assert len(hand.index) == 256 + 51
        assert hand.picture("ㄱ").shape == (FRAME_PX, FRAME_PX)
        assert hand.picture(hangul_set("28")[0]).max() > 200


def test_a_hand_says_when_it_lacks_a_character(pack: Path) -> None:
    with pytest.raises(KeyError):
        load_hands(pack / "train")[0].picture("A")


def test_characters_a_font_lacks_are_left_out() -> None:
    glyphs = render_font(debian_font("nanum/NanumPen.ttf"), ["가", "\U0001f600", " "])
    assert [glyph.char for glyph in glyphs] == ["가"]
