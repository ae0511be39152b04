"""Cuts a page's ink into the glyphs of its cells and gives each cell a verdict."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.cell_strokes import MARGIN_EM, Strokes, raster_area, writing_area
from collector.capture.ink import PageInk
from collector.capture.rectify import PX_PER_MM, FloatImage
from collector.capture.stroke_width import stroke_width
from collector.instances import Cause, Finding, Verdict
from templates.glyphs import GlyphImage
from templates.hangul import is_syllable
from templates.sheet import Cell, Page

_LEAST_INK_MM2 = {True: 1.5, False: 0.10}
"""Less ink than this is an empty cell: Hangul, Latin (a full stop is about 0.3)."""
_REACH_MM = 12.0
"""Farther outside of all markers in view a cell counts only if its own frame is seen."""
_IN_PLACE_MM = 0.4
"""A frame no farther off confirms the place of the page."""
_LEAST_CONTRAST = 0.10
_LEAST_CONTRAST_OVER_NOISE = 4.0
_MOST_INK_SHARE = 0.55
_MOST_FRAME_SHARE = 0.4
"""More ink along a cell's outline is the printed frame, not writing."""
_FRAME_PX = 3
"""A frame's line begins at the writing area and reaches so far outwards."""
_LEAST_SHARPNESS = 0.2
_MOST_HAZE = 1.9
"""Below it, one in forty cells on the worst photographs of training hands has an ink F1 under .8."""


@dataclass(frozen=True)
class CellReading:
    """One cell of one photograph."""

    char: str
    page_index: int
    verdict: Verdict
    finding: Finding | None
    """Why it is not good, with the number behind it; None where it is."""
    ink_share: float
    """Ink over the cell's area."""
    contrast: float
    """Share of the light that the ink's core takes."""
    sharpness: float
    """How steep the strokes' edges are: 1 where ink ends within a pixel, towards 0 where it fades away."""
    haze: float
    """How far blur hides the strokes: the blur over their width, more where they come out pale and their edges soft."""
    off_mm: float | None
    """How far the cell's printed frame is from where it was taken to be; None where it cannot be seen."""
    glyph: GlyphImage | None
    """None where the cell is blank or out of the picture."""


def read_cells(
    plane: PageInk, page: Page, shown: NDArray[np.bool_], used: tuple[int, ...], off_mm: NDArray[np.float64]
) -> tuple[CellReading, ...]:
    """Cuts a page's ink into its cells' glyphs and gives each a verdict.

    Args:
        plane: the page's ink at 12 px/mm.
        shown: (H, W) which points of the page the photograph shows.
        used: ids of the markers that placed the page.
        off_mm: (N,) how far each cell's printed frame is off, nan where it is not seen.
    """
    strokes = Strokes(plane, page.cells)
    from_known_mm = _from_known(page, used, off_mm)
    readings = []
    for k, cell in enumerate(page.cells):
        off = None if np.isnan(off_mm[k]) else round(float(off_mm[k]), 3)
        unseen = _unseen(float(shown[writing_area(cell)].mean()), from_known_mm[k], off)
        if unseen is not None and unseen.verdict is Verdict.MISSING:
            readings.append(CellReading(cell.char, page.index, unseen.verdict, unseen, 0, 0, 0, 0, off, None))
        else:
            readings.append(_read(plane, cell, strokes.mask(k, cell), page.index, off, unseen))
    return tuple(readings)


def _from_known(page: Page, used: tuple[int, ...], off_mm: NDArray[np.float64]) -> list[float]:
    """Returns how far each cell's middle lies outside the hull of the used markers and the frames in place, in mm."""
    middles = [(cell.x + cell.width / 2, cell.y + cell.height / 2) for cell in page.cells]
    markers = [(m.x + m.size / 2, m.y + m.size / 2) for m in page.markers if m.id in used]
    # Comparison with nan is false: a frame that is not seen does not count.
    framed = [middle for middle, off in zip(middles, off_mm, strict=True) if off < _IN_PLACE_MM]
    hull = cv2.convexHull(np.array(markers + framed, np.float32))
    return [max(0.0, -cv2.pointPolygonTest(hull, middle, True)) for middle in middles]


def _unseen(shown: float, from_markers_mm: float, off_mm: float | None) -> Finding | None:
    """Returns what is wrong with the cell's place in the photograph."""
    if shown == 0:
        return Finding(Cause.NOT_SHOWN, shown, 1.0)
    if off_mm is None and from_markers_mm > _REACH_MM:
        return Finding(Cause.OUT_OF_REACH, from_markers_mm, _REACH_MM)
    return Finding(Cause.PHOTO_EDGE, shown, 1.0) if shown < 1 else None


