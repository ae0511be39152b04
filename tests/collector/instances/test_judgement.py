"""Which instance counts and whether a sheet will do: pure functions over what was read, one for all who ask."""

import random
from dataclasses import replace

import pytest

from collector.errors import MixedSets, NoPhotos, PageCutOff, PageMissing, TooFewWritten
from collector.instances import (
    DamagedInkError,
    PhotoReading,
    Preference,
    Verdict,
    choose,
    in_order,
    judge_sheet,
    load_readings,
    renamed,
    save_readings,
    to_glyphs,
)
from templates.sheet import build_sheet
from tests.collector.store.samples import flawed, instance, page_reading, reading

CHARS = [cell.char for cell in build_sheet("28").pages[0].cells]
FIRST, SECOND = CHARS[:2]
BLANK, MISSING, FAINT, SMUDGED = Verdict.BLANK, Verdict.MISSING, Verdict.FAINT, Verdict.SMUDGED


@pytest.mark.parametrize("preference", list(Preference))
def test_of_two_photographs_each_gives_what_the_other_lacks(preference: Preference) -> None:
    pair = [page_reading(1, {FIRST: BLANK}), page_reading(2, {SECOND: SMUDGED})]
    chosen = choose(pair, preference)
    assert {each.instance.verdict for each in chosen.values()} == {Verdict.GOOD}
    assert (chosen[FIRST].reading.number, chosen[SECOND].reading.number) == (2, 1)


def test_of_two_good_ones_the_newest_counts_in_the_web_and_the_sharper_on_the_command_line() -> None:
    older, newer = page_reading(1, sharpness=0.9), page_reading(2, sharpness=0.5)
    for pair in ([older, newer], [newer, older]):
        assert {each.reading.number for each in choose(pair, Preference.NEWEST).values()} == {2}
        assert {each.reading.number for each in choose(pair, Preference.BEST).values()} == {1}


def test_what_is_nowhere_good_is_the_newest_that_shows_it_or_the_best() -> None:
    three = [page_reading(1, {FIRST: SMUDGED}), page_reading(2, {FIRST: FAINT}), page_reading(3, {FIRST: MISSING})]
    assert choose(three, Preference.NEWEST)[FIRST].instance.verdict is FAINT
    assert choose(three, Preference.BEST)[FIRST].instance.verdict is SMUDGED


def test_the_best_photograph_comes_first_and_order_of_arrival_does_not_matter() -> None:
    fuller, sharper, named = page_reading(1, blur_mm=0.3), page_reading(2, {FIRST: BLANK}), page_reading(3, blur_mm=0.3)
    for seed in range(5):
        some = [fuller, sharper, named]
        random.Random(seed).shuffle(some)
        assert in_order(some, Preference.BEST) == [fuller, named, sharper]
        assert in_order(some, Preference.NEWEST) == [named, sharper, fuller]
        assert choose(some, Preference.BEST)[SECOND].reading is fuller, "equal ones: the first in order"


def test_glyphs_come_in_the_sheets_order_whoever_wrote_them_last() -> None:
    judged = judge_sheet([page_reading(1, {SECOND: BLANK}), page_reading(2, {FIRST: BLANK})], Preference.NEWEST)
    assert list(to_glyphs("hand", judged.good)) == CHARS
    bare = judge_sheet([reading(1, *(flawed(char) for char in CHARS))], Preference.BEST)
    assert to_glyphs("hand", bare.good).glyphs == {}


def test_a_good_instance_without_ink_is_no_glyph() -> None:
    old = reading(1, *(replace(instance(char), ink=None) for char in CHARS))
    with pytest.raises(DamagedInkError, match=r"1\.jpg"):
        to_glyphs("hand", judge_sheet([old], Preference.NEWEST).good)


@pytest.mark.parametrize("preference", list(Preference))
def test_halves_of_a_page_make_a_whole_one(preference: Preference) -> None:
    upper = page_reading(1, dict.fromkeys(CHARS[20:], MISSING))
    lower = page_reading(2, dict.fromkeys(CHARS[:14], MISSING))
    alone = judge_sheet([upper], preference).problem
    assert isinstance(alone, PageCutOff) and "1.jpg" in alone.english
    both = judge_sheet([upper, lower], preference)
    assert both.problem is None and set(both.verdicts.values()) == {Verdict.GOOD}
    assert [reading.number for reading in both.by_page[0]] == [2, 1], "the newer one, which shows more"


def test_every_problem_has_its_name_and_a_font_none() -> None:
    few = dict.fromkeys(CHARS[:20], BLANK)
    problems: list[tuple[list[PhotoReading], type[Exception] | None]] = [
        ([], NoPhotos),
        ([page_reading(1)], None),
        ([page_reading(1), page_reading(2, set_name="100")], MixedSets),
        ([page_reading(1, set_name="100", page_index=1)], PageMissing),
        ([page_reading(1, few)], TooFewWritten),
        ([page_reading(1, dict.fromkeys(CHARS[:20], MISSING))], PageCutOff),
    ]
    for readings, kind in problems:
        for preference in Preference:
            assert type(judge_sheet(readings, preference).problem) is (kind or type(None))


def test_notices_name_pages_photographs_and_cells() -> None:
    first = build_sheet("100").pages[0].cells[0].char
    pages = [page_reading(k, {first: BLANK}, set_name="100", photo=f"사진 {k}.jpg") for k in (1, 2)]
    judged = judge_sheet(pages, Preference.BEST)
    assert [notice.code for notice in judged.notices] == [
        "page.repeated",
        "photo.soft",
        "photo.soft",
        "page.missing",
        "cells.blank",
    ]
    assert "사진 1.jpg, 사진 2.jpg" in judged.notices[0].korean
    assert judged.verdicts[first] is BLANK
    latin = [cell.char for cell in judged.missing[0].cells]
    assert {judged.verdicts[char] for char in latin} == {MISSING}


def test_readings_on_disk_come_back_as_they_were(tmp_path) -> None:
    given = [page_reading(1, {FIRST: FAINT}, blur_mm=0.1 + 0.2), reading(7, instance("A"), instance("'"))]
    save_readings(tmp_path / "readings.json", given)
    assert load_readings(tmp_path / "readings.json") == given


def test_a_reading_calls_its_photograph_as_its_writer_does() -> None:
    shown = renamed(reading(1, photo="photo-1.jpg"), "photo-1.jpg", "엄마.jpg")
    assert shown.photo == "엄마.jpg"
