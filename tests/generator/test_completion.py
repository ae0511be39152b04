from __future__ import annotations

import numpy as np
import pytest

from generator import completion
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


def test_drawn_letters_get_the_weight_of_the_written() -> None:
    for font in ("nanum/NanumBarunpenB.ttf", "nanum/NanumBarunGothicUltraLight.ttf"):
        drawer = _drawer(font, PLAINEST_FIRST[0])
        wanted = INK_TARGET * traced_area(drawer.own)
        before = traced_area(drawer.pictures(drawer.chars)) / wanted
        match_ink(drawer)
        after = traced_area(drawer.pictures(drawer.chars)) / wanted
        assert LEAST_GAIN <= drawer.gain <= MOST_GAIN
        assert abs(after - 1) <= abs(before - 1) + 0.01
        assert abs(after - 1) < 0.05 or not LEAST_GAIN + 0.02 < drawer.gain < MOST_GAIN - 0.02
