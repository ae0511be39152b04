"""Habits of sets of letters whose answers are known."""

import cv2
import numpy as np
import pytest

from generator.frame import FRAME_PX
from trainer.evaluation.habits import (
    FEATURES,
    CharacterEffect,
    Habits,
    letter_features,
    likeness_among,
    robust_spread,
    slant_of,
    spread_beyond,
)


def _moved(picture, right=0.0, down=0.0, scale=1.0, slant=0.0):
    middle = FRAME_PX / 2
    matrix = np.array(
        [
            [scale, -scale * slant, middle * (1 - scale * (1 - slant)) + right],
            [0, scale, middle * (1 - scale) + down],
        ]
    )
    return cv2.warpAffine(picture, matrix, (FRAME_PX, FRAME_PX), flags=cv2.INTER_LINEAR)


@pytest.fixture(scope="module")
def effect() -> CharacterEffect:
    return CharacterEffect.load()


def _habits(pictures, chars, effect) -> Habits:
    vectors = np.zeros((len(pictures), 8), np.float32)
    vectors[:, 0] = 1
    return Habits.of(pictures, chars, vectors, effect)


def test_features_of_two_bars():
    picture = np.zeros((1, 96, 96), np.uint8)
    picture[0, 20:76, 20:28] = picture[0, 20:76, 60:68] = 255
    strokes, across, down, size, slant, ink = letter_features(picture)[0]
    assert (strokes, across, down) == (2, 44, 48)
    assert np.exp(size) == pytest.approx((48 * 56) ** 0.5, rel=0.01)
    assert np.exp(ink) == pytest.approx(2 * 8 * 56, rel=0.02)
    assert slant == pytest.approx(0, abs=0.01)


def test_specks_are_no_strokes():
    picture = np.zeros((1, 96, 96), np.uint8)
    picture[0, 20:76, 20:28] = 255
    picture[0, 80, 80] = 140
    assert letter_features(picture)[0][0] == 1


def test_blank_letters_are_left_out(effect):
    picture = np.zeros((3, 96, 96), np.uint8)
    picture[0, 20:76, 20:28] = 255
    assert np.isnan(letter_features(picture)[1:]).all()
    assert _habits(picture, "가나다", effect).letters == 1


@pytest.mark.parametrize("slant", [-0.3, -0.1, 0.2])
def test_slant_is_found_whatever_the_letter(hand, slant):
    before = np.nanmean([slant_of(picture) for picture in hand.real[:30]])
    after = np.nanmean([slant_of(_moved(picture, slant=slant)) for picture in hand.real[:30]])
    assert after - before == pytest.approx(slant, abs=0.25 * abs(slant))


def test_the_character_asks_for_most_of_the_ink_and_strokes(effect, hand):
    features, expected = letter_features(hand.real), effect.of(hand.chars)
    for name, least in (("strokes", 0.4), ("ink", 0.6), ("size", 0.3)):
        column = FEATURES.index(name)
        assert np.corrcoef(features[:, column], expected[:, column])[0, 1] > least


@pytest.mark.parametrize("seed", range(3))
def test_what_a_hand_adds_is_found_and_tidying_shows(effect, hand, seed):
    random = np.random.default_rng(seed)
    chars, tidy = hand.chars, hand.real
    lively = np.stack(
        [
            _moved(
                picture,
                4 * random.standard_normal(),
                3 * random.standard_normal(),
                np.exp(0.1 * random.standard_normal()),
                0.1 * random.standard_normal(),
            )
            for picture in tidy
        ]
    )
    before, after = _habits(tidy, chars, effect), _habits(lively, chars, effect)
    assert after.across == pytest.approx(np.hypot(4, before.across), rel=0.3)
    assert after.down == pytest.approx(np.hypot(3, before.down), rel=0.35)
    assert after.size > before.size * 1.1 and after.slant > before.slant * 1.1
    assert after.relative_strokes == pytest.approx(before.relative_strokes, rel=0.1)


def test_other_characters_of_the_same_hand_have_the_same_habits(effect, hand):
    """The sheet's 256 are easier than the unseen, half of which are rare: their own strokes and sizes differ."""
    written, unseen = _habits(hand.own, hand.written, effect), _habits(hand.real, hand.chars, effect)
    assert unseen.relative_strokes == pytest.approx(written.relative_strokes, rel=0.06)
    assert abs(unseen.relative_strokes - written.relative_strokes) < abs(unseen.strokes - written.strokes)
    assert unseen.size == pytest.approx(written.size, rel=0.35)


def test_joined_strokes_are_counted_as_one(effect, hand):
    thick = np.stack([cv2.dilate(picture, np.ones((5, 5), np.uint8)) for picture in hand.real])
    assert (
        _habits(thick, hand.chars, effect).relative_strokes
        < 0.9 * _habits(hand.real, hand.chars, effect).relative_strokes
    )


@pytest.mark.parametrize("seed", range(5))
def test_one_wild_letter_in_ten_hardly_changes_a_spread(seed):
    values = np.random.default_rng(seed).standard_normal(200)
    wild = values.copy()
    wild[::20] *= 50
    assert robust_spread(values) == pytest.approx(1, abs=0.2)
    assert robust_spread(wild) < 1.4 * robust_spread(values)


def test_spread_beyond_takes_the_characters_part_out():
    expected = np.linspace(0, 10, 100)
    noise = np.tile([-1.0, 1.0], 50)
    assert spread_beyond(3 * expected + noise, expected) < 1.2 * robust_spread(noise)
    assert spread_beyond(expected[:8] + noise[:8], expected[:8]) == pytest.approx(robust_spread(noise[:8]))


def test_likeness_of_equal_and_of_opposed_letters():
    one = np.array([[1.0, 0.0]], np.float32)
    assert likeness_among(np.repeat(one, 5, axis=0)) == pytest.approx(1)
    assert likeness_among(np.concatenate([one, -one])) == pytest.approx(-1)
    assert np.isnan(likeness_among(one))


def test_saved_effect_is_the_same(effect, tmp_path):
    effect.save(tmp_path)
    assert np.allclose(CharacterEffect.load(tmp_path).of("각괅뷁"), effect.of("각괅뷁"), atol=1e-3)
