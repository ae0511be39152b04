"""What a reading of a simulated photograph is worth against the truth.

Placement: the distance, on the page, between a cell's corners and middle and the points that the reading took for
them. Ink: F1 of the pixels of 128 and more of each cell's glyph against the true ink of that cell, at 12 px/mm, in
page coordinates, so that misplacement counts against it too; once exactly (``f1_exact``: every pixel of the edge
must agree), once with a tolerance of one pixel, 1/12 mm (``f1``: ink within a pixel of true ink is right, true ink
within a pixel of found ink is found). Both are means over the cells. A glyph is misfiled where the place it was
taken from is nearer to another cell's middle, or where more than half of its ink on true ink is another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.cells import raster_area
from collector.capture.mapping import PageMap
from collector.simulator.photo import Photograph
from templates.sheet import Cell

Mask = NDArray[np.bool_]


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
    misfiled: int
    lost: int
    """Written, but not among the good glyphs."""
    invented: int
    """Not written, but among the good glyphs."""
    written: int


def score(photo: Photograph, where: PageMap, glyphs: Mapping[str, Mask]) -> Score:
    """Judge the glyphs that were read from a photograph.

    Args:
        where: the mapping that the reading used.
        glyphs: by character, the ink of each glyph held good, as :func:`raster_area` cuts it.
    """
    cells, written = photo.written.page.cells, photo.written.chars
    inks = {}
    misfiled = _misplaced(photo, where, cells, glyphs)
    for number, cell in enumerate(cells, start=1):
        if cell.char in glyphs and cell.char in written:
            owner = photo.written.owner[raster_area(cell)]
            inks[cell.char] = ink_f1(glyphs[cell.char], owner == number)
            mine, others = (glyphs[cell.char] & ink for ink in (owner == number, (owner != number) & (owner > 0)))
            misfiled += int(others.sum() > mine.sum())
    worst = min(inks, key=lambda char: inks[char][0], default="")
    return Score(
        placement_mm=float(np.percentile(_placement(photo, where, cells), 95)),
        f1=float(np.mean([near for near, _ in inks.values()])) if inks else 0.0,
        f1_exact=float(np.mean([exact for _, exact in inks.values()])) if inks else 0.0,
        worst_f1=inks[worst][0] if worst else 0.0,
        worst_char=worst,
        misfiled=misfiled,
        lost=len(set(written) - set(glyphs)),
        invented=len(set(glyphs) - set(written)),
        written=len(written),
    )


def ink_f1(found: Mask, true: Mask) -> tuple[float, float]:
    """F1 of found against true ink, with a tolerance of one pixel and exactly."""
    exact = 2 * float((found & true).sum()) / max(1.0, float(found.sum() + true.sum()))
    precision = float((found & _grown(true)).sum()) / max(1.0, float(found.sum()))
    recall = float((true & _grown(found)).sum()) / max(1.0, float(true.sum()))
    return 2 * precision * recall / max(precision + recall, 1e-9), exact


def _grown(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, np.bool_)


def _placement(photo: Photograph, where: PageMap, cells: tuple[Cell, ...]) -> NDArray[np.float64]:
    """(5 N,) distances in mm between where points of the cells are and where they were taken from."""
    spots = ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))
    points = np.array([(cell.x + cell.width * x, cell.y + cell.height * y) for cell in cells for x, y in spots])
    return np.asarray(np.linalg.norm(photo.where.to_page(where.to_photo(points)) - points, axis=1), np.float64)


def _misplaced(photo: Photograph, where: PageMap, cells: tuple[Cell, ...], glyphs: Mapping[str, Mask]) -> int:
    """How many glyphs were taken from a place nearer to another cell."""
    middles = np.array([(cell.x + cell.width / 2, cell.y + cell.height / 2) for cell in cells])
    taken = photo.where.to_page(where.to_photo(middles))
    nearest = np.linalg.norm(taken[:, None] - middles[None], axis=2).argmin(axis=1)
    return sum(int(near != k) for k, near in enumerate(nearest) if cells[k].char in glyphs)
