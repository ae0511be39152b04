"""Finds ArUco markers in a photograph on reduced copies, then measures their corners at full size.

Detection: Garrido-Jurado et al., "Automatic generation and detection of highly reliable fiducial markers under
occlusion" (2014), as OpenCV has it; dictionary ARUCO_MIP_36h12 (6 x 6 bits, 12 bits apart).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from templates.sheet import ARUCO_DICTIONARY

Grey = NDArray[np.uint8]
"""(H, W) uint8."""

MODULES = 8
"""Black border and bits along a marker's edge."""
_SEARCHES = ((1600, False), (1600, True), (2600, True))
"""Long sides of the copies that are searched, and whether they are sharpened, until enough is found."""
_MANY, _SOME = 12, 8
"""With 12 markers found no further search is made (the rest are covered); with 8, none after a search that found no
more. On squared paper a search takes half a second."""
_SHARPEN_SHARE = 1 / 350
"""Reach of the sharpening in long sides: a few pixels of blur at 12 MP are undone, which finds blurred markers."""


@dataclass(frozen=True)
class DetectedMarker:
    """One marker in a photograph."""

    id: int
    corners_px: NDArray[np.float64]
    """(4, 2) top left, top right, bottom right, bottom left as printed; pixel centres at whole numbers."""

    @property
    def size_px(self) -> float:
        """Mean length of the four edges in pixels."""
        return float(np.linalg.norm(self.corners_px - np.roll(self.corners_px, 1, axis=0), axis=1).mean())


def find_markers(grey: Grey) -> list[DetectedMarker]:
    """Finds every marker of the dictionary in a grey photograph, its corners to a fraction of a pixel."""
    found: list[DetectedMarker] = []
    for search_px, sharpen in _SEARCHES:
        before = len(found)
        factor = min(1.0, search_px / max(grey.shape))
        copy = _reduced(grey, factor)
        for marker in _detect(_sharpened(copy) if sharpen else copy, factor):
            if not any(_same(marker, other) for other in found):
                found.append(marker)
        if len(found) >= (_MANY if len(found) > before else _SOME):
            break
    return [_refined(grey, marker) for marker in found]


def _same(one: DetectedMarker, other: DetectedMarker) -> bool:
    apart = np.linalg.norm(one.corners_px.mean(axis=0) - other.corners_px.mean(axis=0))
    return one.id == other.id and bool(apart < one.size_px / 2)


def _sharpened(grey: Grey) -> Grey:
    soft = cv2.GaussianBlur(grey, (0, 0), max(grey.shape) * _SHARPEN_SHARE)
    return np.asarray(cv2.addWeighted(grey, 3, soft, -2, 0), np.uint8)


def _reduced(grey: Grey, factor: float) -> Grey:
    if factor == 1.0:
        return grey
    size = (round(grey.shape[1] * factor), round(grey.shape[0] * factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _detect(grey: Grey, factor: float) -> list[DetectedMarker]:
    parameters = cv2.aruco.DetectorParameters()
    parameters.minMarkerPerimeterRate = 0.02
    parameters.adaptiveThreshWinSizeMin = 5
    parameters.adaptiveThreshWinSizeMax = 45
    parameters.adaptiveThreshWinSizeStep = 20
    # A marker's bits are read from the middle of each module, where blur does the least, and blurred quads are round.
    parameters.perspectiveRemovePixelPerCell = 8
    parameters.perspectiveRemoveIgnoredMarginPerCell = 0.3
    parameters.polygonalApproxAccuracyRate = 0.06
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, ARUCO_DICTIONARY))
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, parameters).detectMarkers(grey)
    if ids is None:
        return []
    scaled = [(np.asarray(quad, np.float64).reshape(4, 2) + 0.5) / factor - 0.5 for quad in corners]
    return [DetectedMarker(int(id), quad) for id, quad in zip(np.ravel(ids), scaled, strict=True)]


def _refined(grey: Grey, marker: DetectedMarker) -> DetectedMarker:
    """Moves the corners to where the image's gradients meet (Förstner and Gülch 1987), within a module."""
    module = marker.size_px / MODULES
    window = int(np.clip(round(module * 0.9), 3, 24))
    corners = marker.corners_px.astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 40, 0.01)
    cv2.cornerSubPix(grey, corners, (window, window), (-1, -1), stop)
    moved = corners.reshape(4, 2).astype(np.float64)
    strayed = np.linalg.norm(moved - marker.corners_px, axis=1) > module * 1.2
    moved[strayed] = marker.corners_px[strayed]
    return DetectedMarker(marker.id, moved)
