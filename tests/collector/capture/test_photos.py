import numpy as np
import pytest

from collector.capture import read_file, read_photos
from collector.errors import MixedSets, NoPhotos, PageMissing, PhotoError, TooFewWritten
from collector.instances import Preference, Verdict, judge_sheet, to_glyphs, unpack_ink
from templates.sheet import build_sheet
from tests.collector.capture.conftest import CALM


def judge(photos):
    return judge_sheet(read_photos(photos), Preference.BEST)


@pytest.fixture(scope="module")
def readings(hundred):
    return read_photos(hundred)


def test_a_sheet_of_two_pages(readings):
    sheet, judged = build_sheet("100"), judge_sheet(readings, Preference.BEST)
    assert (judged.set_name, judged.problem) == ("100", None)
    assert list(judged.verdicts) == [cell.char for page in sheet.pages for cell in page.cells]
    glyphs = to_glyphs("mother", judged.good)
    assert glyphs.name == "mother"
    assert list(glyphs) == [char for char, verdict in judged.verdicts.items() if verdict is Verdict.GOOD]
    assert len(glyphs) >= 0.95 * len(judged.verdicts)
    assert [reading.page_index for reading in readings] == [0, 1]


def test_order_does_not_matter_and_progress_is_told(hundred, readings):
    told = []
    other = read_photos(hundred[::-1], progress=lambda share, name: told.append((share, name)))
    assert told == [(0.5, "hangul.jpg"), (1.0, "latin.jpg")]
    assert [reading.instances for reading in other] == [reading.instances for reading in readings]
    assert [reading.number for reading in other] == [1, 0]


def test_what_is_kept_is_what_was_cut_out(hundred, readings):
    for path, reading in zip(hundred, readings, strict=True):
        [page] = read_file(path)
        assert reading.residual_mm == page.where.residual_mm
        assert 0.02 < reading.pen_em < 0.1
        for cell, instance in zip(page.cells, reading.instances, strict=True):
            assert (instance.char, instance.verdict, instance.finding) == (cell.char, cell.verdict, cell.finding)
            assert (instance.ink is not None) == (cell.verdict is Verdict.GOOD)
            if instance.ink is not None:
                assert np.array_equal(unpack_ink(cell.char, instance.ink).ink, cell.glyph.ink)


def test_a_missing_page_of_latin_is_a_notice(hundred):
    judged = judge(hundred[:1])
    assert judged.problem is None
    assert [notice.code for notice in judged.notices if notice.code.startswith("page")] == ["page.missing"]
    latin = {verdict for char, verdict in judged.verdicts.items() if char.isascii()}
    assert latin == {Verdict.MISSING}


def test_a_missing_page_of_hangul_is_named(hundred):
    problem = judge(hundred[1:]).problem
    assert isinstance(problem, PageMissing) and "Page 1 of 2" in problem.english


def test_pages_of_two_sheets_do_not_mix(hundred, calm):
    problem = judge([calm, hundred[0]]).problem
    assert isinstance(problem, MixedSets) and "calm.jpg" in problem.english


def test_two_photographs_of_a_page_complete_each_other(camera):
    chars = [cell.char for cell in build_sheet("28").pages[0].cells]
    first = camera.take("first", "28", 0, skip=chars[:6])
    second = camera.take("second", "28", 0, skip=chars[10:14])
    judged = judge([first, second])
    assert "page.repeated" in {notice.code for notice in judged.notices}
    assert {judged.chosen[char].reading.photo for char in chars[:6]} == {"second.jpg"}
    assert {judged.chosen[char].reading.photo for char in chars[10:14]} == {"first.jpg"}
    assert set(chars[:14]) <= {chosen.instance.char for chosen in judged.good}


def test_a_copy_of_a_photograph_is_not_read_again(calm, tmp_path):
    copy = tmp_path / "zz.jpg"
    copy.write_bytes(calm.read_bytes())
    assert [reading.photo for reading in read_photos([copy, calm])] == ["calm.jpg"]


def test_half_the_cells_empty_is_too_little(camera):
    hangul = [cell.char for cell in build_sheet("28").pages[0].cells if not cell.char.isascii()]
    path = camera.take("half", "28", 0, CALM, skip=hangul[::2] + hangul[1:4:2])
    problem = judge([path]).problem
    assert isinstance(problem, TooFewWritten)
    assert hangul[0] in problem.korean
    assert "at least 14" in problem.english


def test_no_photograph_is_named():
    with pytest.raises(NoPhotos):
        read_photos([])


def test_every_refusal_speaks_both_languages_and_has_a_code_of_its_own():
    every = PhotoError.__subclasses__()
    assert len({refusal.code for refusal in every}) == len(every)
    refusals = [refusal for refusal in every if refusal.__module__ == PhotoError.__module__]
    assert len(refusals) > 10
    for refusal in refusals:
        names = refusal.__init__.__code__.co_varnames[1 : refusal.__init__.__code__.co_argcount]
        examples = {
            "seen": 3,
            "printed": 16,
            "page_numbers": [2],
            "page_count": 3,
            "usable": 5,
            "asked": 28,
            "most": 20,
            "page_number": 1,
            "unseen": "xy",
        }
        error = refusal(*[examples.get(name, 14 if name == "needed" else "x") for name in names])
        assert any("가" <= letter <= "힣" for letter in error.korean)
        assert not any("가" <= letter <= "힣" for letter in error.english)
        assert error.code.startswith("photo.")
