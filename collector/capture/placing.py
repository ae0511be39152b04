"""Which page a picture shows and where it lies in it, refused with a reason where that cannot be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np

from collector.capture.blur import blur_px
from collector.capture.mapping import PageMap, fit_page
from collector.capture.markers import Grey, Sighting, find_markers
from collector.errors import MirroredPhoto, NoMarkers, PageNotFlat, PhotoError, TooBlurred, TooFewMarkers, TwoSheets
from templates.sheet import Page, Sheet, build_sheet, find_page

_BLURRED_DETAIL = 6.0
"""Deviation of the second derivative below which nothing in a photograph has an edge."""
_BARE_RANGE = 30.0
"""Grey levels between nearly the darkest and nearly the brightest, below which there is nothing to be blurred."""
_LEAST_MARKERS = 6
_LEAST_HULL = 0.2
"""The seen markers must span this share of what all span: less does not hold the mapping of half a page."""
_MOST_ASTRAY = 3
"""A flat page has no more markers than this that its others do not agree with."""
_WORST_RESIDUAL_MM = 0.6
_MOST_STRANGERS = 1
MOST_BLUR_MM = 0.55


@dataclass(frozen=True)
class Placed:
    """A page found in a picture."""

    sheet: Sheet
    page: Page
    where: PageMap
    blur_px: float
    """Standard deviation of the blur in pixels of the picture."""

    @property
    def blur_mm(self) -> float:
        """The same on the page."""
        return self.blur_px / self.where.px_per_mm


def place_page(photo: str, grey: Grey) -> Placed:
    """Find the page in a picture.

    Raises:
        NoMarkers, MirroredPhoto, TooFewMarkers, PageNotFlat, TwoSheets, TooBlurred: what the names say.
    """
    sheet, page, own = _identify(photo, find_markers(grey), grey)
    where = _place(photo, sheet, page, own, (grey.shape[1], grey.shape[0]))
    blur = blur_px(grey, [sighting for sighting in own if sighting.id in where.used])
    if blur / where.px_per_mm > MOST_BLUR_MM:
        raise TooBlurred(photo)
    return Placed(sheet, page, where, blur)


def _identify(photo: str, sightings: list[Sighting], grey: Grey) -> tuple[Sheet, Page, list[Sighting]]:
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


def _nothing_found(photo: str, grey: Grey) -> PhotoError:
    mirrored = find_markers(np.asarray(cv2.flip(grey, 1), np.uint8))
    if sum(find_page(sighting.id) is not None for sighting in mirrored) > _MOST_STRANGERS:
        return MirroredPhoto(photo)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    low, high = np.percentile(small[::4, ::4], (2, 98))
    detail = float(np.percentile(np.abs(cv2.Laplacian(small, cv2.CV_32F)), 99.5))
    return TooBlurred(photo) if detail < _BLURRED_DETAIL and high - low > _BARE_RANGE else NoMarkers(photo)


def _place(photo: str, sheet: Sheet, page: Page, sightings: list[Sighting], frame_px: tuple[int, int]) -> PageMap:
    """The page's place in the picture, refused where the markers do not settle it."""
    markers = {marker.id: marker for marker in page.markers}
    where = fit_page(sightings, markers, (sheet.width_mm, sheet.height_mm), frame_px)
    used = len(where.used) if where else 0
    if len(sightings) >= _LEAST_MARKERS and len(sightings) - used > _MOST_ASTRAY:
        raise PageNotFlat(photo)
    if where is None or used < _LEAST_MARKERS or _hull_share(page, where.used) < _LEAST_HULL:
        raise TooFewMarkers(photo, used or len(sightings), len(page.markers))
    if where.residual_mm > _WORST_RESIDUAL_MM:
        raise PageNotFlat(photo)
    return where


def _hull_share(page: Page, used: tuple[int, ...]) -> float:
    """What the used markers span, as a share of what all the page's markers span."""
    every, some = (
        np.array([(marker.x, marker.y) for marker in page.markers if marker.id in ids], np.float32)
        for ids in ({marker.id for marker in page.markers}, used)
    )
    return float(cv2.contourArea(cv2.convexHull(some)) / cv2.contourArea(cv2.convexHull(every)))
