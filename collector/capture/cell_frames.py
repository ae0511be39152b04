"""Corrects the page's mapping by the printed frames of its cells.

The markers surround the page; how the paper bends between them is visible only in the print inside. Every cell has a
printed frame; the side of a frame, averaged along its length, is located to a fraction of a pixel even in light print.
A smooth shift of the page is fitted to all sides found, outliers (strokes, shadows) weighted down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.bent_page import Points
from collector.capture.decode import Photo
from collector.capture.mapping import PageMap, shift_terms
from collector.capture.rectify import PX_PER_MM, rectify_plane
from collector.capture.ruled_paper import without_ruling
from templates.sheet import Cell, Page, Sheet

_FRAME_MM = 0.1
"""The middle of a frame's line lies this far outside the writing area."""
_REACH_MM = 1.6
_FROM, _TO = 3.5, 12.5
"""Between these distances from its beginning in mm, a side is clear of labels and of the other sides."""
_FEW_SHARE = 0.2
_POOL_MM = 45.0
"""Where fewer sides than this share are found singly, cells this near are averaged."""
_LINE_PX = 1.2
_LEAST_DARK = 1.0
_CLEAR = 3.0
"""A side counts where its line stands out this much from the unevenness beside it."""
_LEAST_SIDES = 24
_PASSES = 3
_SETTLED_MM = 0.3
"""Where hardly a side was farther off than this, another pass changes nothing."""
_AGREE_MM = 0.06
_ROUNDS = 8
_RIDGE = 0.02
_MARKER_WEIGHT = 0.5


def correct_by_frames(photo: Photo, where: PageMap, sheet: Sheet, page: Page, blur_px: float) -> PageMap:
    """Corrects the mapping by the frames that are seen; returns it unchanged where too few are.

    Args:
        blur_px: standard deviation of the photograph's blur, in pixels of the page.
    """
    # Blue light shows the orange frames best, and those from a grey printer as well as any other.
    blue = np.asarray(cv2.extractChannel(photo, 2), np.uint8)
    markers = np.array([(m.x + m.size / 2, m.y + m.size / 2) for m in page.markers if m.id in where.used], np.float64)
    for _ in range(_PASSES):
        cells = _in_view(page.cells, where, blue.shape)
        if 2 * len(cells) < _LEAST_SIDES:
            break
        plane = without_ruling(rectify_plane(blue, where, (sheet.width_mm, sheet.height_mm)))
        found = [_frame_sides(turned, cells, blur_px, upright=turned is plane) for turned in (plane, plane.T)]
        if min(len(places) for places, _ in found) < _LEAST_SIDES:
            break
        more = [_fit_shift(places, off_mm, markers, where.centre_mm) for places, off_mm in found]
        where = replace(where, shift=where.shift + np.column_stack(more))
        if max(float(np.percentile(np.abs(off_mm), 98)) for _, off_mm in found) < _SETTLED_MM:
            break
    return where


def _in_view(cells: Sequence[Cell], where: PageMap, frame: tuple[int, ...]) -> Sequence[Cell]:
    """Returns the cells shown with their frames; beyond the edge repeated pixels look like lines."""
    starts = np.array([(cell.x, cell.y) for cell in cells]) - _REACH_MM
    ends = np.array([(cell.x + cell.width, cell.y + cell.height) for cell in cells]) + _REACH_MM
    both = np.stack([starts, ends])
    corners = np.stack([np.column_stack([both[i, :, 0], both[j, :, 1]]) for i in (0, 1) for j in (0, 1)], axis=1)
    at = where.to_photo(corners.reshape(-1, 2)).reshape(-1, 4, 2)
    inside = np.all((at >= 0) & (at <= (frame[1] - 1, frame[0] - 1)), axis=(1, 2)).tolist()
    return [cell for cell, seen in zip(cells, inside, strict=True) if seen]


def frame_offsets(plane: NDArray[np.uint8], cells: Sequence[Cell], blur_px: float) -> NDArray[np.float64]:
    """Returns (N,) how far each cell's printed frame is from its place, in mm; nan where none is seen.

    Args:
        plane: (H, W) blue light of the rectified page, 12 px/mm.
    """
    both = []
    plane = without_ruling(plane)
    for upright, turned in ((True, plane), (False, np.asarray(cv2.transpose(plane), np.uint8))):
        _, off_mm, clear = _measured(turned, cells, blur_px, upright=upright)
        sides = np.where(clear, off_mm, np.nan).reshape(-1, 2)
        seen = np.isfinite(sides).any(axis=1)
        mean = np.full(len(sides), np.nan)
        mean[seen] = np.nanmean(sides[seen], axis=1)
        both.append(mean)
    return np.asarray(np.hypot(*both), np.float64)


def _frame_sides(
    plane: NDArray[np.uint8], cells: Sequence[Cell], blur_px: float, *, upright: bool
) -> tuple[Points, NDArray[np.float64]]:
    """Returns the middles of the frames' sides along the first axis of ``plane``, and their offsets in mm."""
    places, off_mm, clear = _measured(plane, cells, blur_px, upright=upright)
    return places[clear], off_mm[clear]


