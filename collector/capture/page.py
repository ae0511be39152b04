"""Reads one picture of one page: which page it is, where it lies, its illumination, its ink, its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from collector.capture.cell_frames import correct_by_frames, frame_offsets
from collector.capture.cell_strokes import writing_area
from collector.capture.cells import CellReading, read_cells
from collector.capture.decode import load_photo
from collector.capture.files import Picture, open_pictures
from collector.capture.ink import PageInk, separate_ink
from collector.capture.mapping import PageMap
from collector.capture.page_location import LocatedPage, locate_page
from collector.capture.pixels import LEAST_SIDE_PX
from collector.capture.rectify import PX_PER_MM, paper_light, rectify, reflectance
from collector.capture.ruled_paper import remove_ruling
from collector.errors import NoMarkers, TooBlurred, TooDark
from collector.instances import Cause

_DARKEST_LEVEL = 28
"""A photograph whose 99th percentile is below this grey level of 255 is too dark."""


_MOST_BLURRED = 0.85
"""A photograph with a larger share of its written cells lost to blur is refused."""
_HIDING_BLUR_MM = 0.25
"""Beyond it pale writing may be invisible: a page without ink is refused as blurred, not taken for empty."""
_FOR_BLUR = (Cause.BLURRED, Cause.SOFT, Cause.NOISY)


@dataclass(frozen=True)
class PageReading:
    """The reading of one picture."""

    photo: str
    """The file's name, with the page's number where the file is a PDF."""
    set_name: str
    page_index: int
    where: PageMap
    markers_seen: int
    markers_printed: int
    markers_missing: tuple[int, ...]
    """Ids of the markers that were not used: covered, out of the picture or out of place."""
    blur_mm: float
    """Standard deviation of the blur at the markers' edges, on the page."""
    contrast: float
    """Share of the light that the page's usual ink absorbs; 0 where nothing is written."""
    noise: float
    """Standard deviation of the same on bare paper."""
    cells: tuple[CellReading, ...]


def read_page(path: Path) -> PageReading:
    """Reads one photograph of one page.

    Raises:
        PhotoError: what is wrong with the photograph, by name.
    """
    return read_picture(Picture(path.name, load_photo(path)))


def read_file(path: Path) -> Iterator[PageReading]:
    """Reads every page in a photograph or a PDF; pages of a PDF that show no sheet are skipped.

    Raises:
        PhotoError: what is wrong, by name; also where no page of a PDF shows a sheet.
    """
    strange: NoMarkers | None = None
    count = 0
    for picture in open_pictures(path):
        try:
            reading = read_picture(picture)
        except NoMarkers as error:
            strange = strange or error
            continue
        count += 1
        yield reading
    if strange is not None and not count:
        raise strange


def read_picture(picture: Picture) -> PageReading:
    """Reads one picture of one page.

    Raises:
        PhotoError: what is wrong with the picture, by name.
    """
    if min(picture.pixels.shape[:2]) < LEAST_SIDE_PX:
        raise NoMarkers(picture.name)
    grey = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if float(np.percentile(grey[::8, ::8], 99)) < _DARKEST_LEVEL:
        raise TooDark(picture.name)
    placed = locate_page(picture.name, grey)
    sheet, page, blur_px = placed.sheet, placed.page, placed.blur_mm * PX_PER_MM
    where = correct_by_frames(picture.pixels, placed.where, sheet, page, blur_px)
    plane, cells = _read_ink(picture, placed, where)
    is_bare = placed.blur_mm > _HIDING_BLUR_MM and all(cell.glyph is None for cell in cells)
    if is_bare or _blurred_share(cells) > _MOST_BLURRED:
        raise TooBlurred(picture.name)
    missing = tuple(marker.id for marker in page.markers if marker.id not in where.used)
    return PageReading(
        picture.name,
        sheet.set_name,
        page.index,
        where,
        len(where.used),
        len(page.markers),
        missing,
        placed.blur_mm,
        plane.level,
        plane.noise,
        cells,
    )


def _blurred_share(cells: Sequence[CellReading]) -> float:
    written = [cell for cell in cells if cell.glyph is not None]
    blurred = [cell for cell in written if cell.finding is not None and cell.finding.cause in _FOR_BLUR]
    return len(blurred) / max(1, len(written))


def _read_ink(picture: Picture, placed: LocatedPage, where: PageMap) -> tuple[PageInk, tuple[CellReading, ...]]:
    sheet, page, blur_px = placed.sheet, placed.page, placed.blur_mm * PX_PER_MM
    flat, shown = rectify(picture.pixels, where, (sheet.width_mm, sheet.height_mm))
    off_mm = frame_offsets(np.asarray(cv2.extractChannel(flat, 2), np.uint8), page.cells, blur_px)
    clean = reflectance(flat, paper_light(flat))
    remove_ruling(clean)
    whole = [cell for cell in page.cells if shown[writing_area(cell)].all()]
    plane = separate_ink(clean, page.cells, whole or page.cells, blur_px)
    return plane, read_cells(plane, page, shown, where.used, off_mm)
