"""Lays out the sheet of a set: the cells of each page, and a ring of markers unique to the page.

::

    ■    ■    ■    ■     four markers a side: some may be hidden or out of the photograph
       가 각 간 …
    ■  나 난 낟 …  ■     rows of ten cells; every cell is the em square of one glyph
    ■  …           ■
    ■    ■    ■    ■
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from templates.charset import HANGUL_PER_PAGE, SET_NAMES, hangul_set
from templates.geometry import Cell, Marker, Page, Sheet

__all__ = ["SET_NAMES", "Cell", "Marker", "Page", "Sheet", "build_sheet", "find_page"]

ARUCO_DICTIONARY = "DICT_ARUCO_MIP_36h12"
"""Name of the predefined dictionary in ``cv2.aruco``: 250 ids of 6 x 6 bits, any two at least 12 bits apart."""
MARKER_MODULES = 8
"""Modules along a marker's edge: 6 of data and the black border on both sides."""

PAGE_WIDTH_MM = 210.0
PAGE_HEIGHT_MM = 297.0
MARKER_MM = 10.0
QUIET_MM = 1.5
"""White kept around every marker; one module (1.25 mm) is what the detector needs."""
PAGE_MARGIN_MM = 8.0
"""From the page's edge to the markers: desktop printers leave up to 6 mm unprinted."""
MARKERS_PER_SIDE = (4, 6)
"""Markers along the top and along the left side, corners included: 16 in the ring."""

CELL_MM = 14.0
COLUMNS = 10
COLUMN_PITCH_MM = 17.0
FIRST_ROW_MM = 31.0
"""Top of the first row of cells; the title and the instructions stand above."""
LAST_ROW_END_MM = 276.0
LARGEST_ROW_PITCH_MM = 24.0
SMALLEST_ROW_PITCH_MM = 17.0
"""Below this the label of a row would touch the row above."""
SECTION_GAP_MM = 6.0
"""Between the Hangul and the Latin of one page, beside the usual gap between rows."""
BASELINE_RATIO = 0.70
"""Where the Latin baseline lies, in cell heights from the cell's top."""

LATIN_ROWS = (
    "0123456789",
    *("ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ"),
    *("abcdefghij", "klmnopqrst", "uvwxyz.,!?"),
    *(":;'\"`~()[]", "{}<>/\\+-=*", "#%&@$^_|"),
)
"""The 94 printable ASCII in writing order, similar ones side by side."""

_Section = tuple[str, ...]
"""Rows of characters that belong together."""


@cache
def build_sheet(set_name: str) -> Sheet:
    """Returns the sheet of a set, always the same.

    Raises:
        ValueError: there is no set of this name.
    """
    first_page = _page_count_before(set_name)
    pages = tuple(
        Page(index, _marker_ring(first_page + index), _cells(sections))
        for index, sections in enumerate(_sections_by_page(set_name))
    )
    return Sheet(set_name, PAGE_WIDTH_MM, PAGE_HEIGHT_MM, pages)


@cache
def find_page(marker_id: int) -> tuple[str, int] | None:
    """Returns set name and page index of a marker id; None where no page has it."""
    for set_name in SET_NAMES:
        for page in build_sheet(set_name).pages:
            if any(marker.id == marker_id for marker in page.markers):
                return set_name, page.index
    return None


def _sections_by_page(set_name: str) -> list[list[_Section]]:
    hangul = hangul_set(set_name)
    parts: list[list[_Section]] = [
        [_rows(hangul[start : start + HANGUL_PER_PAGE])] for start in range(0, len(hangul), HANGUL_PER_PAGE)
    ]
    if _row_pitch_mm([*parts[-1], LATIN_ROWS]) >= SMALLEST_ROW_PITCH_MM:
        parts[-1].append(LATIN_ROWS)
    else:
        parts.append([LATIN_ROWS])
    return parts


def _page_count_before(set_name: str) -> int:
    """Counts the pages of the sets named before this one: marker ids are assigned in that order."""
    hangul_set(set_name)
    return sum(len(_sections_by_page(earlier)) for earlier in SET_NAMES[: SET_NAMES.index(set_name)])


def _rows(chars: Sequence[str]) -> _Section:
    return tuple("".join(chars[start : start + COLUMNS]) for start in range(0, len(chars), COLUMNS))


def _row_pitch_mm(sections: Sequence[_Section]) -> float:
    """Returns the largest row pitch that the page allows, in whole tenths of a millimetre."""
    rows = sum(map(len, sections))
    room = LAST_ROW_END_MM - FIRST_ROW_MM - CELL_MM - SECTION_GAP_MM * (len(sections) - 1)
    return min(LARGEST_ROW_PITCH_MM, math.floor(10 * room / max(rows - 1, 1)) / 10)


def _cells(sections: Sequence[_Section]) -> tuple[Cell, ...]:
    left = (PAGE_WIDTH_MM - (COLUMNS - 1) * COLUMN_PITCH_MM - CELL_MM) / 2
    pitch = _row_pitch_mm(sections)
    cells: list[Cell] = []
    y = FIRST_ROW_MM
    for section in sections:
        for row in section:
            for column, char in enumerate(row):
                baseline = round(y + BASELINE_RATIO * CELL_MM, 3) if char.isascii() else None
                cells.append(Cell(char, left + column * COLUMN_PITCH_MM, y, CELL_MM, CELL_MM, baseline))
            y = round(y + pitch, 3)
        y = round(y + SECTION_GAP_MM, 3)
    return tuple(cells)


def _marker_ring(page_number: int) -> tuple[Marker, ...]:
    """Returns the markers of a page, clockwise from the top left corner; ``page_number`` counts over all sets."""
    across, down = MARKERS_PER_SIDE
    xs = _spread_evenly(PAGE_MARGIN_MM, PAGE_WIDTH_MM - PAGE_MARGIN_MM - MARKER_MM, across)
    ys = _spread_evenly(PAGE_MARGIN_MM, PAGE_HEIGHT_MM - PAGE_MARGIN_MM - MARKER_MM, down)
    places = [(x, ys[0]) for x in xs]
    places += [(xs[-1], y) for y in ys[1:-1]]
    places += [(x, ys[-1]) for x in reversed(xs)]
    places += [(xs[0], y) for y in reversed(ys[1:-1])]
    first = page_number * len(places)
    return tuple(Marker(first + index, x, y, MARKER_MM) for index, (x, y) in enumerate(places))


def _spread_evenly(first: float, last: float, count: int) -> list[float]:
    return [round(first + (last - first) * index / (count - 1), 3) for index in range(count)]
