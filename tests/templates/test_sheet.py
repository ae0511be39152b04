"""Geometry of the sheets: nothing overlaps, nothing leaves the page, ids tell set and page."""

import json
from itertools import combinations, pairwise

import cv2
import pytest

from templates import hangul
from templates.charset import SET_NAMES, hangul_set
from templates.sheet import (
    ARUCO_DICTIONARY,
    CELL_MM,
    QUIET_MM,
    build_sheet,
    find_page,
)

UNPRINTED_MM = 6.0
OVERFLOW_MM = 0.2 * CELL_MM
"""A glyph's picture reaches this far out of its cell."""

PAGES = [(name, page) for name in SET_NAMES for page in build_sheet(name).pages]


@pytest.fixture(params=SET_NAMES)
def sheet(request):
    return build_sheet(request.param)


def test_a_sheet_asks_for_its_hangul_and_all_printable_ascii_once(sheet):
    chars = [cell.char for page in sheet.pages for cell in page.cells]
    assert sorted(chars) == sorted([*hangul_set(sheet.set_name), *hangul.ASCII_PRINTABLE])


def test_json_has_the_agreed_form(sheet):
    document = json.loads(sheet.to_json())
    assert list(document) == ["set", "unit", "page", "pages"]
    assert (document["set"], document["unit"]) == (sheet.set_name, "mm")
    assert document["page"] == {"width": 210, "height": 297}
    for index, page in enumerate(document["pages"]):
        assert list(page) == ["index", "markers", "cells"]
        assert page["index"] == index
        for marker in page["markers"]:
            assert list(marker) == ["id", "x", "y", "size"]
        for cell in page["cells"]:
            assert list(cell) == ["char", "x", "y", "width", "height", "baseline"]
            assert (cell["baseline"] is None) == (not cell["char"].isascii())


def test_marker_ids_are_in_the_dictionary_and_unique_over_all_sets():
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, ARUCO_DICTIONARY))
    ids = [marker.id for _, page in PAGES for marker in page.markers]
    assert len(set(ids)) == len(ids)
    assert 0 <= min(ids) <= max(ids) < len(dictionary.bytesList)


def test_a_marker_tells_its_page():
    for name, page in PAGES:
        for marker in page.markers:
            assert find_page(marker.id) == (name, page.index)
    assert find_page(249) is None


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_the_ring_surrounds_the_cells(name, page):
    assert len(page.markers) >= 12
    assert all(marker.size >= 10 for marker in page.markers)
    left, right = min(m.x + m.size for m in page.markers), max(m.x for m in page.markers)
    top, bottom = min(m.y + m.size for m in page.markers), max(m.y for m in page.markers)
    assert sum(m.x + m.size == left for m in page.markers) >= 4
    assert sum(m.x == right for m in page.markers) >= 4
    assert sum(m.y + m.size == top for m in page.markers) >= 4
    assert sum(m.y == bottom for m in page.markers) >= 4
    for cell in page.cells:
        assert left <= cell.x - OVERFLOW_MM
        assert cell.x + cell.width + OVERFLOW_MM <= right
        assert top + QUIET_MM <= cell.label_area_mm[1]
        assert cell.y + cell.height + QUIET_MM <= bottom


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_nothing_overlaps_or_leaves_the_printable_page(name, page):
    boxes = [(m.x - QUIET_MM, m.y - QUIET_MM, m.size + 2 * QUIET_MM, m.size + 2 * QUIET_MM) for m in page.markers]
    boxes += [(cell.x, cell.y, cell.width, cell.height) for cell in page.cells]
    boxes += [cell.label_area_mm for cell in page.cells]
    for x, y, width, height in boxes:
        assert min(x, y) >= UNPRINTED_MM
        assert x + width <= 210 - UNPRINTED_MM
        assert y + height <= 297 - UNPRINTED_MM
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_cells_are_squares_in_reading_order_with_latin_on_a_baseline(name, page):
    for cell in page.cells:
        assert (cell.width, cell.height) == (CELL_MM, CELL_MM)
        if cell.baseline is not None:
            assert cell.baseline == pytest.approx(cell.y + 0.7 * CELL_MM)
            assert cell.y < cell.x_height < cell.baseline
    assert all((a.y, a.x) < (b.y, b.x) for a, b in pairwise(page.cells))


def test_latin_stands_on_its_own_part(sheet):
    latin = [(page.index, cell.y) for page in sheet.pages for cell in page.cells if cell.baseline is not None]
    korean = [(page.index, cell.y) for page in sheet.pages for cell in page.cells if cell.baseline is None]
    assert min(latin) > max(korean)


def test_a_set_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no set '64'"):
        build_sheet("64")
