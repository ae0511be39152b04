"""Takes a simulated photograph: the written page on a desk, seen by a camera, as a JPEG, with its truth."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.simulator.conditions import SENSOR_PX, Conditions
from collector.simulator.font_writer import FontWriter
from collector.simulator.noise import FloatImage, white_noise
from collector.simulator.scene import REDUCTION, cover_markers, illuminate, paint_desk
from collector.simulator.screen import Screen, show_on_screen
from collector.simulator.surface import Points, Projection
from collector.simulator.written_page import ONE, PX_PER_MM, WrittenPage, write_page
from templates.sheet import Sheet

Light16 = NDArray[np.uint16]
Image8 = NDArray[np.uint8]

_STRIP_PX = 256
"""The photograph is made in strips of so many rows, so that the data stays in the cache."""
_HALO_PX = 32

_EXIF_ORIENTATION_TAG = 0x0112
_STORED_BY_TURNING = {1: 0, 3: 2, 6: 1, 8: 3}
"""Quarter turns anticlockwise from the picture as seen to its pixels as stored, by EXIF orientation."""


class PageMapping(Protocol):
    """A mapping from a page to a picture, and back."""

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) pixels of (N, 2) points of the page in mm."""
        ...

    def to_page(self, photo_px: Points) -> Points:
        """Returns (N, 2) points of the page in mm of (N, 2) pixels."""
        ...


@dataclass(frozen=True)
class Photograph:
    """A photograph and its truth."""

    jpeg: bytes
    conditions: Conditions
    written: WrittenPage
    where: PageMapping
    """Page to photograph as a viewer shows it (EXIF orientation applied)."""
    covered: tuple[int, ...]
    """Ids of the markers under a finger or an object."""

    def save(self, path: Path) -> Path:
        """Writes the JPEG."""
        path.write_bytes(self.jpeg)
        return path


def photograph(
    sheet: Sheet,
    page_index: int,
    hand: FontWriter,
    conditions: Conditions,
    *,
    width_px: int = SENSOR_PX[0],
    skip: frozenset[str] = frozenset(),
) -> Photograph:
    """Prints, writes and photographs one page.

    Args:
        width_px: long side of the photograph; blurs are given for 4,000 px and shrink with it.
        skip: characters left unwritten.
    """
    return take_photo(
        write_page(sheet, sheet.pages[page_index], hand, conditions, skip=skip), conditions, width_px=width_px
    )


def take_photo(written: WrittenPage, conditions: Conditions, *, width_px: int = SENSOR_PX[0]) -> Photograph:
    """Photographs a written page; other conditions give another photograph of the same page."""
    conditions = conditions.scaled(width_px / SENSOR_PX[0])
    short_px = width_px * SENSOR_PX[1] // SENSOR_PX[0]
    frame = (short_px, width_px) if conditions.upright else (width_px, short_px)
    page_mm = (written.sheet.width_mm, written.sheet.height_mm)
    where = Projection(conditions, page_mm, frame)
    rng = np.random.default_rng(conditions.seed + 1)
    shown = show_on_screen(written.reflectance, conditions.screen_px_per_mm) if conditions.screen_px_per_mm else None
    scene = _compose_scene(paint_desk(conditions, frame, rng), written.reflectance, where, page_mm, shown)
    covered = cover_markers(scene, written.page, page_mm, where, conditions.covered_markers, rng)
    pixels = _expose(scene, illuminate(conditions, frame, rng), conditions, rng)
    return Photograph(_encode_jpeg(pixels, conditions), conditions, written, where, covered)


