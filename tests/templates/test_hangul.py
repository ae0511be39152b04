"""Hangul arithmetic against Unicode's own decomposition, for every syllable."""

import unicodedata

import pytest

from templates import hangul

INITIAL_BASE, MEDIAL_BASE, FINAL_BASE = 0x1100, 0x1161, 0x11A7


def test_every_syllable_decomposes_as_in_unicode():
    for char in hangul.SYLLABLES:
        initial, medial, *final = map(ord, unicodedata.normalize("NFD", char))
        expected = (initial - INITIAL_BASE, medial - MEDIAL_BASE, final[0] - FINAL_BASE if final else 0)
        assert hangul.decompose(char) == expected
        assert hangul.compose(*expected) == char


def test_jamo_tables_name_the_parts_that_unicode_names():
    for index, jamo in enumerate(hangul.INITIALS):
        assert _last_word(chr(INITIAL_BASE + index)) == _last_word(jamo)
    for index, jamo in enumerate(hangul.MEDIALS):
        assert _last_word(chr(MEDIAL_BASE + index)) == _last_word(jamo)
    for index, jamo in enumerate(hangul.FINALS[1:], start=1):
        assert _last_word(chr(FINAL_BASE + index)) == _last_word(jamo)


def test_layouts():
    assert [hangul.layout(char) for char in "가고과각곡곽"] == [0, 1, 2, 3, 4, 5]


def test_common_syllables_are_those_of_the_standard():
    assert sum(map(hangul.is_common, hangul.SYLLABLES)) == 2350
    assert not hangul.is_common("뷁")
    assert not hangul.is_common("A")


@pytest.mark.parametrize("char", ["A", "ㄱ", "가나", ""])
def test_what_is_no_syllable_is_refused(char):
    with pytest.raises(ValueError, match="not a modern Hangul syllable"):
        hangul.decompose(char)


def _last_word(char):
    return unicodedata.name(char).split()[-1]
