"""Finds which page a picture shows and where it lies, or raises the reason why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np

from collector.capture.blur import blur_px
from collector.capture.mapping import PageMap, fit_page
from collector.capture.markers import DetectedMarker, Grey, find_markers
from collector.errors import MirroredPhoto, NoMarkers, PageNotFlat, PhotoError, TooBlurred, TooFewMarkers, TwoSheets
from templates.sheet import Page, Sheet, build_sheet, find_page

_BLURRED_DETAIL = 6.0
"""Second derivative below which nothing in a photograph has an edge."""
_BARE_RANGE = 30.0
"""Grey range (2nd to 98th percentile) below which there is nothing that could be blurred."""
_LEAST_MARKERS = 6
_LEAST_HULL = 0.2
"""The used markers must span this share of what all span: less does not determine the mapping of half a page."""
_MOST_OUTLIERS = 3
"""Most markers of a flat page that do not agree with its others."""
_WORST_RESIDUAL_MM = 0.6
_MOST_FOREIGN = 1
MOST_BLUR_MM = 0.55


@dataclass(frozen=True)
class LocatedPage:
    """A page located in a picture."""

    sheet: Sheet
    page: Page
    where: PageMap
    blur_px: float
    """Standard deviation of the blur in pixels of the picture."""

    @property
    def blur_mm(self) -> float:
        """The same in mm of the page."""
        return self.blur_px / self.where.px_per_mm


def locate_page(photo: str, grey: Grey) -> LocatedPage:
    """Finds the page in a picture.

    Raises:
        NoMarkers, MirroredPhoto, TooFewMarkers, PageNotFlat, TwoSheets, TooBlurred: what the names say.
    """
    sheet, page, own = _identify(photo, find_markers(grey), grey)
    where = _place(photo, sheet, page, own, (grey.shape[1], grey.shape[0]))
    blur = blur_px(grey, [marker for marker in own if marker.id in where.used])
    if blur / where.px_per_mm > MOST_BLUR_MM:
        raise TooBlurred(photo)
    return LocatedPage(sheet, page, where, blur)


def _identify(photo: str, detected: list[DetectedMarker], grey: Grey) -> tuple[Sheet, Page, list[DetectedMarker]]:
    """Returns the sheet and page of the markers, and the markers that belong to it."""
    pages = Counter(place for marker in detected if (place := find_page(marker.id)) is not None)
    if not pages:
        raise _no_page_error(photo, grey)
    (set_name, index), _ = pages.most_common(1)[0]
    own = [marker for marker in detected if find_page(marker.id) == (set_name, index)]
    twice = len(own) - len({marker.id for marker in own})
    if sum(pages.values()) - len(own) > _MOST_FOREIGN or twice > _MOST_FOREIGN:
        raise TwoSheets(photo)
    counts = Counter(marker.id for marker in own)
    sheet = build_sheet(set_name)
    return sheet, sheet.pages[index], [marker for marker in own if counts[marker.id] == 1]


def _no_page_error(photo: str, grey: Grey) -> PhotoError:
    mirrored = find_markers(np.asarray(cv2.flip(grey, 1), np.uint8))
    if sum(find_page(marker.id) is not None for marker in mirrored) > _MOST_FOREIGN:
        return MirroredPhoto(photo)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    low, high = np.percentile(small[::4, ::4], (2, 98))
    detail = float(np.percentile(np.abs(cv2.Laplacian(small, cv2.CV_32F)), 99.5))
    return TooBlurred(photo) if detail < _BLURRED_DETAIL and high - low > _BARE_RANGE else NoMarkers(photo)


def _place(photo: str, sheet: Sheet, page: Page, detected: list[DetectedMarker], frame_px: tuple[int, int]) -> PageMap:
    """Fits the page's mapping; raises where the markers do not determine it."""
    markers = {marker.id: marker for marker in page.markers}
    where = fit_page(detected, markers, (sheet.width_mm, sheet.height_mm), frame_px)
    used = len(where.used) if where else 0
    if len(detected) >= _LEAST_MARKERS and len(detected) - used > _MOST_OUTLIERS:
        raise PageNotFlat(photo)
    if where is None or used < _LEAST_MARKERS or _hull_share(page, where.used) < _LEAST_HULL:
        raise TooFewMarkers(photo, used or len(detected), len(page.markers))
    if where.residual_mm > _WORST_RESIDUAL_MM:
        raise PageNotFlat(photo)
    return where


def _hull_share(page: Page, used: tuple[int, ...]) -> float:
    """Returns the area that the used markers span over that of all the page's markers."""
    every, some = (
        np.array([(marker.x, marker.y) for marker in page.markers if marker.id in ids], np.float32)
        for ids in ({marker.id for marker in page.markers}, used)
    )
    return float(cv2.contourArea(cv2.convexHull(some)) / cv2.contourArea(cv2.convexHull(every)))
