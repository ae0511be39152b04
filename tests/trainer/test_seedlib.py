from __future__ import annotations

import pytest

from generator.model import load_model
from generator.seeds import seed_names
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from tests.fonts import written_with
from trainer.seedlib import CANDIDATES, choose_seed


def test_a_font_finds_itself() -> None:
    model = load_model(device="cpu")
    for name, path in (("NanumPen", "nanum/NanumPen.ttf"), ("NanumBarunpen", "nanum/NanumBarunpenR.ttf")):
        choice = choose_seed(written_with(path, "".join(hangul_set("100"))), model)
        nearest, distance = choice.ranked[0]
        assert nearest == name
        assert distance < 0.3


def test_every_seed_is_ranked() -> None:
    choice = choose_seed(written_with("nanum/NanumBrush.ttf", "".join(hangul_set("28"))))
    distances = [distance for _, distance in choice.ranked]
    assert distances == sorted(distances)
    assert {name for name, _ in choice.ranked} == set(seed_names())


def test_the_trial_decides_among_the_nearest() -> None:
    choice = choose_seed(written_with("nanum/NanumBrush.ttf", "".join(hangul_set("28"))))
    off = [distance for _, distance in choice.tried]
    assert len(off) == CANDIDATES and off == sorted(off)
    assert choice.name == choice.tried[0][0]
    assert (choice.name, choice.distance) in choice.ranked


def test_a_printed_hand_is_drawn_from_its_own_font() -> None:
    choice = choose_seed(written_with("nanum/NanumBarunpenR.ttf", "".join(hangul_set("100"))))
    assert choice.name == "NanumBarunpen"


def test_a_hand_without_syllables_is_refused() -> None:
    with pytest.raises(ValueError, match="syllable"):
        choose_seed(GlyphSet.of("empty", []))
