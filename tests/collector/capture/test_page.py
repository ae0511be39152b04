from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from collector.capture import read_page
from collector.errors import NoMarkers, TooBlurred, TooDark, TooFewMarkers, TwoSheets
from collector.instances import Verdict
from collector.simulator import Pen
from collector.simulator.score import score
from tests.collector.capture.conftest import CALM, EMPTY


def _good(reading):
    return {cell.char: cell.glyph.ink >= 128 for cell in reading.cells if cell.verdict is Verdict.GOOD}


@pytest.fixture(scope="module")
def calm_reading(calm):
    return read_page(calm)


@pytest.fixture(scope="module")
def curled_reading(curled):
    return read_page(curled)


def test_every_glyph_is_its_own_character(calm_reading, camera):
    truth = camera.truth["calm"]
    found = score(truth, calm_reading.where, _good(calm_reading))
    assert (calm_reading.set_name, calm_reading.page_index) == ("28", 0)
    assert found.misfiled == 0
    assert found.invented == 0
    assert found.lost <= 3
    assert found.f1 > 0.97
    assert found.placement_mm < 0.1


def test_a_curled_page_upside_down_is_read_as_well(curled_reading, camera):
    found = score(camera.truth["curled"], curled_reading.where, _good(curled_reading))
    assert found.misfiled == 0
    assert found.f1 > 0.93
    assert found.placement_mm < 0.3
    assert curled_reading.where.residual_mm < 0.2 < curled_reading.where.flat_residual_mm


def test_empty_cells_are_blank(calm_reading):
    assert {cell.char for cell in calm_reading.cells if cell.verdict is Verdict.BLANK} == set(EMPTY)


def test_glyphs_are_placed_as_agreed(calm_reading):
    glyphs = [cell.glyph for cell in calm_reading.cells if cell.glyph is not None]
    assert {glyph.char.isascii() for glyph in glyphs} == {True, False}
    for glyph in glyphs:
        assert glyph.em_px == pytest.approx(168)
        assert glyph.ink.shape == (236, 236)
        assert glyph.origin_px == pytest.approx((34, 34), abs=0.51)
        assert (glyph.baseline_em is None) == (not glyph.char.isascii())


def test_ink_is_grey_at_its_edges_and_white_elsewhere(calm_reading):
    glyph = next(cell.glyph for cell in calm_reading.cells if cell.char == "A")
    assert ((glyph.ink > 20) & (glyph.ink < 235)).any()
    assert (glyph.ink == 0).mean() > 0.8


def test_the_same_photograph_reads_the_same(calm, calm_reading):
    again = read_page(calm)
    assert calm_reading.cells
    for one, other in zip(calm_reading.cells, again.cells, strict=True):
        assert one.verdict is other.verdict
        assert (one.glyph is None and other.glyph is None) or np.array_equal(one.glyph.ink, other.glyph.ink)


def test_pencil_is_ink_too(camera):
    path = camera.take("pencil", "28", 0, replace(CALM, pen=Pen.PENCIL, pen_strength=0.55, grey_print=True))
    reading = read_page(path)
    found = score(camera.truth["pencil"], reading.where, _good(reading))
    assert found.f1 > 0.93
    assert found.lost <= 5


def _saved(pixels, path):
    Image.fromarray(pixels).save(path, quality=90)
    return path


@pytest.fixture(scope="module")
def pixels(calm):
    return np.asarray(Image.open(calm))


def test_black_is_too_dark(tmp_path):
    with pytest.raises(TooDark):
        read_page(_saved(np.full((900, 1200, 3), 9, np.uint8), tmp_path / "a.jpg"))


def test_a_photograph_of_something_else_has_no_markers(tmp_path):
    pattern = np.random.default_rng(1).integers(0, 255, (18, 24, 3), np.uint8)
    large = cv2.resize(pattern, (1200, 900), interpolation=cv2.INTER_NEAREST)
    with pytest.raises(NoMarkers, match=r"a\.jpg"):
        read_page(_saved(large, tmp_path / "a.jpg"))


@pytest.mark.parametrize("sigma_px", [7, 40])
def test_a_blurred_photograph_is_named_so(tmp_path, pixels, sigma_px):
    with pytest.raises(TooBlurred):
        read_page(_saved(cv2.GaussianBlur(pixels, (0, 0), sigma_px), tmp_path / "a.jpg"))


def test_a_blurred_photograph_without_any_ink_is_not_called_empty(camera):
    ghost = replace(CALM, pen=Pen.PENCIL, pen_strength=0.08, grey_print=True)
    sharp = read_page(camera.take("ghost", "28", 0, ghost))
    assert all(cell.glyph is None for cell in sharp.cells), "the pen must be too pale to be seen"
    with pytest.raises(TooBlurred):
        read_page(camera.take("blurred ghost", "28", 0, replace(ghost, defocus_px=3.8)))


def test_a_strip_of_a_page_has_too_few_markers(tmp_path, pixels):
    with pytest.raises(TooFewMarkers, match="16"):
        read_page(_saved(pixels[: pixels.shape[0] // 5], tmp_path / "a.jpg"))


def test_two_pages_in_one_photograph_are_refused(tmp_path, pixels, hundred):
    other = np.asarray(Image.open(hundred[0]))
    with pytest.raises(TwoSheets):
        read_page(_saved(np.hstack([pixels, other]), tmp_path / "a.jpg"))


def test_two_copies_of_a_page_in_one_photograph_are_refused(tmp_path, pixels):
    with pytest.raises(TwoSheets):
        read_page(_saved(np.hstack([pixels, pixels]), tmp_path / "a.jpg"))


def test_cells_cut_by_the_edge_of_the_photograph_are_clipped(tmp_path, pixels, camera):
    where, page = camera.truth["calm"].where, camera.truth["calm"].written.page
    last = page.cells[-1]
    edge = where.to_photo(np.array([[0.0, last.y + last.height / 2]]))[0, 1]
    reading = read_page(_saved(pixels[: int(edge)], tmp_path / "a.jpg"))
    row = [cell.verdict for cell, place in zip(reading.cells, page.cells, strict=True) if place.y == last.y]
    assert row
    assert set(row) == {Verdict.CLIPPED}