def _compose_scene(
    desk: FloatImage, page: Light16, where: Projection, page_mm: tuple[float, float], screen: Screen | None
) -> Light16:
    """Returns (H, W, 3) the desk with the page on it and its soft shadow, linear light in 1/``ONE``."""
    width, height = where.frame_px
    scene = np.empty((height, width, 3), np.uint16)
    for top in range(0, height, _STRIP_PX):
        rows = slice(top, min(top + _STRIP_PX, height))
        x, y = (np.asarray(plane, np.float32) for plane in cv2.split(where.page_map(rows)))
        at_x, at_y = x * PX_PER_MM - 0.5, y * PX_PER_MM - 0.5
        seen = cv2.remap(page if screen is None else screen.page, at_x, at_y, cv2.INTER_LINEAR).astype(np.float32)
        if screen is not None:
            seen *= screen.pixels(x, y)
        inside = np.minimum(np.minimum(x, page_mm[0] - x), np.minimum(y, page_mm[1] - y))
        on_page = np.clip(inside * PX_PER_MM + 0.5, 0, 1)[..., None]
        below = enlarged(desk, rows, width) * ONE
        if on_page.min() < 1:
            near = cv2.resize(inside, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            shade = 1 - 0.45 * np.exp(np.clip(near, -60, 0) / 4.0)
            below *= cv2.resize(shade, (width, rows.stop - rows.start))[..., None]
            seen = seen * on_page + below * (1 - on_page)
        scene[rows] = seen
    return scene


def enlarged(small: FloatImage, rows: slice, width: int) -> FloatImage:
    """Returns (h, width, 3) some rows of a picture painted smaller; they begin at a multiple of the reduction."""
    part = small[rows.start // REDUCTION : max(rows.stop // REDUCTION, rows.start // REDUCTION + 1)]
    return np.asarray(cv2.resize(part, (width, rows.stop - rows.start), interpolation=cv2.INTER_LINEAR), np.float32)


def _expose(scene: Light16, light: FloatImage, conditions: Conditions, rng: np.random.Generator) -> Image8:
    """Returns the camera's 8-bit picture: blur, tone curve (gamma 2), fine noise and colour blotches, clipping."""
    height, width = scene.shape[:2]
    pixels = np.empty(scene.shape, np.uint8)
    for top in range(0, height, _STRIP_PX):
        rows = slice(top, min(top + _STRIP_PX, height))
        # The strip with as much of its neighbours as blur brings in, a multiple of the light's reduction.
        wide = slice(max(0, top - _HALO_PX), min(height, rows.stop + _HALO_PX))
        lit = scene[wide] * (enlarged(light, wide, width) / np.float32(ONE))
        sharp = _blur(lit, conditions)[top - wide.start : rows.stop - wide.start]
        grey = np.asarray(cv2.sqrt(np.clip(sharp, 0, 1)), np.float32) * 255
        shape = grey.shape[:2]
        grey = grey + white_noise(shape, rng)[..., None] * np.float32(conditions.noise)
        blotches = np.dstack([white_noise((shape[0] // 2 + 1, width // 2 + 1), rng) for _ in range(3)])
        grey = grey + np.asarray(cv2.resize(blotches, (width, shape[0])), np.float32) * np.float32(
            0.7 * conditions.noise
        )
        pixels[rows] = np.clip(grey + 0.5, 0, 255)
    return pixels


def _blur(scene: FloatImage, conditions: Conditions) -> FloatImage:
    """Applies defocus and motion blur, in linear light."""
    if conditions.motion_px > 0.5:
        scene = cv2.filter2D(scene, -1, _motion_kernel(conditions.motion_px, conditions.motion_deg)).astype(np.float32)
    if conditions.defocus_px > 0.2:
        side = 2 * int(np.ceil(3 * conditions.defocus_px)) + 1
        scene = cv2.GaussianBlur(scene, (side, side), conditions.defocus_px).astype(np.float32)
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


def _encode_jpeg(pixels: Image8, conditions: Conditions) -> bytes:
    """Encodes the JPEG, its pixels turned and tagged according to the EXIF orientation."""
    turned = np.rot90(pixels, _STORED_BY_TURNING[conditions.exif_orientation])
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION_TAG] = conditions.exif_orientation
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(turned))
    image.save(buffer, "JPEG", quality=conditions.jpeg_quality, exif=exif)
    return buffer.getvalue()
