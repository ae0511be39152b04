import numpy as np
import pytest

from collector.capture import Verdict, read_photos
from collector.errors import MixedSets, NoPhotos, PageMissing, PhotoError, TooFewWritten
from templates.sheet import build_sheet
from tests.collector.capture.conftest import CALM


@pytest.fixture(scope="module")
def capture(hundred):
    return read_photos(hundred, name="mother")


def test_a_sheet_of_two_pages(capture):
    sheet = build_sheet("100")
    assert capture.set_name == "100"
    assert capture.glyphs.name == "mother"
    assert [cell.char for cell in capture.cells] == [cell.char for page in sheet.pages for cell in page.cells]
    assert set(capture.glyphs) == set(capture.chars(Verdict.GOOD))
    assert len(capture.glyphs) >= 0.95 * len(capture.cells)
    assert [page.page_index for page in capture.pages] == [0, 1]


def test_order_does_not_matter_and_progress_is_told(hundred, capture):
    told = []
    other = read_photos(hundred[::-1], name="mother", progress=lambda share, name: told.append((share, name)))
    assert told == [(0.5, "hangul.jpg"), (1.0, "latin.jpg")]
    assert other.cells == capture.cells
    assert list(other.glyphs) == list(capture.glyphs)
    assert all(np.array_equal(other.glyphs[char].ink, capture.glyphs[char].ink) for char in capture.glyphs)


def test_a_missing_page_of_latin_is_a_notice(hundred):
    capture = read_photos(hundred[:1])
    assert [notice.code for notice in capture.notices if notice.code.startswith("page")] == ["page.missing"]
    latin = [cell for cell in capture.cells if cell.char.isascii()]
    assert {cell.verdict for cell in latin} == {Verdict.BLANK}
    assert {cell.photo for cell in latin} == {None}


def test_a_missing_page_of_hangul_is_named(hundred):
    with pytest.raises(PageMissing, match="Page 1 of 2"):
        read_photos(hundred[1:])


def test_a_missing_page_allowed_is_still_too_little(hundred):
    with pytest.raises(TooFewWritten):
        read_photos(hundred[1:], allow_missing=True)


def test_pages_of_two_sheets_do_not_mix(hundred, calm):
    with pytest.raises(MixedSets, match=r"calm\.jpg"):
        read_photos([calm, hundred[0]])


def test_two_photographs_of_a_page_complete_each_other(camera):
    chars = [cell.char for cell in build_sheet("28").pages[0].cells]
    first = camera.take("first", "28", 0, skip=chars[:6])
    second = camera.take("second", "28", 0, skip=chars[10:14])
    capture = read_photos([first, second])
    assert "page.repeated" in {notice.code for notice in capture.notices}
    assert {cell.photo for cell in capture.cells if cell.char in chars[:6]} == {"second.jpg"}
    assert {cell.photo for cell in capture.cells if cell.char in chars[10:14]} == {"first.jpg"}
    assert set(chars[:14]) <= set(capture.glyphs)


def test_a_copy_of_a_photograph_is_not_read_again(calm, tmp_path):
    copy = tmp_path / "zz.jpg"
    copy.write_bytes(calm.read_bytes())
    capture = read_photos([copy, calm])
    assert [page.photo for page in capture.pages] == ["calm.jpg"]
    assert "page.repeated" not in {notice.code for notice in capture.notices}


def test_half_the_cells_empty_is_too_little(camera):
    hangul = [cell.char for cell in build_sheet("28").pages[0].cells if not cell.char.isascii()]
    path = camera.take("half", "28", 0, CALM, skip=hangul[::2] + hangul[1:4:2])
    with pytest.raises(TooFewWritten) as refusal:
        read_photos([path])
    assert hangul[0] in refusal.value.korean
    assert "at least 14" in refusal.value.english


def test_no_photograph_is_named():
    with pytest.raises(NoPhotos):
        read_photos([])


def test_every_refusal_speaks_both_languages_and_has_a_code_of_its_own():
    every = PhotoError.__subclasses__()
    assert len({refusal.code for refusal in every}) == len(every)
    refusals = [refusal for refusal in every if refusal.__module__ == PhotoError.__module__]
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
