"""Fits a bent sheet of paper and a camera to the markers on the sheet.

Paper bends but hardly stretches, so that a page is close to a general cylinder: straight along one direction, any
gentle curve across it, lengths along the curve kept. Fitting that curve together with the camera's pose, focal length
and first radial distortion locates the inside of the page although only its rim has markers; a smooth function fitted
to the rim alone extrapolates (four times the error on pages bulging 5-8 mm).
Method: Levenberg-Marquardt on the markers' corners from several bending directions, each unknown held near what is
likely for a page and a telephone (priors), after Kil et al., "Robust document image dewarping method using
text-lines and line segments" (2017), and Zucker's "Page dewarping" (2016), who fit such surfaces to lines of text.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(N, 2), x and y."""

_FOCAL_LENGTHS = 0.76
"""Focal length of a telephone's main camera over the picture's long side."""
_DEGREES = (2, 3, 4)
_REACH_MM = 180.0
"""The page's half diagonal: where the curve's parameter is 1."""
_TABLE = np.linspace(-1.7, 1.7, 137)
_CURVES = np.array([np.polynomial.legendre.Legendre.basis(degree)(_TABLE / 1.2) for degree in _DEGREES])
_STEP = float(_TABLE[1] - _TABLE[0])

# Unknowns: log of the focal length over the likely one, rotation vector, place of the page's middle in mm,
# direction of bending, the curve's coefficients in mm, radial distortion, growth of all markers in px.
_FOCAL, _TURN, _PLACE, _DIRECTION, _CURVE, _RADIAL, _GROWTH = 0, slice(1, 4), slice(4, 7), 7, slice(8, 11), 11, 12
_SPREAD = np.array([0.15, 1e3, 1e3, 1e3, 1e6, 1e6, 1e6, 1e3, 6.0, 3.0, 1.5, 0.04, 3.0])
"""Prior standard deviation of each unknown around 0."""
_DIFFERENCE = np.array([1e-4, 5e-5, 5e-5, 5e-5, 1e-2, 1e-2, 3e-2, 3e-4, 3e-3, 2e-3, 1e-3, 3e-5, 1e-3])
_CORNER_PX = 0.3
"""Standard deviation of a measured marker corner."""
_FIRST_BULGES_MM = (3.0, -3.0)
_DIRECTIONS = 4
_ROUNDS, _TRIES = 40, 6


@dataclass(frozen=True)
class BentPage:
    """A fitted page and camera."""

    unknowns: NDArray[np.float64]
    """As listed above."""
    centre_mm: tuple[float, float]
    frame_px: tuple[int, int]
    """Width and height of the photograph."""

    @property
    def growth_px(self) -> float:
        """Growth of the markers on each side by blur and tone curve."""
        return float(self.unknowns[_GROWTH])

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) photograph pixels of (N, 2) points of the page in mm."""
        return _project(self.unknowns, page_mm - np.array(self.centre_mm), self.frame_px)


def fit_bent(
    page_mm: Points, photo_px: Points, outwards: Points, centre_mm: tuple[float, float], frame_px: tuple[int, int]
) -> BentPage:
    """Fits the bent page that best explains where the markers' corners are seen.

    Args:
        page_mm: (N, 2) corners on the page, N at least 16.
        photo_px: (N, 2) where the photograph shows them.
        outwards: (N, 2) unit vectors in the photograph, away from each corner's marker.
        centre_mm: the page's middle.
        frame_px: width and height of the photograph.
    """
    points = page_mm - np.array(centre_mm)
    seen = np.stack([photo_px, outwards])
    start = _flat_pose(points, photo_px, frame_px)
    best, least = start, np.inf
    for direction in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        for bulge in _FIRST_BULGES_MM:
            first = start.copy()
            first[_DIRECTION], first[_CURVE.start] = direction, bulge
            unknowns, cost = _levenberg_marquardt(first, points, seen, frame_px)
            if cost < least:
                best, least = unknowns, cost
    return BentPage(best, centre_mm, frame_px)


def _flat_pose(points: Points, photo_px: Points, frame_px: tuple[int, int]) -> NDArray[np.float64]:
    """Returns the unknowns of a flat page before the likely camera (infinitesimal plane-based pose estimation)."""
    focal = _FOCAL_LENGTHS * max(frame_px)
    camera = np.array([[focal, 0, (frame_px[0] - 1) / 2], [0, focal, (frame_px[1] - 1) / 2], [0, 0, 1]])
    flat = np.column_stack([points, np.zeros(len(points))])
    _, turn, place = cv2.solvePnP(flat, photo_px, camera, np.zeros(0), flags=cv2.SOLVEPNP_IPPE)
    unknowns = np.zeros(len(_SPREAD))
    unknowns[_TURN], unknowns[_PLACE] = np.ravel(turn), np.ravel(place)
    return unknowns


def _project(unknowns: NDArray[np.float64], points: Points, frame_px: tuple[int, int]) -> Points:
    """Returns (N, 2) pixels of (N, 2) points in mm from the page's middle."""
    angle = unknowns[_DIRECTION]
    direction = np.array([np.cos(angle), np.sin(angle)])
    height = unknowns[_CURVE] @ _CURVES
    slope = np.gradient(height, _STEP) / _REACH_MM
    along = np.cumsum(np.sqrt(np.maximum(1 - slope**2, 0.2))) * _STEP
    along -= np.interp(0.0, _TABLE, along)
    place = points @ direction / _REACH_MM
    moved = points + (np.interp(place, _TABLE, along - _TABLE) * _REACH_MM)[:, None] * direction
    space = np.column_stack([moved, np.interp(place, _TABLE, height)])
    seen = space @ np.asarray(cv2.Rodrigues(unknowns[_TURN])[0]).T + unknowns[_PLACE]
    flat = seen[:, :2] / np.maximum(seen[:, 2:], 1.0)
    bent = flat * (1 + unknowns[_RADIAL] * (flat**2).sum(axis=1, keepdims=True))
    focal = np.exp(unknowns[_FOCAL]) * _FOCAL_LENGTHS * max(frame_px)
    return np.asarray(bent * focal + (np.array(frame_px) - 1) / 2, np.float64)


def _levenberg_marquardt(
    unknowns: NDArray[np.float64], points: Points, seen: NDArray[np.float64], frame_px: tuple[int, int]
) -> tuple[NDArray[np.float64], float]:
    """Minimises by Levenberg-Marquardt: the unknowns and the remaining weighted squares; ``seen``: pixels, outwards."""
    photo_px, outwards = seen

    def residuals(at: NDArray[np.float64]) -> NDArray[np.float64]:
        off = (_project(at, points, frame_px) + at[_GROWTH] * outwards - photo_px) / _CORNER_PX
        return np.concatenate([off.ravel(), at / _SPREAD])

    left, damping = residuals(unknowns), 1e-2
    for _ in range(_ROUNDS):
        slopes = np.column_stack(
            [
                (residuals(unknowns + difference * unit) - left) / difference
                for difference, unit in zip(_DIFFERENCE, _UNITS, strict=True)
            ]
        )
        square, pull = slopes.T @ slopes, slopes.T @ left
        for _ in range(_TRIES):
            step = np.linalg.solve(square + damping * np.diag(np.diag(square)), -pull)
            new = residuals(unknowns + step)
            if new @ new < left @ left:
                break
            damping *= 6
        else:
            break
        settled = left @ left - new @ new < 1e-3 * (left @ left)
        unknowns, left, damping = unknowns + step, new, max(damping * 0.2, 1e-9)
        if settled:
            break
    return unknowns, float(left @ left)


_UNITS = np.eye(len(_SPREAD))
