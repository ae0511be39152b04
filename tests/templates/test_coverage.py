"""What the character sets must show, counted independently from Unicode's decomposition."""

import unicodedata

import pytest

from templates import coverage, hangul
from templates.charset import HANGUL_PER_PAGE, SET_NAMES, data_file, hangul_set

HORIZONTAL, MIXED = set("ᅩᅭᅮᅲᅳ"), set("ᅪᅫᅬᅯᅰᅱᅴ")


def parts(char):
    """Initial, medial, final (or None) and the class of the vowel, without the code under test."""
    initial, medial, *final = unicodedata.normalize("NFD", char)
    vowel_class = "below" if medial in HORIZONTAL else "both" if medial in MIXED else "beside"
    return initial, medial, final[0] if final else None, vowel_class


@pytest.fixture(scope="module", params=SET_NAMES)
def set_name(request):
    return request.param


def test_a_set_has_as_many_different_syllables_as_its_name_says(set_name):
    chars = hangul_set(set_name)
    assert len(set(chars)) == len(chars) == int(set_name)
    assert all(map(hangul.is_syllable, chars))


def test_every_set_shows_every_initial_medial_and_final(set_name):
    shown = list(map(parts, hangul_set(set_name)))
    assert len({initial for initial, _, _, _ in shown}) == 19
    assert len({medial for _, medial, _, _ in shown}) == 21
    assert len({final for _, _, final, _ in shown if final}) == 27


@pytest.mark.parametrize("set_name", ["100", "256"])
def test_a_hundred_show_initials_by_vowel_class_and_all_with_and_without_a_final(set_name):
    shown = list(map(parts, hangul_set(set_name)))
    assert len({(initial, vowel_class) for initial, _, _, vowel_class in shown}) == 19 * 3
    assert len({(initial, final is None) for initial, _, final, _ in shown}) == 19 * 2
    assert len({(medial, final is None) for _, medial, final, _ in shown}) == 21 * 2


def test_256_show_every_final_by_vowel_class_and_every_initial_in_every_layout():
    shown = list(map(parts, hangul_set("256")))
    assert len({(final, vowel_class) for _, _, final, vowel_class in shown if final}) == 27 * 3
    assert len({(initial, vowel_class, final is None) for initial, _, final, vowel_class in shown}) == 19 * 6


def test_a_hundred_show_every_final_in_more_than_one_place_where_common_words_do():
    finals = {(final, vowel_class) for _, _, final, vowel_class in map(parts, hangul_set("100")) if final}
    assert len(finals) >= 50


def test_sets_are_nested_and_the_first_page_holds_the_hundred():
    assert set(hangul_set("28")) < set(hangul_set("100"))
    assert set(hangul_set("100")) < set(hangul_set("256")[:HANGUL_PER_PAGE])


def test_small_sets_ask_for_common_syllables_only_and_the_large_one_for_rare_ones_where_no_common_will_do():
    assert all(map(hangul.is_common, hangul_set("100")))
    common = coverage.features_shown_by(filter(hangul.is_common, hangul.SYLLABLES))
    required = {feature for feature in coverage.all_features() if feature[0] in coverage.REQUIRED["256"]}
    for char in hangul_set("256"):
        if not hangul.is_common(char):
            assert required.intersection(coverage.features(char)) - common, f"{char} shows nothing rare"


def test_the_data_files_are_what_the_command_computes():
    for name, chosen in coverage.choose().items():
        assert data_file(name).read_text(encoding="utf-8") == coverage.as_text(chosen)


def test_strokes_of_familiar_syllables():
    assert [coverage.count_strokes(char) for char in "그이나빼"] == [2, 2, 3, 11]


def test_a_set_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no set '64'"):
        hangul_set("64")
