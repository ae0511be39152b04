"""From a page's ink to its glyphs: which stroke belongs to which cell, and whether the cell can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.ink import InkPlane
from collector.capture.rectify import PX_PER_MM, FloatImage
from templates import wording
from templates.glyphs import GlyphImage
from templates.hangul import is_syllable
from templates.sheet import Cell

MARGIN_EM = 0.2
"""How far a glyph's raster reaches past its cell, on every side."""
_LABEL_MM, _LABEL_EDGE_MM = 3.0, 0.2
_HINT_SHARE = 0.7
"""Width of a letter of the hint in heights of the label."""
_TERRITORY_MM = 1.5
_FIRM_SHARE = 0.55
"""A stroke is somewhere this share as dark as the page's usual ink; shadows and dirt are not."""
_CUT_MM2 = 0.6
"""What is smaller and touches a label is the label's own."""
_LEAST_HELD = 0.3
_SHARED = 0.2
_SPECK_MM2 = 0.05
_LEAST_INK_MM2 = {True: 1.5, False: 0.10}
"""Less ink than this is an empty cell: Hangul, Latin (a full stop is about 0.3)."""
_FAINT_CONTRAST = 0.10
_FAINT_NOISE = 4.0
_SMUDGED_SHARE = 0.55
_SMUDGED_SHARPNESS = 0.2


class Verdict(StrEnum):
    """What can be said of a cell."""

    GOOD = "good"
    BLANK = "blank"
    CLIPPED = "clipped"
    FAINT = "faint"
    SMUDGED = "smudged"


@dataclass(frozen=True)
class CellReading:
    """One cell of one photograph."""

    char: str
    page_index: int
    verdict: Verdict
    ink_share: float
    """Ink over the cell's area."""
    contrast: float
    """Share of the light that the ink's core takes."""
    sharpness: float
    """Share of the ink whose grey is settled: neither quite paper nor quite ink counts against it."""
    glyph: GlyphImage | None
    """None where the cell is blank."""


def read_cells(
    plane: InkPlane, cells: Sequence[Cell], page_index: int, shown: NDArray[np.bool_]
) -> tuple[CellReading, ...]:
    """Cut a page's ink into its cells' glyphs and judge each.

    Args:
        plane: the page's ink at 12 px/mm.
        shown: (H, W) which points of the page the photograph shows.
    """
    strokes = Strokes(plane, cells)
    readings = []
    for k, cell in enumerate(cells):
        mine = strokes.mask(k, cell)
        whole = bool(shown[writing_area(cell)].all()) and not strokes.runs_into_label(k) and not _reaches_edge(mine)
        readings.append(_read(plane, cell, mine, page_index, whole))
    return tuple(readings)


