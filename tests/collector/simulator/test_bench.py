from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from collector.capture import read_file
from collector.instances import Verdict
from collector.simulator import Conditions, FontWriter, Pen
from collector.simulator.cases import GRID, MAKERS
from collector.simulator.conditions import on_tablet
from collector.simulator.digital_pages import FlatMapping, ScaledMapping, tablet_pdf
from collector.simulator.photo import Photograph
from collector.simulator.results import OURS, Result, append, load
from collector.simulator.score import Score, score
from collector.simulator.surface import Projection
from collector.simulator.table import report
from collector.simulator.written_page import write_page
from templates.sheet import build_sheet

SHEET = build_sheet("28")
SCORE = Score(0.05, 0.97, 0.9, 0.8, "가", 1, 0, 2, 0, 122)


def _result(number, method=OURS, level="hard", refused=None, **conditions):
    found = None if refused else SCORE
    return Result(number, level, method, "28/1", "hand", Conditions(**conditions), refused, 1.5, found, {"EMPTY": 3})


def test_a_run_goes_on_from_what_its_folder_holds(tmp_path):
    results = [_result(k, paper=(1.0, 0.9, 0.7), pen=Pen.PENCIL) for k in range(4)]
    append(tmp_path / "results-1of2.jsonl", results[::2])
    append(tmp_path / "results-2of2.jsonl", results[1::2])
    again = load(tmp_path)
    assert [result.number for result in again] == [0, 1, 2, 3]
    assert all(result.score == SCORE for result in again)
    assert again[0].conditions.paper == pytest.approx((1.0, 0.9, 0.7))


def test_the_table_counts_pages_refusals_and_flaws():
    text = report([_result(0), _result(5, refused="photo.too_blurred"), _result(0, method="other")])
    row = next(line for line in text.splitlines() if line.startswith("  hard"))
    assert row.split()[1:3] == ["2", "50.0%"]
    assert "photo.too_blurred 1" in text
    assert "EMPTY 6" in text


def test_every_kind_of_page_in_the_grid_can_be_made():
    assert set(GRID) == set(MAKERS)


def test_ink_drawn_over_the_pdf_as_paths_is_read_where_it_was_written(tmp_path):
    hand = FontWriter(Path(str(resources.files("templates") / "data" / "label.ttf")))
    conditions = replace(on_tablet(np.random.default_rng(1)), pen=Pen.BLUE)
    written = write_page(SHEET, SHEET.pages[0], hand, conditions, skip=frozenset("각"))
    where = tablet_pdf(written, conditions.pen, tmp_path / "tablet.pdf")
    (reading,) = read_file(tmp_path / "tablet.pdf")
    good = {cell.char: cell.glyph.ink >= 128 for cell in reading.cells if cell.verdict is Verdict.GOOD}
    found = score(Photograph(b"", conditions, written, where, ()), reading.where, good)
    assert found.f1 > 0.98
    assert found.placement_mm < 0.08
    assert found.lost <= 2


def test_a_photograph_of_half_a_page_is_filled_by_it():
    where = Projection(Conditions(part=(0.0, 0.5, 1.0, 1.0), fill=0.9, tilt_deg=0), (210.0, 297.0), (4000, 3000))
    corners = where.to_photo(np.array([[0, 148.5], [210, 148.5], [210, 297], [0, 297]], float))
    assert np.max(np.ptp(corners, axis=0) / (4000, 3000)) == pytest.approx(0.9, abs=0.02)
    assert where.to_photo(np.array([[105.0, 0.0]]))[0, 1] < -500


@pytest.mark.parametrize(
    "where", [FlatMapping(13.5), ScaledMapping(Projection(Conditions(), (210.0, 297.0), (3000, 4000)), 0.7)]
)
def test_pages_in_files_are_mapped_there_and_back(where):
    points = np.random.default_rng(0).uniform((0, 0), (210, 297), (20, 2))
    assert where.to_page(where.to_photo(points)) == pytest.approx(points, abs=1e-6)
