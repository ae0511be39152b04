"""Draws a mask of the printed labels, as the sheet's PDF draws them.

A label printed in grey is as dark as pencil. Its place and its font are known, so only its own pixels are left out,
and a stroke beside or across it is kept.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from collector.capture.rectify import PX_PER_MM
from templates import wording
from templates.sheet import Cell

CHAR_SIZE, HINT_SIZE, BASELINE = 1.05, 0.7, 0.8
"""The character's and the hint's font size and their baseline, in heights of the label's band (``templates.pdf``)."""
_SPREAD_PX = 2
"""Printers spread, and a page is placed to about a pixel."""
_BLURS = 1.3


def printed_labels(shape: tuple[int, ...], cells: tuple[Cell, ...], blur_px: float) -> NDArray[np.bool_]:
    """Returns (H, W) the pixels of a page at 12 px/mm that its labels darken after a blur."""
    reach = _SPREAD_PX + round(_BLURS * blur_px)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(_drawn(shape[0], shape[1], cells), kernel) > 0, np.bool_)


@lru_cache(maxsize=4)
def _drawn(height_px: int, width_px: int, cells: tuple[Cell, ...]) -> NDArray[np.uint8]:
    image = Image.new("L", (width_px, height_px))
    draw = ImageDraw.Draw(image)
    band = cells[0].label_area_mm[3] * PX_PER_MM
    char_font, hint_font = _font(CHAR_SIZE * band), _font(HINT_SIZE * band)
    for cell in cells:
        x, y, width, height = (length * PX_PER_MM for length in cell.label_area_mm)
        line = y + BASELINE * height
        draw.text((x, line), cell.char, font=char_font, fill=255, anchor="ls")
        if hint := wording.hint(cell.char):
            draw.text((x + width, line), hint, font=hint_font, fill=255, anchor="rs")
    return (np.asarray(image) > 50).astype(np.uint8)


def _font(size_px: float) -> ImageFont.FreeTypeFont:
    data = (resources.files("templates") / "data" / "label.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size_px)
