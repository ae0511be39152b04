"""Assigns strokes to cells, also strokes that leave their cell or cross a printed label."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.ink import PageInk
from collector.capture.rectify import PX_PER_MM
from templates.sheet import Cell

MARGIN_EM = 0.2
"""How far a glyph's raster reaches past its cell, on every side."""
_TERRITORY_MM = 1.5
_DARK_SHARE = 0.55
"""Least darkness of a stroke over that of the page's usual ink; shadows, dirt and the sheet's back are paler."""
_DARK_PART, _SMALL_MM2 = 0.6, 1.0
"""A dot or a stroke's end is dark nearly all over; smaller components with a smaller dark part are remains of printed
and ruled lines: on simulated pencil pages this removes 19 of 20 remains and 1 in 50 pieces of strokes."""
_LEAST_INSIDE_SHARE = 0.3
_SHARED = 0.2
_SPECK_MM2 = 0.05
_SPECK_DOTS = 0.4
"""Components smaller than this share of the squared stroke width are dust."""
_BRIDGE_PX = 4
_LABEL_REMAINDER_MM2 = 0.6
_LABEL_HALO_PX = 4
_LABEL_SHARE = 0.5
"""A smaller component with this share beside a label's strokes is a remainder of the label."""

Area = tuple[slice, slice]
"""Rows and columns of a page at 12 px/mm."""


class Strokes:
    """The connected components of a page's ink, each assigned to the cell that contains most of it."""

    def __init__(self, plane: PageInk, cells: Sequence[Cell]) -> None:
        unlabelled = _ink_without_labels(plane, cells)
        count, self._labels, stats, _ = cv2.connectedComponentsWithStats(unlabelled, connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
        inside_px = np.zeros((len(cells), count), np.int32)
        for k, cell in enumerate(cells):
            inside_px[k] = np.bincount(self._labels[territory(cell)].ravel(), minlength=count)
        total = inside_px.sum(axis=0)
        dark_px = np.bincount(self._labels[plane.darkness > _DARK_SHARE * plane.level], minlength=count)
        is_dark = (dark_px > 0) & ((dark_px >= _DARK_PART * areas) | (areas >= _SMALL_MM2 * PX_PER_MM**2))
        speck = max(_SPECK_MM2 * PX_PER_MM**2, _SPECK_DOTS * plane.stroke_px**2)
        self._valid = is_dark & (total >= _LEAST_INSIDE_SHARE * areas) & (areas >= speck)
        self._valid &= ~self._is_label_remainder(plane, cells, areas)
        self._valid[0] = False
        self._owner = inside_px.argmax(axis=0)
        self._shared = (total - inside_px.max(axis=0)) > _SHARED * np.maximum(total, 1)

    def _is_label_remainder(self, plane: PageInk, cells: Sequence[Cell], areas: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Returns (components,) whether it is a remainder of a label beside its mask."""
        beside = np.zeros(len(areas), np.int64)
        kernel = np.ones((2 * _LABEL_HALO_PX + 1, 2 * _LABEL_HALO_PX + 1), np.uint8)
        for band in _label_bands(cells):
            near = cv2.dilate(plane.printed[band].astype(np.uint8), kernel) > 0
            beside += np.bincount(self._labels[band][near], minlength=len(areas))
        return (beside >= _LABEL_SHARE * areas) & (areas < _LABEL_REMAINDER_MM2 * PX_PER_MM**2)

    def mask(self, k: int, cell: Cell) -> NDArray[np.bool_]:
        """Returns (H, W) of the cell's raster: the strokes assigned to this cell."""
        labels = self._labels[raster_area(cell)]
        own = (self._valid & (self._owner == k) & ~self._shared)[labels]
        # Strokes of two cells that touch are split half-way between the cells.
        both = (self._valid & self._shared)[labels]
        inside = np.zeros_like(own)
        top, left = (area.start for area in raster_area(cell))
        rows, columns = territory(cell)
        inside[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = True
        return np.asarray(own | (both & inside), np.bool_)


def _ink_without_labels(plane: PageInk, cells: Sequence[Cell]) -> NDArray[np.uint8]:
    """Returns (H, W) 1 where there is ink; labels are left out, except where a stroke crosses them."""
    dark = plane.ink >= 128
    unlabelled = (dark & ~plane.printed).astype(np.uint8)
    reach = 2 * (_BRIDGE_PX + round(plane.blur_px)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    for band in _label_bands(cells):
        joined = cv2.morphologyEx(unlabelled[band], cv2.MORPH_CLOSE, kernel) > 0
        unlabelled[band] |= (joined & plane.printed[band] & dark[band]).astype(np.uint8)
    return unlabelled


def _label_bands(cells: Sequence[Cell]) -> list[Area]:
    """Returns the strips of the page that hold the labels, one for every row of cells."""
    edge = 1.0
    bands = sorted({(cell.label_area_mm[1] - edge, cell.y + edge) for cell in cells})
    return [(slice(round(top * PX_PER_MM), round(bottom * PX_PER_MM)), slice(None)) for top, bottom in bands]


def writing_area(cell: Cell) -> Area:
    """Returns rows and columns of a cell."""
    return (
        slice(round(cell.y * PX_PER_MM), round((cell.y + cell.height) * PX_PER_MM)),
        slice(round(cell.x * PX_PER_MM), round((cell.x + cell.width) * PX_PER_MM)),
    )


def territory(cell: Cell) -> Area:
    """Returns rows and columns whose ink counts for this cell: the cell and half of the gaps around it."""
    rows, columns = writing_area(cell)
    reach = round(_TERRITORY_MM * PX_PER_MM)
    return slice(rows.start - reach, rows.stop + reach), slice(columns.start - reach, columns.stop + reach)


def raster_area(cell: Cell) -> Area:
    """Returns rows and columns of a cell with its margin; the same for every cell of a size."""
    margin = round(MARGIN_EM * cell.height * PX_PER_MM)
    rows, columns = writing_area(cell)
    height, width = round(cell.height * PX_PER_MM), round(cell.width * PX_PER_MM)
    top, left = rows.start - margin, columns.start - margin
    return slice(top, top + height + 2 * margin), slice(left, left + width + 2 * margin)
