"""One simulated photograph: the written page on a desk, seen by a camera, stored as a JPEG, with its truth."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.simulator.conditions import SENSOR_PX, Conditions
from collector.simulator.hand import Hand
from collector.simulator.paper import PX_PER_MM, WrittenPage, write_page
from collector.simulator.scene import cover_markers, paint_desk, shine
from collector.simulator.surface import Projection
from templates.sheet import Sheet

FloatImage = NDArray[np.float32]
Image8 = NDArray[np.uint8]

_EXIF_ORIENTATION_TAG = 0x0112
_STORED_BY_TURNING = {1: 0, 3: 2, 6: 1, 8: 3}
"""Quarter turns anticlockwise from the picture as seen to its pixels as stored, by EXIF orientation."""


@dataclass(frozen=True)
class Photograph:
    """A photograph and everything that is true of it."""

    jpeg: bytes
    conditions: Conditions
    written: WrittenPage
    where: Projection
    """Page to photograph as a viewer shows it (EXIF orientation applied)."""
    covered: tuple[int, ...]
    """Ids of the markers under a finger or a thing."""

    def save(self, path: Path) -> Path:
        """Write the JPEG."""
        path.write_bytes(self.jpeg)
        return path


def photograph(
    sheet: Sheet,
    page_index: int,
    hand: Hand,
    conditions: Conditions,
    *,
    width_px: int = SENSOR_PX[0],
    skip: frozenset[str] = frozenset(),
) -> Photograph:
    """Print, write and photograph one page.

    Args:
        width_px: long side of the photograph; blurs are given for 4,000 px and shrink with it.
        skip: characters left unwritten.
    """
    conditions = conditions.scaled(width_px / SENSOR_PX[0])
    short_px = width_px * SENSOR_PX[1] // SENSOR_PX[0]
    frame = (short_px, width_px) if conditions.upright else (width_px, short_px)
    written = write_page(sheet, sheet.pages[page_index], hand, conditions, skip=skip)
    page_mm = (sheet.width_mm, sheet.height_mm)
    where = Projection(conditions, page_mm, frame)
    rng = np.random.default_rng(conditions.seed + 1)
    scene = _lay_on_desk(paint_desk(conditions, frame, rng), written.reflectance, where, page_mm)
    covered = cover_markers(scene, written.page, page_mm, where, conditions.covered_markers, rng)
    scene *= shine(conditions, frame, rng)
    pixels = _expose(_blur(scene, conditions), conditions, rng)
    return Photograph(_store(pixels, conditions), conditions, written, where, covered)


def _lay_on_desk(
    desk: FloatImage, reflectance: FloatImage, where: Projection, page_mm: tuple[float, float]
) -> FloatImage:
    """The desk with the page on it and the page's soft shadow round it; the desk is painted over."""
    x, y = cv2.split(where.page_map())
    page = cv2.remap(
        reflectance, x * PX_PER_MM - 0.5, y * PX_PER_MM - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    inside = np.minimum(np.minimum(x, page_mm[0] - x), np.minimum(y, page_mm[1] - y))
    on_page = np.clip(inside * PX_PER_MM + 0.5, 0, 1)
    height, width = inside.shape
    coarse = cv2.resize(inside, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    near = 1 - 0.45 * np.exp(np.clip(coarse, -60, 0) / 4.0)
    lit = cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR) * (1 - on_page)
    desk *= lit[..., None]
    page *= on_page[..., None]
    desk += page
    return desk


def _blur(scene: FloatImage, conditions: Conditions) -> FloatImage:
    """Defocus and motion, in linear light."""
    if conditions.motion_px > 0.5:
        scene = cv2.filter2D(scene, -1, _motion_kernel(conditions.motion_px, conditions.motion_deg)).astype(np.float32)
    if conditions.defocus_px > 0.2:
        scene = cv2.GaussianBlur(scene, (0, 0), conditions.defocus_px).astype(np.float32)
    return scene


def _motion_kernel(length_px: float, angle_deg: float) -> FloatImage:
    reach = int(np.ceil(length_px / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    step = np.array([np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))])
    for along in np.linspace(-length_px / 2, length_px / 2, 33):
        x, y = step * along + reach
        i, j = int(y), int(x)
        for di, dj in ((0, 0), (0, 1), (1, 0), (1, 1)):
            kernel[i + di, j + dj] += abs(1 - di - (y - i)) * abs(1 - dj - (x - j))
    return np.asarray(kernel / kernel.sum(), np.float32)


def _expose(scene: FloatImage, conditions: Conditions, rng: np.random.Generator) -> Image8:
    """The camera's 8-bit picture: tone curve (gamma 2), noise that is stronger in colour blotches, clipping."""
    grey = np.asarray(cv2.sqrt(np.clip(scene, 0, 1)), np.float32) * 255
    height, width = grey.shape[:2]
    fine = np.empty((height, width), np.float32)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(fine, np.zeros(1), np.full(1, conditions.noise))
    blotches = np.empty((height // 2 + 1, width // 2 + 1, 3), np.float32)
    cv2.randn(blotches, np.zeros(3), np.full(3, 0.7 * conditions.noise))
    grey += fine[..., None]
    grey += cv2.resize(blotches, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(grey + 0.5, 0, 255), np.uint8)


def _store(pixels: Image8, conditions: Conditions) -> bytes:
    """The JPEG file, its pixels turned and tagged as the EXIF orientation says."""
    turned = np.rot90(pixels, _STORED_BY_TURNING[conditions.exif_orientation])
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION_TAG] = conditions.exif_orientation
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(turned))
    image.save(buffer, "JPEG", quality=conditions.jpeg_quality, exif=exif)
    return buffer.getvalue()