def _read(
    plane: PageInk, cell: Cell, mine: NDArray[np.bool_], page_index: int, off_mm: float | None, cut: Finding | None
) -> CellReading:
    area = raster_area(cell)
    ink_mm2 = float(mine.sum()) / PX_PER_MM**2
    share = ink_mm2 / (cell.width * cell.height)
    least = _LEAST_INK_MM2[is_syllable(cell.char)]
    if ink_mm2 < least:
        empty = cut or Finding(Cause.EMPTY, ink_mm2, least)
        return CellReading(cell.char, page_index, empty.verdict, empty, share, 0.0, 0.0, 0.0, off_mm, None)
    near = cv2.dilate(mine.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ink = np.where(near, plane.ink[area], 0).astype(np.uint8)
    darkness = plane.darkness[area]
    contrast = float(np.percentile(darkness[mine], 60))
    sharpness = _sharpness(darkness, ink, contrast)
    haze = plane.blur_px / max(stroke_width(mine), 0.5) * plane.level / max(contrast * sharpness, 1e-3)
    if _reaches_edge(mine):
        cut = cut or Finding(Cause.PAST_RASTER, MARGIN_EM * cell.height, MARGIN_EM * cell.height)
    framed = _frame_share(mine)
    if framed > _MOST_FRAME_SHARE:
        cut = cut or Finding(Cause.FRAME, framed, _MOST_FRAME_SHARE)
    why = cut or _first_flaw(share, contrast, sharpness, haze, plane.noise)
    rows, columns = area
    origin = (cell.x * PX_PER_MM - columns.start, cell.y * PX_PER_MM - rows.start)
    baseline = None if cell.baseline is None else (cell.baseline - cell.y) / cell.height
    glyph = GlyphImage(cell.char, ink, cell.height * PX_PER_MM, origin, baseline)
    verdict = why.verdict if why is not None else Verdict.GOOD
    return CellReading(cell.char, page_index, verdict, why, share, contrast, sharpness, haze, off_mm, glyph)


def _reaches_edge(mine: NDArray[np.bool_]) -> bool:
    return bool(mine[0].any() or mine[-1].any() or mine[:, 0].any() or mine[:, -1].any())


def _frame_share(mine: NDArray[np.bool_]) -> float:
    """Returns how much of the cell's printed frame is taken for ink: 0 none, 1 all of it.

    Args:
        mine: (H, W) of the cell's raster.
    """
    margin = round(mine.shape[0] * MARGIN_EM / (1 + 2 * MARGIN_EM))
    near, far, along = (
        slice(margin - _FRAME_PX, margin + 1),
        slice(-margin - 1, _FRAME_PX - margin),
        slice(margin, -margin),
    )
    beside = [mine[side, along].any(axis=0) for side in (near, far)]
    return float(np.concatenate(beside + [mine[along, side].any(axis=1) for side in (near, far)]).mean())


def _sharpness(darkness: FloatImage, ink: NDArray[np.uint8], contrast: float) -> float:
    """Returns how steep the strokes' edges are: 1 where ink ends within a pixel, towards 0 where it fades away."""
    dx = cv2.Sobel(darkness, cv2.CV_32F, 1, 0, scale=0.125)
    dy = cv2.Sobel(darkness, cv2.CV_32F, 0, 1, scale=0.125)
    edge = (ink > 64) & (ink < 192)
    if not edge.any() or contrast <= 0:
        return 0.0
    steep = float(np.median(cv2.magnitude(dx, dy)[edge])) / contrast
    return min(1.0, 2.5 * steep)


def _first_flaw(share: float, contrast: float, sharpness: float, haze: float, noise: float) -> Finding | None:
    """Returns the first finding that makes the ink unusable; None where it is good."""
    over_noise = contrast / max(noise, 1e-6)
    found = (
        (Cause.PALE, contrast, _LEAST_CONTRAST, contrast < _LEAST_CONTRAST),
        (Cause.NOISY, over_noise, _LEAST_CONTRAST_OVER_NOISE, over_noise < _LEAST_CONTRAST_OVER_NOISE),
        (Cause.BLOT, share, _MOST_INK_SHARE, share > _MOST_INK_SHARE),
        (Cause.BLURRED, haze, _MOST_HAZE, haze > _MOST_HAZE),
        (Cause.SOFT, sharpness, _LEAST_SHARPNESS, sharpness < _LEAST_SHARPNESS),
    )
    return next((Finding(cause, value, limit) for cause, value, limit, is_so in found if is_so), None)
