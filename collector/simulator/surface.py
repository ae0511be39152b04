"""Maps points of a bent page to the photograph of a camera, and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.simulator.conditions import Conditions

Points = NDArray[np.float64]
"""(N, 2), x and y."""

_GRID_PX = 16
_TABLE_MM = np.linspace(-600.0, 600.0, 4801)


@dataclass(frozen=True)
class Bend:
    """A page bent along one direction, lengths along it kept (a developable surface)."""

    direction: Points
    centre: Points
    shift_mm: NDArray[np.float64]
    """How far each point of ``_TABLE_MM`` moves along the direction."""
    height_mm: NDArray[np.float64]
    cockle_mm: float
    """Height of the waves of damp paper, which are not developable."""

    @classmethod
    def of(cls, conditions: Conditions, width_mm: float, height_mm: float) -> Bend:
        """Makes the bend of a page of this size under the given conditions."""
        angle = np.deg2rad(conditions.bend_deg)
        direction = np.array([np.cos(angle), np.sin(angle)])
        centre = np.array([width_mm, height_mm]) / 2
        reach = abs(direction) @ centre
        t = _TABLE_MM / reach
        if conditions.corner_lift:
            height = conditions.bend_mm * np.clip((t - 0.1) / 0.9, 0, 1.4) ** 2
        else:
            height = conditions.bend_mm * np.cos(np.clip(t, -1.6, 1.6) * np.pi / 2)
        step = _TABLE_MM[1] - _TABLE_MM[0]
        slope = np.gradient(height, step)
        along = np.cumsum(np.sqrt(np.maximum(1 - slope**2, 0.1))) * step
        along -= np.interp(0.0, _TABLE_MM, along)
        return cls(direction, centre, along - _TABLE_MM, height, conditions.cockle_mm)

    def to_space(self, page_mm: Points) -> NDArray[np.float64]:
        """Returns (N, 3) points in space of (N, 2) points of the page, middle at the origin, z to the eye."""
        centred = page_mm - self.centre
        t = centred @ self.direction
        moved = centred + np.interp(t, _TABLE_MM, self.shift_mm)[:, None] * self.direction
        waves = np.sin(page_mm[:, 0] / 33.0 + 1.0) * np.sin(page_mm[:, 1] / 41.0 + 2.0)
        return np.column_stack([moved, np.interp(t, _TABLE_MM, self.height_mm) + self.cockle_mm * waves])


class Projection:
    """The true mapping between the page in mm and the photograph in pixels (pixel centres at whole numbers)."""

    def __init__(self, conditions: Conditions, page_mm: tuple[float, float], frame_px: tuple[int, int]) -> None:
        self.frame_px = frame_px
        self._bend = Bend.of(conditions, *page_mm)
        self._k1 = conditions.lens_k1
        self._focal = conditions.focal_lengths * max(frame_px)
        self._turn = _rotation(conditions)
        self._middle = (np.array(frame_px) - 1) / 2
        self._distance, self._shift_mm = 500.0, np.zeros(2)
        self._aim(page_mm, conditions.part, conditions.fill)
        corners: Points = np.array([[0, 0], [page_mm[0], 0], list(page_mm), [0, page_mm[1]]], np.float64)
        photo = self.to_photo(corners)
        flat = cv2.getPerspectiveTransform(corners.astype(np.float32), photo.astype(np.float32))
        self._flat = np.asarray(flat, np.float64)

    def _aim(self, page_mm: tuple[float, float], part: tuple[float, float, float, float], fill: float) -> None:
        """Moves the camera until the part's outline fills its share of the frame, in the frame's middle."""
        start = np.array(part[:2]) * page_mm
        width, height = np.array(part[2:]) * page_mm - start
        edge = np.linspace(0, 1, 21)
        sides = [(edge, 0 * edge), (edge, 0 * edge + 1), (0 * edge, edge), (0 * edge + 1, edge)]
        outline = np.concatenate([np.column_stack([x * width, y * height]) for x, y in sides]) + start
        for _ in range(20):
            photo = self.to_photo(outline)
            low, high = photo.min(axis=0), photo.max(axis=0)
            self._shift_mm += (self._middle - (low + high) / 2) * self._distance / self._focal
            self._distance *= float(np.max((high - low) / np.array(self.frame_px))) / fill

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) photograph pixels of (N, 2) points of the page in mm."""
        space = self._bend.to_space(page_mm) @ self._turn.T + np.append(self._shift_mm, 0.0)
        depth = self._distance - space[:, 2]
        flat = space[:, :2] / np.maximum(depth, 30.0)[:, None]
        radius = np.sum(flat**2, axis=1, keepdims=True)
        bent = flat * (1 + self._k1 * radius)
        return np.asarray(bent * self._focal + self._middle, np.float64)

    def to_page(self, photo_px: Points) -> Points:
        """Returns (N, 2) points of the page in mm of (N, 2) photograph pixels, by fixed-point iteration."""
        back = np.asarray(np.linalg.inv(self._flat), np.float64)
        page = _homography(back, photo_px)
        for _ in range(12):
            aimed = _homography(self._flat, page) + photo_px - self.to_photo(page)
            page = _homography(back, aimed)
        return page

    def page_map(self, rows: slice) -> NDArray[np.float32]:
        """Returns (h, W, 2) the page's point in mm of each pixel of some rows, which begin at a multiple of 16."""
        width, height = self.frame_px
        stop = min(rows.stop, height)
        across, down = -(-width // _GRID_PX), -(-(stop - rows.start) // _GRID_PX)
        # Where resize puts the middles of the coarse pixels; one more on every side, cut off again below.
        xs = (np.arange(-1, across + 1) + 0.5) * _GRID_PX - 0.5
        ys = (np.arange(-1, down + 1) + 0.5) * _GRID_PX - 0.5 + rows.start
        grid = np.stack(np.meshgrid(xs, ys), axis=-1)
        coarse = self.to_page(grid.reshape(-1, 2)).reshape(grid.shape).astype(np.float32)
        size = ((across + 2) * _GRID_PX, (down + 2) * _GRID_PX)
        fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(fine[_GRID_PX : _GRID_PX + stop - rows.start, _GRID_PX : _GRID_PX + width], np.float32)


def _rotation(conditions: Conditions) -> NDArray[np.float64]:
    axis = np.deg2rad(conditions.tilt_axis_deg)
    lean = np.array([np.cos(axis), np.sin(axis), 0]) * np.deg2rad(conditions.tilt_deg)
    roll = np.array([0, 0, np.deg2rad(conditions.roll_deg)])
    return np.asarray(cv2.Rodrigues(lean)[0] @ cv2.Rodrigues(roll)[0], np.float64)


def _homography(matrix: NDArray[np.float64], points: Points) -> Points:
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)
