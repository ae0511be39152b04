"""Simulates what surrounds the page: desk, light and shadows, fingers and objects over the markers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.simulator.conditions import Conditions
from collector.simulator.noise import FloatImage, white_noise
from collector.simulator.surface import Projection
from collector.simulator.written_page import ONE
from templates.sheet import Page

_DESK_COLOURS = {
    "wood": (0.30, 0.17, 0.08),
    "cloth": (0.35, 0.38, 0.42),
    "clutter": (0.45, 0.40, 0.33),
    "dark": (0.03, 0.03, 0.035),
    "lid": (0.86, 0.86, 0.85),
}
REDUCTION = 4
"""Desk and light are painted this much smaller than the photograph."""
_SKIN = (0.55, 0.30, 0.20)


def paint_desk(conditions: Conditions, frame_px: tuple[int, int], rng: np.random.Generator) -> FloatImage:
    """Draws (H / 4, W / 4, 3) the reflectance of the desk and of objects on it, linear light."""
    width, height = frame_px[0] // REDUCTION, frame_px[1] // REDUCTION
    base = np.array(_DESK_COLOURS[conditions.desk], np.float32)
    if conditions.desk == "wood":
        grain = _stretched_noise((height, width), (2.0, 90.0), rng) + 0.7 * _stretched_noise(
            (height, width), (9, 300), rng
        )
    else:
        grain = _stretched_noise((height, width), (1.0, 1.0), rng) + _stretched_noise((height, width), (30, 30), rng)
    grain *= 0.02 if conditions.desk == "lid" else 0.14
    desk = np.clip(base * (1 + grain[..., None]), 0.01, 1).astype(np.float32)
    for _ in range({"clutter": 24, "lid": 0}.get(conditions.desk, 3)):
        _draw_object(desk, rng)
    return np.asarray(desk, np.float32)


def _stretched_noise(shape: tuple[int, int], sigma: tuple[float, float], rng: np.random.Generator) -> FloatImage:
    rough = white_noise(shape, rng)
    small = cv2.GaussianBlur(rough, (0, 0), sigmaX=sigma[1], sigmaY=sigma[0])
    return np.asarray(small / max(float(small.std()), 1e-6), np.float32)


def _draw_object(desk: FloatImage, rng: np.random.Generator) -> None:
    """Draws a pen, a cup, a printed sheet or a chequered box somewhere on the desk, in place."""
    height, width = desk.shape[:2]
    centre = rng.uniform((0, 0), (width, height))
    size = float(rng.uniform(0.05, 0.2) * height)
    colour = tuple(float(v) for v in rng.uniform(0.02, 0.8, 3))
    kind = int(rng.integers(4))
    angle = float(rng.uniform(0, 180))
    box = cv2.boxPoints((tuple(centre), (size * 2, size * (0.12 if kind == 0 else 1.4)), angle)).astype(np.int32)
    if kind == 1:
        cv2.circle(desk, tuple(int(v) for v in centre), int(size), colour, -1, cv2.LINE_AA)
        cv2.circle(desk, tuple(int(v) for v in centre), int(size * 0.85), (0.05, 0.03, 0.02), -1, cv2.LINE_AA)
        return
    cv2.fillConvexPoly(desk, box, (0.8, 0.8, 0.78) if kind >= 2 else colour, cv2.LINE_AA)
    across, down = (box[1] - box[0]).astype(float), (box[3] - box[0]).astype(float)
    if kind == 2:
        for row in np.linspace(0.1, 0.9, 12):
            start, end = box[0] + across * 0.1 + down * row, box[0] + across * rng.uniform(0.5, 0.9) + down * row
            cv2.line(desk, _point(start), _point(end), (0.1, 0.1, 0.1), 1, cv2.LINE_AA)
    if kind == 3:
        for i, j in np.argwhere(rng.random((6, 6)) < 0.5):
            corners = [box[0] + across * (i + a) / 6 + down * (j + b) / 6 for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
            cv2.fillConvexPoly(desk, np.array(corners, np.int32), (0.03, 0.03, 0.03), cv2.LINE_AA)


def _point(at: NDArray[np.float64]) -> tuple[int, int]:
    return int(at[0]), int(at[1])


def illuminate(conditions: Conditions, frame_px: tuple[int, int], rng: np.random.Generator) -> FloatImage:
    """Returns (H / 4, W / 4, 3) the light on the scene: slope, a lamp, vignette, one shadow, colour of the light."""
    width, height = frame_px[0] // REDUCTION, frame_px[1] // REDUCTION
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 - conditions.light_slope * (x * np.cos(angle) + y * np.sin(angle) + 0.5)
    pool = rng.uniform(-0.6, 0.6, 2)
    light *= 1 - 0.5 * conditions.light_slope * np.clip((x - pool[0]) ** 2 + (y - pool[1]) ** 2, 0, 1.5)
    light *= 1 - 0.25 * (x**2 + y**2)
    light *= 1 - conditions.shadow * _shadow((height, width), conditions.shadow_edge_px / REDUCTION, rng)
    tint = np.array(conditions.white_balance, np.float32) * conditions.exposure
    return np.asarray(np.maximum(light, 0.02)[..., None] * tint, np.float32)


def _shadow(shape: tuple[int, int], edge_px: float, rng: np.random.Generator) -> FloatImage:
    """Returns (H, W) 1 in the shadow of a telephone and the arm that holds it, 0 in the light."""
    height, width = shape
    dark = np.zeros(shape, np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    middle = np.array([width, height]) / 2 + rng.uniform(-0.25, 0.25, 2) * (width, height)
    far = middle + 2 * max(shape) * np.array([np.cos(angle), np.sin(angle)])
    cv2.line(dark, _point(middle), _point(far), 1.0, int(0.22 * height), cv2.LINE_AA)
    size = (0.35 * height, 0.65 * height)
    box = cv2.boxPoints((_point(middle), size, float(np.rad2deg(angle)) + 90 + float(rng.uniform(-20, 20))))
    cv2.fillConvexPoly(dark, box.astype(np.int32), 1.0, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), max(edge_px / 2, 0.6)), np.float32)


def cover_markers(
    scene: NDArray[np.uint16],
    page: Page,
    page_mm: tuple[float, float],
    where: Projection,
    share: float,
    rng: np.random.Generator,
) -> tuple[int, ...]:
    """Covers a share of the markers by fingers and scraps, in place, clear of every cell; returns their ids.

    Args:
        scene: (H, W, 3) linear light in 1/``ONE``.
    """
    count = round(share * len(page.markers))
    chosen = rng.choice(len(page.markers), count, replace=False)
    middle = np.array(page_mm) / 2
    for index in chosen:
        marker = page.markers[int(index)]
        centre = np.array([marker.x, marker.y]) + marker.size / 2
        away = _outwards(centre, page_mm)
        tip = centre - away * 0.1 * marker.size
        end = centre + away * 60 + (centre - middle) * 0.05
        line = where.to_photo(np.array([tip, end]))
        across = where.to_photo(np.array([tip, tip + np.array([away[1], -away[0]]) * marker.size * 1.2]))
        thick = max(3, round(float(np.linalg.norm(across[1] - across[0]))))
        colour = tuple(
            float(v * ONE)
            for v in (np.array(_SKIN) * rng.uniform(0.6, 1.1) if rng.random() < 0.6 else rng.uniform(0.05, 0.7, 3))
        )
        cv2.line(scene, _point(line[0]), _point(line[1]), colour, thick, cv2.LINE_AA)
    return tuple(page.markers[int(index)].id for index in chosen)


def _outwards(at: NDArray[np.float64], page_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Returns the unit vector from a point near the page's edge to the nearest edge."""
    width, height = page_mm
    gaps = {(-1.0, 0.0): at[0], (1.0, 0.0): width - at[0], (0.0, -1.0): at[1], (0.0, 1.0): height - at[1]}
    return np.array(min(gaps, key=lambda side: gaps[side]))
