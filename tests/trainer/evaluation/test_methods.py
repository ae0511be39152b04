"""The baselines draw, and draw what they should."""

from itertools import count
from statistics import mean

import cv2
import numpy as np
import pytest

from generator.seeds import SEED_FONTS, seed_names
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from trainer.evaluation import pix2pix
from trainer.evaluation.composition import FINAL, INITIAL, MEDIAL, Composition, regions
from trainer.evaluation.methods import get_ready, seed_pictures
from trainer.evaluation.metrics import as_traced, soft_iou
from trainer.evaluation.pix2pix import train_pix2pix


def test_unknown_method_is_named():
    with pytest.raises(ValueError, match="nobody"):
        get_ready(GlyphSet.of("", []), ["nobody"])


def test_seeds_can_be_drawn_as_they_are():
    for name in [name for name in SEED_FONTS if name in seed_names()][:2]:
        drawn = seed_pictures(name)(["가", "뷁"])
        assert drawn.shape == (2, 96, 96) and (drawn.max(axis=(1, 2)) > 200).all()


def test_parts_are_cut_where_the_layout_puts_them():
    picture = np.zeros((96, 96), np.uint8)
    cv2.rectangle(picture, (20, 20), (40, 45), 255, -1)
    cv2.rectangle(picture, (60, 15), (66, 50), 255, -1)
    cv2.rectangle(picture, (25, 62), (66, 80), 255, -1)
    labels = regions(picture, "각")
    assert (labels[25, 30], labels[30, 63], labels[70, 40], labels[90, 90]) == (INITIAL, MEDIAL, FINAL, -1)


def test_a_stroke_that_barely_crosses_the_cut_stays_whole():
    picture = np.zeros((96, 96), np.uint8)
    cv2.rectangle(picture, (15, 25), (50, 31), 255, -1)
    cv2.rectangle(picture, (56, 10), (62, 85), 255, -1)
    labels = regions(picture, "기")
    assert set(labels[picture > 0][:1]) <= {INITIAL, MEDIAL}
    assert (labels[12:84, 57:61] == MEDIAL).all() and (labels[26:30, 16:49] == INITIAL).all()


def test_composition_comes_near_a_regular_font(hand):
    composition = Composition(list(hangul_set("256")), hand.own)
    drawn = composition.pictures(hand.chars)
    assert drawn.shape == hand.real.shape and (drawn.max(axis=(1, 2)) > 200).all()
    apart = soft_iou(np.roll(hand.real, 1, axis=0), hand.real).mean()
    assert soft_iou(drawn, hand.real).mean() > apart + 0.15


def test_composition_of_one_glyph_still_draws():
    picture = np.zeros((1, 96, 96), np.uint8)
    picture[0, 20:70, 20:30] = 255
    assert Composition(["가"], picture).pictures(["뷁"]).shape == (1, 96, 96)


def test_pix2pix_begins_as_the_seed(hand):
    seed = seed_pictures("NanumPen")
    draw = train_pix2pix(seed, hand.chars[:8], hand.real[:8], 0, "cpu")
    drawn, content = draw(hand.chars[8:12]), seed(hand.chars[8:12])
    assert soft_iou(as_traced(drawn), as_traced(content)).min() > 0.9


def test_pix2pix_learns_the_hand(hand, monkeypatch):
    monkeypatch.setattr(pix2pix, "BATCH", 2)
    seed = seed_pictures("NanumPen")
    gains = []
    for first in (0, 8):
        chars, real = hand.chars[first : first + 2], hand.real[first : first + 2]
        draw = train_pix2pix(seed, chars, real, 24, "cpu", clock=count().__next__)
        gains.append(soft_iou(draw(chars), real).mean() / soft_iou(seed(chars), real).mean())
    assert mean(gains) > 1.3, gains
