"""One photograph to one page's cells: which page it is, where it lies, its light, its ink."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.cells import CellReading, read_cells
from collector.capture.decode import Photo, load_photo
from collector.capture.guides import follow_guides
from collector.capture.ink import part_ink
from collector.capture.mapping import PageMap, fit_page
from collector.capture.markers import Sighting, find_markers
from collector.capture.rectify import LINEAR, PX_PER_MM, paper_light, rectify, reflectance
from collector.errors import NoMarkers, PageNotFlat, PhotoError, TooBlurred, TooDark, TooFewMarkers, TwoSheets
from templates.sheet import Page, Sheet, build_sheet, find_page

_DARKEST_LEVEL = 28
"""A photograph whose brightest hundredth is below this grey level of 255 is black."""
_BLURRED_DETAIL = 1.5
"""Deviation of the second derivative below which nothing in a photograph has an edge."""
_LEAST_MARKERS = 6
_WORST_RESIDUAL_MM = 0.6
_WORST_SPREAD = 0.55
"""The markers' middles must reach across this share of the ring, both ways."""
_MOST_STRANGERS = 1
_MOST_BLUR_MM = 0.55


@dataclass(frozen=True)
class PageReading:
    """What one photograph says."""

    photo: str
    """The file's name."""
    set_name: str
    page_index: int
    where: PageMap
    markers_seen: int
    markers_printed: int
    blur_mm: float
    """Standard deviation of the blur at the markers' edges, on the page."""
    cells: tuple[CellReading, ...]


def read_page(path: Path) -> PageReading:
    """Read one photograph of one page.

    Raises:
        PhotoError: what is wrong with the photograph, by name.
    """
    photo = load_photo(path)
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    if float(np.percentile(grey[::8, ::8], 99)) < _DARKEST_LEVEL:
        raise TooDark(path.name)
    sightings = find_markers(grey)
    sheet, page, own = _identify(path.name, sightings, grey)
    where = _place(path.name, sheet, page, own, (grey.shape[1], grey.shape[0]))
    blur_mm = _blur_px(grey, own, where) / where.px_per_mm
    if blur_mm > _MOST_BLUR_MM:
        raise TooBlurred(path.name)
    where = follow_guides(photo, where, sheet, page, blur_mm * PX_PER_MM)
    cells = _read_ink(photo, where, blur_mm, sheet, page)
    return PageReading(path.name, sheet.set_name, page.index, where, len(where.used), len(page.markers), blur_mm, cells)


def _identify(photo: str, sightings: list[Sighting], grey: NDArray[np.uint8]) -> tuple[Sheet, Page, list[Sighting]]:
    """The sheet and page that the markers belong to, and those of them that do."""
    pages = Counter(place for sighting in sightings if (place := find_page(sighting.id)) is not None)
    if not pages:
        raise _nothing_found(photo, grey)
    (set_name, index), _ = pages.most_common(1)[0]
    own = [sighting for sighting in sightings if find_page(sighting.id) == (set_name, index)]
    twice = len(own) - len({sighting.id for sighting in own})
    if sum(pages.values()) - len(own) > _MOST_STRANGERS or twice > _MOST_STRANGERS:
        raise TwoSheets(photo)
    counts = Counter(sighting.id for sighting in own)
    sheet = build_sheet(set_name)
    return sheet, sheet.pages[index], [sighting for sighting in own if counts[sighting.id] == 1]


def _nothing_found(photo: str, grey: NDArray[np.uint8]) -> PhotoError:
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    detail = float(np.percentile(np.abs(cv2.Laplacian(small, cv2.CV_32F)), 99.5))
    return TooBlurred(photo) if detail < _BLURRED_DETAIL * 4 else NoMarkers(photo)


def _place(photo: str, sheet: Sheet, page: Page, sightings: list[Sighting], frame_px: tuple[int, int]) -> PageMap:
    """The page's place in the photograph, refused where the markers do not settle it."""
    markers = {marker.id: marker for marker in page.markers}
    where = fit_page(sightings, markers, (sheet.width_mm, sheet.height_mm), frame_px)
    if where is None or len(where.used) < _LEAST_MARKERS or not _spread(page, where.used):
        raise TooFewMarkers(photo, len(where.used) if where else len(sightings), len(page.markers))
    if where.residual_mm > _WORST_RESIDUAL_MM:
        raise PageNotFlat(photo)
    return where


def _spread(page: Page, used: tuple[int, ...]) -> bool:
    """Whether the used markers reach far enough round the page to hold a mapping of all of it."""
    every = np.array([(marker.x, marker.y) for marker in page.markers])
    some = np.array([(marker.x, marker.y) for marker in page.markers if marker.id in used])
    return bool((np.ptp(some, axis=0) >= _WORST_SPREAD * np.ptp(every, axis=0)).all())


def _blur_px(grey: NDArray[np.uint8], sightings: list[Sighting], where: PageMap) -> float:
    """Blur at the markers' outer edges: a Gaussian's edge has step / steepest slope = sigma sqrt(2 pi)."""
    sigmas = []
    for sighting in sightings:
        if sighting.id not in where.used:
            continue
        for start, end in zip(sighting.corners_px, np.roll(sighting.corners_px, -1, axis=0), strict=True):
            sigmas.append(_edge_sigma(grey, start, end))
    return float(np.median(sigmas))


def _edge_sigma(grey: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Blur across one edge from the grey levels on both sides of it, averaged along the edge."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    across = np.array([along[1], -along[0]])
    reach = length / 8
    at = np.linspace(-reach, reach, 33)
    steps = np.linspace(0.2, 0.8, 24)[:, None, None] * (end - start) + start + at[None, :, None] * across
    across_px, along_px = cv2.split(steps.astype(np.float32))
    profile = LINEAR[cv2.remap(grey, across_px, along_px, cv2.INTER_LINEAR)].mean(axis=0)
    step = float(np.ptp(profile))
    steepest = float(np.abs(np.gradient(profile, at[1] - at[0])).max())
    return step / max(steepest, 1e-6) / float(np.sqrt(2 * np.pi))


def _read_ink(photo: Photo, where: PageMap, blur_mm: float, sheet: Sheet, page: Page) -> tuple[CellReading, ...]:
    flat, shown = rectify(photo, where, (sheet.width_mm, sheet.height_mm))
    plane = part_ink(reflectance(flat, paper_light(flat)), page.cells, blur_mm * PX_PER_MM)
    return read_cells(plane, page.cells, page.index, shown)
