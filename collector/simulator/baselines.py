"""Two baseline methods to read a sheet: a homography of four corners and a threshold.

Both rectify the page by the homography of its four outermost marker corners and cut out the cells. One separates ink
from paper by Otsu's threshold of the whole page, the other by the mean of a pixel's surroundings.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from collector.capture.cell_strokes import raster_area, writing_area
from collector.capture.decode import Photo
from collector.capture.mapping import NO_SHIFT, FlatPage, PageMap, corners_mm
from collector.capture.markers import find_markers
from collector.capture.rectify import PX_PER_MM, rectify
from collector.simulator.score import Mask
from templates.sheet import Cell, Page, Sheet

BASELINES = ("4 corners + Otsu", "4 corners + adaptive mean")
_WINDOW_MM = 4.0
_OFFSET = 12
_LEAST_INK_PX = 60


def map_by_four_corners(photo: Photo, sheet: Sheet, page: Page) -> PageMap | None:
    """Maps the page by its four corner markers; None unless all four are seen."""
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    seen = {marker.id: marker.corners_px for marker in find_markers(grey)}
    middle = np.array([sheet.width_mm, sheet.height_mm]) / 2
    pages, photos = [], []
    for corner in range(4):
        sign = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)][corner])
        marker = max(page.markers, key=lambda m: float(((corners_mm(m)[corner] - middle) * sign).sum()))
        if marker.id not in seen:
            return None
        pages.append(corners_mm(marker)[corner])
        photos.append(seen[marker.id][corner])
    matrix = cv2.getPerspectiveTransform(np.array(pages, np.float32), np.array(photos, np.float32))
    centre = (float(middle[0]), float(middle[1]))
    return PageMap(
        FlatPage(np.asarray(matrix, np.float64)), np.zeros((15, 2)), NO_SHIFT, centre, 0.0, 0.0, 0.0, 0.0, ()
    )


def baseline_ink(photo: Photo, where: PageMap, sheet: Sheet, page: Page) -> dict[str, dict[str, Mask]]:
    """Returns for each method the glyphs by character, as ``score`` takes them."""
    flat, _ = rectify(photo, where, (sheet.width_mm, sheet.height_mm))
    grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)
    side = 2 * round(_WINDOW_MM * PX_PER_MM / 2) + 1
    _, otsu = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    mean = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, _OFFSET)
    return dict(zip(BASELINES, (_cut(otsu > 0, page.cells), _cut(mean > 0, page.cells)), strict=True))


def _cut(ink: Mask, cells: Sequence[Cell]) -> dict[str, Mask]:
    glyphs = {}
    for cell in cells:
        inside = np.zeros_like(ink)
        inside[writing_area(cell)] = ink[writing_area(cell)]
        glyph = inside[raster_area(cell)]
        if glyph.sum() >= _LEAST_INK_PX:
            glyphs[cell.char] = glyph
    return glyphs