def _measured(
    plane: NDArray[np.uint8], cells: Sequence[Cell], blur_px: float, *, upright: bool
) -> tuple[Points, NDArray[np.float64], NDArray[np.bool_]]:
    """Measures two sides of every cell: their middles, their offsets in mm, and whether they are clear."""
    reach = round(_REACH_MM * PX_PER_MM)
    strips, places, rests = [], [], []
    for cell in cells:
        across, along, width, height = (
            (cell.x, cell.y, cell.width, cell.height) if upright else (cell.y, cell.x, cell.height, cell.width)
        )
        for at in (across - _FRAME_MM, across + width + _FRAME_MM):
            # The middle of pixel i lies at (i + 0.5) / PX_PER_MM.
            middle = round(at * PX_PER_MM - 0.5)
            rows = slice(round((along + _FROM) * PX_PER_MM), round((along + _TO) * PX_PER_MM))
            strips.append(plane[rows, middle - reach : middle + reach + 1])
            rests.append((middle + 0.5) / PX_PER_MM - at)
            places.append((at, along + height / 2) if upright else (along + height / 2, at))
    stack = np.stack(strips)
    profiles = np.median(stack, axis=1).astype(np.float32)
    # Pixels along a side are blurred together: about one in two blur widths is independent.
    alone = max(1.0, stack.shape[1] / (1 + 2 * blur_px))
    noise = 1.25 * stack.std(axis=1).mean(axis=1) / np.sqrt(alone)
    sigma_px = float(np.hypot(_LINE_PX, blur_px))
    peaks, clear = _peaks(profiles, noise, sigma_px)
    if clear.mean() < _FEW_SHARE:
        peaks, clear = _peaks(*_average_neighbours(profiles, noise, np.array(places), upright=upright), sigma_px)
    return np.array(places), (peaks - reach) / PX_PER_MM + np.array(rests), clear


def _average_neighbours(
    profiles: NDArray[np.float32], noise: NDArray[np.float64], places: Points, *, upright: bool
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Averages the profiles with those of the neighbouring cells in line, which shows faint frames."""
    at, along = places.T if upright else places.T[::-1]
    near = (np.abs(at[:, None] - at) < _FRAME_MM) & (np.abs(along[:, None] - along) < _POOL_MM)
    count = near.sum(axis=1)
    spread = np.sqrt((near * noise**2).sum(axis=1)) / count
    return (near @ profiles / count[:, None]).astype(np.float32), spread


def _peaks(
    profiles: NDArray[np.float32], noise: NDArray[np.float64], sigma_px: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns (N,) the place of the darkest line in each of (N, W) profiles, in pixels, and whether it is clear."""
    # A little less smoothing than the line's own width: its neighbours are near, its place is averaged anyway.
    smooth = np.asarray(cv2.GaussianBlur(profiles, (0, 0), 0.7 * sigma_px, sigmaY=1e-3), np.float64)
    reach = np.arange(smooth.shape[1]) - smooth.shape[1] // 2
    # Light that falls off across the profile would shift the line's measured place.
    slope = (smooth[:, -3:].mean(axis=1) - smooth[:, :3].mean(axis=1)) / (smooth.shape[1] - 3)
    dark = -(smooth - slope[:, None] * reach)
    best = np.clip(dark.argmax(axis=1), 1, dark.shape[1] - 2)
    row = np.arange(len(dark))
    before, peak, after = dark[row, best - 1], dark[row, best], dark[row, best + 1]
    bend = before - 2 * peak + after
    fine = np.where(bend < -1e-6, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0)
    height = peak - np.maximum(dark[:, 0], dark[:, -1])
    inside = (best > 2) & (best < dark.shape[1] - 3)
    return best + np.clip(fine, -1, 1), inside & (height > np.maximum(_CLEAR * noise, _LEAST_DARK))


def _fit_shift(
    places: Points, off_mm: NDArray[np.float64], markers: Points, centre_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """Fits the smooth shift that most sides agree on (least squares, reweighted after Tukey)."""
    terms = np.vstack([shift_terms(places, centre_mm), shift_terms(markers, centre_mm)])
    wanted = np.concatenate([off_mm, np.zeros(len(markers))])
    base = np.concatenate([np.ones(len(places)), np.full(len(markers), _MARKER_WEIGHT)])
    penalty = _RIDGE * np.eye(terms.shape[1])
    trust = base
    weights = np.zeros(terms.shape[1])
    for turn in range(_ROUNDS):
        weighted = terms * trust[:, None]
        weights = np.linalg.solve(weighted.T @ terms + penalty, weighted.T @ wanted)
        left = wanted - terms @ weights
        spread = max(_AGREE_MM, 1.4826 * float(np.median(np.abs(left[: len(places)])))) * (4.7 if turn else 8.0)
        trust = base * np.clip(1 - (left / spread) ** 2, 0, None) ** 2
    return np.asarray(weights, np.float64)