class Strokes:
    """The connected strokes of a page, each given to the cell that holds most of it."""

    def __init__(self, plane: InkPlane, cells: Sequence[Cell]) -> None:
        dark = plane.ink >= 128
        bare = dark.astype(np.uint8)
        labels = [area for cell in cells for area in label_areas(cell)]
        for area in labels:
            bare[area] = 0
        count, self._labels, stats, _ = cv2.connectedComponentsWithStats(bare, connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
        held = np.zeros((len(cells), count), np.int32)
        for k, cell in enumerate(cells):
            held[k] = np.bincount(self._labels[territory(cell)].ravel(), minlength=count)
        total = held.sum(axis=0)
        firm = np.bincount(self._labels[plane.darkness > _FIRM_SHARE * plane.level], minlength=count) > 0
        self._real = firm & (total >= _LEAST_HELD * areas) & (areas >= _SPECK_MM2 * PX_PER_MM**2)
        self._real[0] = False
        self._owner = held.argmax(axis=0)
        self._shared = (total - held.max(axis=0)) > _SHARED * np.maximum(total, 1)
        self._cut = np.zeros(count, np.bool_)
        for rows, columns in labels:
            self._cut[self._labels[rows.stop, columns][dark[rows.stop - 1, columns]]] = True
        self._cut &= areas >= _CUT_MM2 * PX_PER_MM**2

    def mask(self, k: int, cell: Cell) -> NDArray[np.bool_]:
        """(H, W) of the cell's raster: the strokes that are this cell's."""
        labels = self._labels[raster_area(cell)]
        own = (self._real & (self._owner == k) & ~self._shared)[labels]
        # Strokes of two cells that touch are parted half-way between the cells.
        both = (self._real & self._shared)[labels]
        inside = np.zeros_like(own)
        top, left = (area.start for area in raster_area(cell))
        rows, columns = territory(cell)
        inside[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = True
        return np.asarray(own | (both & inside), np.bool_)

    def runs_into_label(self, k: int) -> bool:
        """Whether a stroke of the cell runs on into a printed label, where it cannot be followed."""
        return bool((self._cut & self._real & (self._owner == k)).any())


def writing_area(cell: Cell) -> tuple[slice, slice]:
    """Rows and columns of a cell on a page at 12 px/mm."""
    return (
        slice(round(cell.y * PX_PER_MM), round((cell.y + cell.height) * PX_PER_MM)),
        slice(round(cell.x * PX_PER_MM), round((cell.x + cell.width) * PX_PER_MM)),
    )


def territory(cell: Cell) -> tuple[slice, slice]:
    """Rows and columns in which ink is taken for this cell's: the cell and half of the gaps round it."""
    rows, columns = writing_area(cell)
    reach = round(_TERRITORY_MM * PX_PER_MM)
    return slice(rows.start - reach, rows.stop + reach), slice(columns.start - reach, columns.stop + reach)


def label_areas(cell: Cell) -> list[tuple[slice, slice]]:
    """Rows and columns of what is printed above a cell: the character at the left, for Latin a hint at the right."""
    x, y, width, height = cell.label_area_mm
    spans = [(x - _LABEL_EDGE_MM, x + _LABEL_MM)]
    if hint := wording.hint(cell.char):
        spans.append((x + width - len(hint) * _HINT_SHARE * height, x + width + _LABEL_EDGE_MM))
    # Letters such as g hang below their line, down to the frame.
    rows = slice(round((y - _LABEL_EDGE_MM) * PX_PER_MM), round(cell.y * PX_PER_MM) - 1)
    return [(rows, slice(round(left * PX_PER_MM), round(right * PX_PER_MM))) for left, right in spans]


def raster_area(cell: Cell) -> tuple[slice, slice]:
    """Rows and columns of a cell with its margin; the same for every cell of a size."""
    margin = round(MARGIN_EM * cell.height * PX_PER_MM)
    rows, columns = writing_area(cell)
    height, width = round(cell.height * PX_PER_MM), round(cell.width * PX_PER_MM)
    top, left = rows.start - margin, columns.start - margin
    return slice(top, top + height + 2 * margin), slice(left, left + width + 2 * margin)


def _reaches_edge(mine: NDArray[np.bool_]) -> bool:
    return bool(mine[0].any() or mine[-1].any() or mine[:, 0].any() or mine[:, -1].any())


def _read(plane: InkPlane, cell: Cell, mine: NDArray[np.bool_], page_index: int, whole: bool) -> CellReading:
    area = raster_area(cell)
    share = float(mine.sum()) / (cell.width * cell.height * PX_PER_MM**2)
    if share * cell.width * cell.height < _LEAST_INK_MM2[is_syllable(cell.char)]:
        nothing = Verdict.BLANK if whole else Verdict.CLIPPED
        return CellReading(cell.char, page_index, nothing, share, 0.0, 0.0, None)
    near = cv2.dilate(mine.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ink = np.where(near, plane.ink[area], 0).astype(np.uint8)
    darkness = plane.darkness[area]
    contrast = float(np.percentile(darkness[mine], 60))
    sharpness = _sharpness(darkness, ink, contrast)
    verdict = _judge(whole, share, contrast, sharpness, plane.noise)
    rows, columns = area
    origin = (cell.x * PX_PER_MM - columns.start, cell.y * PX_PER_MM - rows.start)
    baseline = None if cell.baseline is None else (cell.baseline - cell.y) / cell.height
    glyph = GlyphImage(cell.char, ink, cell.height * PX_PER_MM, origin, baseline)
    return CellReading(cell.char, page_index, verdict, share, contrast, sharpness, glyph)


def _sharpness(darkness: FloatImage, ink: NDArray[np.uint8], contrast: float) -> float:
    """How steep the strokes' edges are: 1 where ink ends within a pixel, towards 0 where it fades away."""
    dx = cv2.Sobel(darkness, cv2.CV_32F, 1, 0, scale=0.125)
    dy = cv2.Sobel(darkness, cv2.CV_32F, 0, 1, scale=0.125)
    edge = (ink > 64) & (ink < 192)
    if not edge.any() or contrast <= 0:
        return 0.0
    steep = float(np.median(cv2.magnitude(dx, dy)[edge])) / contrast
    return min(1.0, 2.5 * steep)


def _judge(whole: bool, share: float, contrast: float, sharpness: float, noise: float) -> Verdict:
    if not whole:
        return Verdict.CLIPPED
    if contrast < max(_FAINT_CONTRAST, _FAINT_NOISE * noise):
        return Verdict.FAINT
    if share > _SMUDGED_SHARE or sharpness < _SMUDGED_SHARPNESS:
        return Verdict.SMUDGED
    return Verdict.GOOD
