"""Strokes are assigned to the right cells, on a page with strokes drawn at known places."""

import cv2
import numpy as np
import pytest

from collector.capture.cell_strokes import Strokes, raster_area
from collector.capture.ink import PageInk
from collector.capture.printed_labels import printed_labels
from templates.sheet import build_sheet

PAGE = build_sheet("28").pages[0]
SHAPE = (3564, 2520)
LATIN = next(k for k, cell in enumerate(PAGE.cells) if cell.char == "b")
WIDTH_PX = 6


def _page(*lines_mm, dots_mm=()):
    """The ink of lines from point to point of the page, with all labels printed."""
    printed = printed_labels(SHAPE, PAGE.cells, 0.0)
    ink = np.where(printed, 255, 0).astype(np.uint8)
    for start, end in lines_mm:
        cv2.line(ink, *[tuple(round(12 * v) for v in point) for point in (start, end)], 255, WIDTH_PX)
    for x, y, radius_mm in dots_mm:
        cv2.circle(ink, (round(12 * x), round(12 * y)), round(12 * radius_mm), 255, -1)
    darkness = (ink / 255 * 0.8).astype(np.float32)
    return Strokes(PageInk(ink, darkness, 0.8, 0.01, WIDTH_PX, 0.5, printed), PAGE.cells)


def _mask(strokes, k):
    return strokes.mask(k, PAGE.cells[k])


def _on_page(mask, k, point_mm):
    rows, columns = raster_area(PAGE.cells[k])
    return bool(mask[round(12 * point_mm[1]) - rows.start, round(12 * point_mm[0]) - columns.start])


def test_labels_alone_leave_every_cell_empty():
    strokes = _page()
    assert not any(_mask(strokes, k).any() for k in range(len(PAGE.cells)))


def test_a_stroke_that_leaves_its_cell_is_kept_whole_and_not_given_to_the_neighbour():
    cell = PAGE.cells[0]
    y = cell.y + 7
    strokes = _page(((cell.x + 3, y), (cell.x + 16, y)))
    assert _on_page(_mask(strokes, 0), 0, (cell.x + 15.8, y))
    assert not _mask(strokes, 1).any()


def test_strokes_of_two_cells_that_touch_are_split_between_them():
    one, other = PAGE.cells[:2]
    y = one.y + 7
    strokes = _page(((one.x + 3, y), (other.x + 10, y)))
    assert _on_page(_mask(strokes, 0), 0, (one.x + 14, y))
    assert not _on_page(_mask(strokes, 0), 0, (one.x + 16.3, y))
    assert _on_page(_mask(strokes, 1), 1, (other.x + 5, y))


@pytest.mark.parametrize("beside_mm", [1.5, 10.5, 12.5])
def test_a_stroke_across_the_printed_label_or_hint_is_kept(beside_mm):
    cell = PAGE.cells[LATIN]
    x = cell.x + beside_mm
    strokes = _page(((x, cell.y - 2.3), (x, cell.y + 9)))
    mask = _mask(strokes, LATIN)
    column = mask[:, round(12 * x) - raster_area(cell)[1].start]
    assert column.sum() > 0.85 * 12 * 11.3
    assert mask.sum() < 1.3 * WIDTH_PX * 12 * 11.3


def test_dust_is_dropped_and_a_full_stop_kept():
    cell = PAGE.cells[LATIN]
    strokes = _page(dots_mm=[(cell.x + 4, cell.y + 5, 0.08), (cell.x + 9, cell.y + 9, 0.3)])
    mask = _mask(strokes, LATIN)
    assert not _on_page(mask, LATIN, (cell.x + 4, cell.y + 5))
    assert _on_page(mask, LATIN, (cell.x + 9, cell.y + 9))
