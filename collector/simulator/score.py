"""Scores a reading of a simulated photograph against the truth.

Placement: the distance, on the page, between the corners and middle of a cell read as good and the points that the
reading took for them. Ink: F1 of the pixels of 128 and more of each cell's glyph against the true ink of that cell,
at 12 px/mm, in page coordinates, so that misplacement counts against it too; once exactly (``f1_exact``: every pixel
of the edge must agree), once with a tolerance of one pixel, 1/12 mm (``f1``: ink within a pixel of true ink is right,
true ink within a pixel of found ink is found). Both are means over the cells. A glyph is misfiled where the place it
was taken from is nearer to another cell's middle, or where more than half of its ink on true ink is another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.cell_strokes import raster_area
from collector.capture.mapping import PageMap
from collector.simulator.photo import Photograph
from templates.sheet import Cell

Mask = NDArray[np.bool_]
POOR_F1 = 0.8
"""Ink with a lower F1 is visibly wrong."""


@dataclass(frozen=True)
class Score:
    """One photograph's reading against the truth."""

    placement_mm: float
    """95th percentile over five points of every cell."""
    f1: float
    """Ink within a pixel."""
    f1_exact: float
    worst_f1: float
    worst_char: str
    poor: int
    """Read as good although ink F1 within a pixel is below ``POOR_F1``."""
    misfiled: int
    lost: int
    """Written, but not among the good glyphs."""
    invented: int
    """Not written, but among the good glyphs."""
    written: int


@dataclass(frozen=True)
class ReadPhotograph:
    """What was read in one photograph of a page, with its truth."""

    photo: Photograph
    where: PageMap
    """The mapping that the reading used."""
    glyphs: Mapping[str, Mask]
    """By character, the ink of each good glyph, as :func:`raster_area` cuts it."""


def score(photo: Photograph, where: PageMap, glyphs: Mapping[str, Mask]) -> Score:
    """Scores the glyphs that were read from one photograph of a whole page."""
    return score_photographs([ReadPhotograph(photo, where, glyphs)])


def score_photographs(parts: Sequence[ReadPhotograph]) -> Score:
    """Scores the glyphs that were read from several photographs of one page, each glyph from one of them."""
    page, written = parts[0].photo.written.page, parts[0].photo.written.chars
    inks: dict[str, tuple[float, float]] = {}
    misfiled = sum(_misplaced(part, page.cells) for part in parts)
    for part in parts:
        for number, cell in enumerate(page.cells, start=1):
            if cell.char in part.glyphs and cell.char in written:
                owner = part.photo.written.owner[raster_area(cell)]
                inks[cell.char] = ink_f1(part.glyphs[cell.char], owner == number)
                mine, others = (
                    part.glyphs[cell.char] & ink for ink in (owner == number, (owner != number) & (owner > 0))
                )
                misfiled += int(others.sum() > mine.sum())
    worst = min(inks, key=lambda char: inks[char][0], default="")
    off_mm = np.concatenate([_placement(part, page.cells) for part in parts])
    found = {char for part in parts for char in part.glyphs}
    return Score(
        placement_mm=float(np.percentile(off_mm, 95)) if len(off_mm) else 0.0,
        f1=float(np.mean([near for near, _ in inks.values()])) if inks else 0.0,
        f1_exact=float(np.mean([exact for _, exact in inks.values()])) if inks else 0.0,
        worst_f1=inks[worst][0] if worst else 0.0,
        worst_char=worst,
        poor=sum(near < POOR_F1 for near, _ in inks.values()),
        misfiled=misfiled,
        lost=len(set(written) - found),
        invented=len(found - set(written)),
        written=len(written),
    )


def ink_f1(found: Mask, true: Mask) -> tuple[float, float]:
    """Returns F1 of found against true ink, with a tolerance of one pixel and exactly."""
    exact = 2 * float((found & true).sum()) / max(1.0, float(found.sum() + true.sum()))
    precision = float((found & _grown(true)).sum()) / max(1.0, float(found.sum()))
    recall = float((true & _grown(found)).sum()) / max(1.0, float(true.sum()))
    return 2 * precision * recall / max(precision + recall, 1e-9), exact


def _grown(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, np.bool_)


def _placement(part: ReadPhotograph, cells: tuple[Cell, ...]) -> NDArray[np.float64]:
    """Returns (5 N,) distances in mm between where points of the cells read are and where they were taken from."""
    spots = ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))
    read = [cell for cell in cells if cell.char in part.glyphs]
    points = np.array([(cell.x + cell.width * x, cell.y + cell.height * y) for cell in read for x, y in spots])
    if not len(points):
        return np.zeros(0)
    return np.asarray(
        np.linalg.norm(part.photo.where.to_page(part.where.to_photo(points)) - points, axis=1), np.float64
    )


def _misplaced(part: ReadPhotograph, cells: tuple[Cell, ...]) -> int:
    """Counts glyphs taken from a place nearer to another cell."""
    middles = np.array([(cell.x + cell.width / 2, cell.y + cell.height / 2) for cell in cells])
    taken = part.photo.where.to_page(part.where.to_photo(middles))
    nearest = np.linalg.norm(taken[:, None] - middles[None], axis=2).argmin(axis=1)
    return sum(int(near != k) for k, near in enumerate(nearest) if cells[k].char in part.glyphs)
