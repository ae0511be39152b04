"""Photographs as people take them: halves of a page, mirrors, folds, odd paper, strokes that leave their cells."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from collector.capture import read_page, read_photos
from collector.errors import MirroredPhoto, PageCutOff, PageNotFlat, TooBlurred
from collector.instances import Cause, Finding, Preference, Verdict, judge_sheet
from collector.simulator import Pen
from collector.simulator.photo import take_photo
from collector.simulator.score import score
from collector.simulator.written_page import write_page
from templates.sheet import build_sheet
from tests.collector.capture.conftest import CALM, WIDTH_PX

SHEET = build_sheet("28")


def _good(reading):
    return {cell.char: cell.glyph.ink >= 128 for cell in reading.cells if cell.verdict is Verdict.GOOD}


@pytest.fixture(scope="module")
def halves(hand, tmp_path_factory):
    """The upper and the lower half of one page, each on its own photograph."""
    folder = tmp_path_factory.mktemp("halves")
    written = write_page(SHEET, SHEET.pages[0], hand, CALM, skip=frozenset())
    conditions = replace(CALM, upright=False, fill=0.95)
    parts = {"upper.jpg": (0.0, 0.0, 1.0, 0.52), "lower.jpg": (0.0, 0.48, 1.0, 1.0)}
    return [
        take_photo(written, replace(conditions, part=part), width_px=WIDTH_PX).save(folder / n)
        for n, part in parts.items()
    ]


def test_two_halves_make_a_page(halves):
    judged = judge_sheet(read_photos(halves), Preference.BEST)
    assert judged.problem is None
    assert len(judged.good) >= 0.97 * len(judged.verdicts)
    assert Verdict.MISSING not in judged.verdicts.values()
    photos = [chosen.reading.photo for chosen in judged.chosen.values()]
    assert (set(photos[:10]), set(photos[-8:])) == ({"upper.jpg"}, {"lower.jpg"})


def test_what_is_printed_is_learnt_from_the_cells_in_the_picture(hand, tmp_path):
    latin = build_sheet("100")
    pencil = replace(CALM, pen=Pen.PENCIL, pen_strength=0.55, upright=False, fill=0.95, part=(0.0, 0.0, 1.0, 0.45))
    photo = take_photo(write_page(latin, latin.pages[1], hand, pencil, skip=frozenset()), pencil, width_px=WIDTH_PX)
    reading = read_page(photo.save(tmp_path / "half.jpg"))
    assert len(_good(reading)) > 30
    assert score(photo, reading.where, _good(reading)).f1 > 0.95


def test_one_half_says_what_is_out_of_the_picture(halves):
    reading = read_page(halves[0])
    out = [cell for cell in reading.cells if cell.verdict is Verdict.MISSING]
    assert len(out) > 20
    assert {cell.finding.cause for cell in out} <= {Cause.NOT_SHOWN, Cause.OUT_OF_REACH}
    assert set(reading.markers_missing) & {marker.id for marker in SHEET.pages[0].markers[9:13]}
    problem = judge_sheet(read_photos(halves[1:]), Preference.BEST).problem
    assert isinstance(problem, PageCutOff) and "lower.jpg" in problem.english


def test_a_mirrored_photograph_is_named_so(calm, tmp_path):
    pixels = np.asarray(Image.open(calm))
    Image.fromarray(np.ascontiguousarray(pixels[:, ::-1])).save(tmp_path / "a.jpg", quality=90)
    with pytest.raises(MirroredPhoto, match=r"a\.jpg"):
        read_page(tmp_path / "a.jpg")


def test_a_folded_page_is_not_flat(calm, tmp_path):
    pixels = np.asarray(Image.open(calm))
    fold = pixels.shape[0] * 11 // 20
    skewed = np.float32([[1, 0.4, 0], [0, 0.7, 0]])
    lower = cv2.warpAffine(pixels[fold:], skewed, (pixels.shape[1], pixels.shape[0] - fold))
    Image.fromarray(np.vstack([pixels[:fold], lower])).save(tmp_path / "a.jpg", quality=90)
    with pytest.raises(PageNotFlat, match=r"a\.jpg"):
        read_page(tmp_path / "a.jpg")


def test_coloured_squared_paper_written_on_both_sides_is_read(camera):
    odd = replace(CALM, paper=(1.0, 0.74, 0.8), ruling="squares", back_shows=0.1, dust=80, grey_print=True)
    reading = read_page(camera.take("odd", "28", 0, odd, skip="각국"))
    found = score(camera.truth["odd"], reading.where, _good(reading))
    assert found.placement_mm < 0.15
    assert found.f1 > 0.95
    assert found.invented == 0
    assert found.lost <= 4


def test_what_blur_hides_is_not_called_good(camera):
    path = camera.take("soft", "28", 0, replace(CALM, pen=Pen.PENCIL, pen_strength=0.5, defocus_px=5.0, noise=5.0))
    try:
        reading = read_page(path)
    except TooBlurred:
        return
    flawed = [cell for cell in reading.cells if cell.verdict is Verdict.SMUDGED]
    assert len(flawed) > 10
    assert all(cell.finding.value != cell.finding.limit for cell in flawed)


def test_every_cell_that_is_not_good_says_why_in_numbers(calm):
    cells = read_page(calm).cells
    assert {cell.verdict for cell in cells} > {Verdict.GOOD}
    for cell in cells:
        assert (cell.finding is None) == (cell.verdict is Verdict.GOOD)
        if cell.finding is not None:
            assert cell.finding.verdict is cell.verdict
            assert any("가" <= letter <= "힣" for letter in cell.finding.korean)
            assert "{" not in cell.finding.korean + cell.finding.english


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_sentences(cause):
    finding = Finding(cause, 0.25, 0.5)
    assert finding.verdict is not Verdict.GOOD
    assert not any("가" <= letter <= "힣" for letter in finding.english)
    assert ("." in finding.korean) and ("{" not in finding.korean)


def test_an_empty_sheet_is_blank_whatever_its_guides_look_like(camera):
    everything = [cell.char for cell in SHEET.pages[0].cells]
    reading = read_page(camera.take("empty", "28", 0, CALM, skip=everything))
    assert {cell.verdict for cell in reading.cells} == {Verdict.BLANK}
    assert reading.contrast == 0
