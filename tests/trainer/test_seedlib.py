from __future__ import annotations

import pytest

from generator.model import load_model
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from tests.fonts import written_with
from trainer.seedlib import choose_seed


def test_a_font_finds_itself() -> None:
    model = load_model(device="cpu")
    for name, path in (("NanumPen", "nanum/NanumPen.ttf"), ("NanumBarunpen", "nanum/NanumBarunpenR.ttf")):
        choice = choose_seed(written_with(path, "".join(hangul_set("100"))), model)
        assert choice.name == name
        assert choice.distance < 0.3


def test_every_seed_is_ranked() -> None:
    choice = choose_seed(written_with("nanum/NanumBrush.ttf", "".join(hangul_set("28"))))
    distances = [distance for _, distance in choice.ranked]
    assert distances == sorted(distances)
    assert (choice.name, choice.distance) == choice.ranked[0]


def test_a_hand_without_syllables_is_refused() -> None:
    with pytest.raises(ValueError, match="ink"):
        choose_seed(GlyphSet.of("empty", []))
