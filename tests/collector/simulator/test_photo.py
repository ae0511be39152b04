from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from collector.capture.cell_strokes import territory
from collector.capture.decode import load_photo
from collector.simulator import LEVELS, Conditions, FontWriter, Pen, photograph
from collector.simulator.conditions import everyday, hard
from collector.simulator.photo import _encode_jpeg
from collector.simulator.score import ink_f1
from collector.simulator.surface import Projection
from collector.simulator.written_page import ONE, write_page
from templates.sheet import build_sheet

SHEET = build_sheet("28")


@pytest.fixture(scope="module")
def hand():
    return FontWriter(Path(str(resources.files("templates") / "data" / "label.ttf")))


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_page_to_photograph_and_back(level):
    for seed in range(5):
        where = Projection(LEVELS[level](np.random.default_rng(seed)), (210.0, 297.0), (3000, 4000))
        points = np.random.default_rng(seed).uniform((0, 0), (210, 297), (40, 2))
        assert where.to_page(where.to_photo(points)) == pytest.approx(points, abs=1e-6)


def test_the_page_fills_its_share_of_the_frame():
    where = Projection(Conditions(fill=0.9, tilt_deg=30, roll_deg=40), (210.0, 297.0), (3000, 4000))
    corners = where.to_photo(np.array([[0, 0], [210, 0], [210, 297], [0, 297]], float))
    assert corners.min() > 0
    assert np.max(np.ptp(corners, axis=0) / (3000, 4000)) == pytest.approx(0.9, abs=0.02)


def test_bending_keeps_lengths_on_the_page():
    where = Projection(Conditions(bend_mm=8, bend_deg=90, cockle_mm=0), (210.0, 297.0), (3000, 4000))
    line = np.column_stack([np.full(2000, 105.0), np.linspace(0, 297, 2000)])
    space = where._bend.to_space(line)
    assert np.linalg.norm(np.diff(space, axis=0), axis=1).sum() == pytest.approx(297, abs=0.05)
    assert np.ptp(space[:, 2]) == pytest.approx(8, abs=0.1)


def test_every_character_is_written_in_its_own_cell(hand):
    page = SHEET.pages[0]
    written = write_page(SHEET, page, hand, Conditions(), skip=frozenset("가"))
    assert "가" not in written.chars
    for number, cell in enumerate(page.cells, start=1):
        mine = written.owner == number
        assert mine.any() == (cell.char in written.chars)
        assert mine[territory(cell)].sum() >= 0.9 * mine.sum()


@pytest.mark.parametrize("pen", list(Pen))
def test_ink_is_darker_than_paper_in_red_light(hand, pen):
    written = write_page(SHEET, SHEET.pages[0], hand, Conditions(pen=pen, pen_strength=0.9), skip=frozenset())
    red = written.reflectance[..., 0] / ONE
    assert red[written.owner > 0].mean() < 0.4 < 0.9 < np.median(red)


def test_the_same_conditions_give_the_same_file(hand):
    first, again = (photograph(SHEET, 0, hand, Conditions(seed=3), width_px=800).jpeg for _ in range(2))
    assert first == again


def test_stored_orientation_does_not_change_what_is_seen(tmp_path):
    y, x = np.mgrid[0:120, 0:80]
    pixels = np.dstack([x * 3, y * 2, 255 - x * 3]).astype(np.uint8)
    for orientation in (1, 3, 6, 8):
        path = tmp_path / f"{orientation}.jpg"
        path.write_bytes(_encode_jpeg(pixels, Conditions(jpeg_quality=95, exif_orientation=orientation)))
        seen = load_photo(path)
        assert seen.shape == pixels.shape
        assert np.abs(seen.astype(int) - pixels).mean() < 3


def test_levels_stay_within_their_limits():
    for seed in range(50):
        mild, rough = (level(np.random.default_rng(seed)) for level in (everyday, hard))
        assert mild.tilt_deg <= 25
        assert mild.defocus_px <= 1.5
        assert mild.jpeg_quality >= 70
        assert rough.tilt_deg <= 45
        assert 5 <= rough.bend_mm <= 8
        assert rough.defocus_px <= 4
        assert rough.jpeg_quality >= 30
        assert rough.covered_markers <= 0.34


def test_f1_forgives_one_pixel_and_no_more():
    ink = np.zeros((60, 60), bool)
    ink[20:40, 20:26] = True
    near, exact = ink_f1(np.roll(ink, 1, axis=1), ink)
    assert near == 1
    assert exact == pytest.approx(5 / 6)
    far, _ = ink_f1(np.roll(ink, 3, axis=1), ink)
    assert far < 0.9
