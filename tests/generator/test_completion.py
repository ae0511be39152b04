from __future__ import annotations

import numpy as np
import pytest

from generator import completion, weight
from generator.drawing import Drawer, read_confidence
from generator.model import load_model
from generator.seeds import PLAINEST_FIRST, load_seed, seed_names
from generator.weight import INK_TARGET, LEAST_GAIN, MOST_GAIN, match_ink, traced_area
from templates.charset import hangul_set
from templates.hangul import SYLLABLES
from tests.fonts import written_with

BRUSH = PLAINEST_FIRST[-1]


def _drawer(font: str, seed: str) -> Drawer:
    written = written_with(font, "".join(hangul_set("28")))
    return Drawer(load_model(device="cpu"), written, load_seed(seed))


def test_the_plainest_seeds_are_all_the_seeds() -> None:
    assert sorted(PLAINEST_FIRST) == sorted(seed_names())


def test_a_doubtful_letter_is_drawn_again_from_other_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = 0.97
    monkeypatch.setattr(completion, "DOUBTFUL_CONFIDENCE", strict)
    drawer = _drawer("nanum/NanumPen.ttf", BRUSH)
    rare = SYLLABLES[::97]
    match_ink(drawer)
    at_first = read_confidence(drawer.model, drawer.pictures(rare), rare)
    pictures, confidence, redrawn = completion.draw_checked(drawer, rare)
    assert redrawn == (at_first < strict).sum() > 0
    assert (confidence >= at_first - 1e-3).all()
    assert (confidence < strict).sum() < redrawn / 2
    np.testing.assert_allclose(read_confidence(drawer.model, pictures, rare), confidence, atol=0.02)


def _ink(drawer: Drawer) -> float:
    """Ink of the drawn letters, as a share of what is wanted."""
    return traced_area(drawer.pictures(drawer.chars)) / (INK_TARGET * traced_area(drawer.own))


def test_drawn_letters_get_the_weight_of_the_written() -> None:
    for font in ("nanum/NanumBarunpenB.ttf", "nanum/NanumBarunGothicUltraLight.ttf", "nanum/NanumBrush.ttf"):
        drawer = _drawer(font, PLAINEST_FIRST[0])
        before = _ink(drawer)
        match_ink(drawer)
        assert LEAST_GAIN < drawer.gain < MOST_GAIN
        assert abs(_ink(drawer) - 1) < 0.03, font
    assert before < 0.95, "without a gain the brush loses ink"


@pytest.mark.parametrize(("limits", "reached"), [((0.8, 1.1), 1.1), ((1.9, 2.2), 1.9)])
def test_a_weight_beyond_the_limits_is_approached(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[float, float], reached: float
) -> None:
    monkeypatch.setattr(weight, "LEAST_GAIN", limits[0])
    monkeypatch.setattr(weight, "MOST_GAIN", limits[1])
    drawer = _drawer("nanum/NanumBrush.ttf", PLAINEST_FIRST[0])
    match_ink(drawer)
    assert drawer.gain == pytest.approx(reached, abs=0.01), "the brush wants 1.5"
