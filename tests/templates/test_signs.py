"""The table of signs: every sign of a font has strokes, or parts that the font has."""

from __future__ import annotations

import numpy as np
import pytest

from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, SYLLABLES
from templates.signs import BLANK, MADE_OF_PUNCTUATION, Mark, composition_of, signs, strokes_by_sign

LETTERS = {*ASCII_PRINTABLE, *COMPATIBILITY_JAMO, *SYLLABLES, *MADE_OF_PUNCTUATION}
COMBINING = {chr(code) for code in range(0x300, 0x370)}
SMALL_PUNCTUATION = {"\u2044", "\u2215", "\u02bc"}


def test_no_sign_is_listed_twice_or_known_already() -> None:
    assert len(signs()) == len(set(signs())) > 650
    assert not LETTERS & set(signs())


@pytest.mark.parametrize("sign", signs())
def test_every_sign_can_be_made(sign: str) -> None:
    parts = composition_of(sign)
    ways = [sign in strokes_by_sign(), parts is not None, sign in BLANK]
    assert sum(ways) == 1
    if parts is not None:
        assert set(parts.text) <= LETTERS | set(signs()) | COMBINING | SMALL_PUNCTUATION


@pytest.mark.parametrize(
    ("sign", "how", "text"), [("㎞", "square", "km"), ("ⓒ", "circle", "c"), ("㉠", "circle", "ㄱ")]
)
def test_parts_are_those_of_unicode(sign: str, how: str, text: str) -> None:
    parts = composition_of(sign)
    assert parts is not None
    assert (parts.how, parts.text) == (how, text)


def test_letters_in_the_table_are_in_the_font() -> None:
    texts = [s.text for strokes in strokes_by_sign().values() for s in strokes if s.mark is Mark.LETTERS]
    assert texts
    assert all(set(text) <= LETTERS for text in texts)


def test_strokes_stay_near_their_square() -> None:
    for sign, strokes in strokes_by_sign().items():
        points = np.concatenate([stroke.points for stroke in strokes])
        longest = 3.2 if sign in "⸺⸻" else 1.3
        assert points.min() >= -0.2, sign
        assert points[:, 0].max() <= longest, sign
        assert points[:, 1].max() <= 1.3, sign


def test_a_mirrored_sign_is_the_other_s_mirror_image() -> None:
    left, right = strokes_by_sign()["←"], strokes_by_sign()["→"]
    for one, two in zip(left, right, strict=True):
        np.testing.assert_allclose(one.points, two.points * [-1, 1] + [1, 0])
