"""Maps points of a page to a photograph: a bent page and a camera, plus a smooth residual.

First a homography from all marker corners (RANSAC) finds the markers that agree. Then a bent page is fitted
(``bent_page``); the residual, since neither page nor lens is ideal, is fitted by a polynomial of the fourth degree in
page coordinates, by ridge regression, so that it does not oscillate between the markers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.capture.bent_page import Points, fit_bent
from collector.capture.markers import DetectedMarker
from templates.sheet import Marker

_DEGREE = 4
_RIDGE = 1.0
_SHIFT_DEGREE = 6
_HALF_PAGE_MM = 150.0
_OUTLIER_MM = 2.5


NO_SHIFT = np.zeros(((_SHIFT_DEGREE + 1) * (_SHIFT_DEGREE + 2) // 2, 2))


class PageProjection(Protocol):
    """A mapping from the page to the photograph."""

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) photograph pixels of (N, 2) points of the page in mm."""
        ...


@dataclass(frozen=True)
class FlatPage:
    """A flat page before an undistorted camera."""

    homography: NDArray[np.float64]
    """(3, 3), mm to pixels."""

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) photograph pixels of (N, 2) points of the page in mm."""
        return project(self.homography, page_mm)


@dataclass(frozen=True)
class PageMap:
    """The mapping between a page in mm and its photograph in pixels (pixel centres at whole numbers)."""

    base: PageProjection
    """The mapping without the residual."""
    weights: NDArray[np.float64]
    """(15, 2) of the residual's polynomial, pixels."""
    shift: NDArray[np.float64]
    """(28, 2) of the polynomial of the shift of the page's inside, mm; zeros where it is not known."""
    centre_mm: tuple[float, float]
    residual_mm: float
    """Root mean square distance of the markers' middles from the mapping."""
    flat_residual_mm: float
    """The same for the best homography: how far from flat the page is."""
    growth_px: float
    """Growth of the markers on each side by blur and tone curve."""
    px_per_mm: float
    used: tuple[int, ...]
    """Ids of the markers that were used."""

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) photograph pixels of (N, 2) points of the page in mm."""
        page_mm = page_mm + shift_terms(page_mm, self.centre_mm) @ self.shift
        rest = _terms(page_mm, self.centre_mm, _DEGREE) @ self.weights
        return np.asarray(self.base.to_photo(page_mm) + rest, np.float64)


def project(homography: NDArray[np.float64], points: Points) -> Points:
    """Maps (N, 2) points by a (3, 3) homography."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def corners_mm(marker: Marker) -> Points:
    """Returns (4, 2) the marker's corners on the page, in the order of :class:`DetectedMarker`."""
    left, top, right, bottom = marker.x, marker.y, marker.x + marker.size, marker.y + marker.size
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def fit_page(
    detected: list[DetectedMarker], markers: dict[int, Marker], page_mm: tuple[float, float], frame_px: tuple[int, int]
) -> PageMap | None:
    """Fits the mapping that the detected markers agree on; None where fewer than four do.

    Args:
        markers: the page's markers by id; every detected id is among them.
        page_mm: width and height of the page.
        frame_px: width and height of the photograph.
    """
    pages = np.array([corners_mm(markers[marker.id]) for marker in detected])
    photos = np.array([marker.corners_px for marker in detected])
    keep = _agreeing(pages, photos)
    if keep.sum() < 4:
        return None
    pages, photos = pages[keep], photos[keep]
    on_page, on_photo, outwards = pages.reshape(-1, 2), photos.reshape(-1, 2), _outwards(photos).reshape(-1, 2)
    centre = (page_mm[0] / 2, page_mm[1] / 2)
    bent = fit_bent(on_page, on_photo, outwards, centre, frame_px)
    on_photo = on_photo - bent.growth_px * outwards
    flat = FlatPage(np.asarray(cv2.findHomography(on_page, on_photo, 0)[0], np.float64))
    scale = _scale(pages, photos)
    flat_mm, bent_mm = (_rms(on_photo - base.to_photo(on_page)) / scale for base in (flat, bent))
    # A photograph cut down to one side has its lens's axis elsewhere; then the flat page may fit better.
    base: PageProjection = bent if bent_mm < flat_mm else flat
    rest = on_photo - base.to_photo(on_page)
    weights = _ridge(_terms(on_page, centre, _DEGREE), rest)
    left = rest - _terms(on_page, centre, _DEGREE) @ weights
    used = tuple(marker.id for marker, kept in zip(detected, keep, strict=True) if kept)
    return PageMap(base, weights, NO_SHIFT, centre, _rms(left) / scale, flat_mm, bent.growth_px, scale, used)


def _agreeing(pages: NDArray[np.float64], photos: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Returns (N,) the markers consistent with one page; a marker counts by its worst corner."""
    if len(pages) < 4:
        return np.zeros(len(pages), np.bool_)
    tolerance = _OUTLIER_MM * _scale(pages, photos) * 2
    homography, _ = cv2.findHomography(pages.reshape(-1, 2), photos.reshape(-1, 2), cv2.RANSAC, tolerance)
    if homography is None:
        return np.zeros(len(pages), np.bool_)
    off = photos.reshape(-1, 2) - project(np.asarray(homography, np.float64), pages.reshape(-1, 2))
    return np.asarray(np.linalg.norm(off, axis=1).reshape(-1, 4).max(axis=1) <= tolerance, np.bool_)


def _outwards(photos: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns (N, 4, 2) unit vectors from each marker's middle to its corners."""
    arms = photos - photos.mean(axis=1, keepdims=True)
    return np.asarray(arms / np.linalg.norm(arms, axis=2, keepdims=True), np.float64)


def _scale(pages: NDArray[np.float64], photos: NDArray[np.float64]) -> float:
    """Returns pixels per mm, averaged over the markers' edges."""
    edges_px = np.linalg.norm(photos - np.roll(photos, 1, axis=1), axis=2)
    edges_mm = np.linalg.norm(pages - np.roll(pages, 1, axis=1), axis=2)
    return float((edges_px / edges_mm).mean())


def shift_terms(page_mm: Points, centre_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Returns (N, 28) the terms of the shift's polynomial at points of the page."""
    return _terms(page_mm, centre_mm, _SHIFT_DEGREE)


def _powers(degree: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]


def _terms(page_mm: Points, centre_mm: tuple[float, float], degree: int) -> NDArray[np.float64]:
    """Returns (N, terms) a polynomial's terms at points of the page."""
    x, y = (page_mm[:, axis] - centre_mm[axis] for axis in (0, 1))
    x, y = x / (_HALF_PAGE_MM * 0.7), y / _HALF_PAGE_MM
    return np.column_stack([x**i * y**j for i, j in _powers(degree)])


def _ridge(terms: NDArray[np.float64], rest: Points) -> NDArray[np.float64]:
    penalty = [_RIDGE * (1 + i + j) for i, j in _powers(_DEGREE)]
    return np.asarray(np.linalg.solve(terms.T @ terms + np.diag(penalty), terms.T @ rest), np.float64)


def _rms(off: Points) -> float:
    """Returns the root mean square distance of the markers' middles, from the residuals of their corners."""
    middles = off.reshape(-1, 4, 2).mean(axis=1)
    return float(np.sqrt((middles**2).sum(axis=1).mean()))
