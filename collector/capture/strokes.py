"""Which stroke belongs to which cell: also a stroke that leaves its cell, or runs on across a printed label."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.ink import InkPlane
from collector.capture.rectify import PX_PER_MM
from templates.sheet import Cell

MARGIN_EM = 0.2
"""How far a glyph's raster reaches past its cell, on every side."""
_TERRITORY_MM = 1.5
_FIRM_SHARE = 0.55
"""A stroke is somewhere this share as dark as the page's usual ink; shadows, dirt and the sheet's back are not."""
_FIRM_PART, _SMALL_MM2 = 0.6, 1.0
"""A dot or a stroke's end is as dark nearly all over; smaller than this and dark in places only, it is what is left
of printed and ruled lines: on simulated pencil pages 19 of 20 such rests, and 1 in 50 pieces of strokes."""
_LEAST_HELD = 0.3
_SHARED = 0.2
_SPECK_MM2 = 0.05
_SPECK_DOTS = 0.4
"""What is smaller than this share of the square of the stroke's width no pen leaves: dust."""
_BRIDGE_PX = 4
_LABEL_REST_MM2 = 0.6
_LABEL_HALO_PX = 4
_LABEL_SHARE = 0.5
"""What is smaller and lies this much beside a label's strokes is the label's own."""

Area = tuple[slice, slice]
"""Rows and columns of a page at 12 px/mm."""


class Strokes:
    """The connected strokes of a page, each given to the cell that holds most of it."""

    def __init__(self, plane: InkPlane, cells: Sequence[Cell]) -> None:
        bare = _without_labels(plane, cells)
        count, self._labels, stats, _ = cv2.connectedComponentsWithStats(bare, connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
        held = np.zeros((len(cells), count), np.int32)
        for k, cell in enumerate(cells):
            held[k] = np.bincount(self._labels[territory(cell)].ravel(), minlength=count)
        total = held.sum(axis=0)
        firm_px = np.bincount(self._labels[plane.darkness > _FIRM_SHARE * plane.level], minlength=count)
        firm = (firm_px > 0) & ((firm_px >= _FIRM_PART * areas) | (areas >= _SMALL_MM2 * PX_PER_MM**2))
        speck = max(_SPECK_MM2 * PX_PER_MM**2, _SPECK_DOTS * plane.stroke_px**2)
        self._real = firm & (total >= _LEAST_HELD * areas) & (areas >= speck)
        self._real &= ~self._of_labels(plane, cells, areas)
        self._real[0] = False
        self._owner = held.argmax(axis=0)
        self._shared = (total - held.max(axis=0)) > _SHARED * np.maximum(total, 1)

    def _of_labels(self, plane: InkPlane, cells: Sequence[Cell], areas: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(components,) whether it is what a label left beside its mask."""
        beside = np.zeros(len(areas), np.int64)
        brush = np.ones((2 * _LABEL_HALO_PX + 1, 2 * _LABEL_HALO_PX + 1), np.uint8)
        for band in _label_bands(cells):
            near = cv2.dilate(plane.printed[band].astype(np.uint8), brush) > 0
            beside += np.bincount(self._labels[band][near], minlength=len(areas))
        return (beside >= _LABEL_SHARE * areas) & (areas < _LABEL_REST_MM2 * PX_PER_MM**2)

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


def _without_labels(plane: InkPlane, cells: Sequence[Cell]) -> NDArray[np.uint8]:
    """(H, W) 1 where there is ink: the labels' pixels are none, but where a stroke runs on across them."""
    dark = plane.ink >= 128
    bare = (dark & ~plane.printed).astype(np.uint8)
    reach = 2 * (_BRIDGE_PX + round(plane.blur_px)) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    for band in _label_bands(cells):
        joined = cv2.morphologyEx(bare[band], cv2.MORPH_CLOSE, brush) > 0
        bare[band] |= (joined & plane.printed[band] & dark[band]).astype(np.uint8)
    return bare


def _label_bands(cells: Sequence[Cell]) -> list[Area]:
    """The strips of the page, one for every row of cells, that hold the labels."""
    edge = 1.0
    bands = sorted({(cell.label_area_mm[1] - edge, cell.y + edge) for cell in cells})
    return [(slice(round(top * PX_PER_MM), round(bottom * PX_PER_MM)), slice(None)) for top, bottom in bands]


def writing_area(cell: Cell) -> Area:
    """Rows and columns of a cell."""
    return (
        slice(round(cell.y * PX_PER_MM), round((cell.y + cell.height) * PX_PER_MM)),
        slice(round(cell.x * PX_PER_MM), round((cell.x + cell.width) * PX_PER_MM)),
    )


def territory(cell: Cell) -> Area:
    """Rows and columns in which ink is taken for this cell's: the cell and half of the gaps round it."""
    rows, columns = writing_area(cell)
    reach = round(_TERRITORY_MM * PX_PER_MM)
    return slice(rows.start - reach, rows.stop + reach), slice(columns.start - reach, columns.stop + reach)


def raster_area(cell: Cell) -> Area:
    """Rows and columns of a cell with its margin; the same for every cell of a size."""
    margin = round(MARGIN_EM * cell.height * PX_PER_MM)
    rows, columns = writing_area(cell)
    height, width = round(cell.height * PX_PER_MM), round(cell.width * PX_PER_MM)
    top, left = rows.start - margin, columns.start - margin
    return slice(top, top + height + 2 * margin), slice(left, left + width + 2 * margin)
