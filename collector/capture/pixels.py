"""Decodes a picture's pixels, upright and of working size, within bounded memory.

A small file may decode to any size. The limits of each format are what is read within 1 GiB of private memory, whatever
its colours and depth; ``tests/fuzz/reading.py`` measures it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Photo = NDArray[np.uint8]
"""(H, W, 3) uint8, red, green, blue, upright as a viewer shows it."""

MOST_MEGAPIXELS = {"JPEG": 120, "HEIF": 50, "AVIF": 50, "PNG": 50, "WEBP": 25}
"""JPEG is reduced while it is decoded: 108 MP telephones are read. The others must be decoded whole."""
LEAST_SIDE_PX = 200
"""No page can be read in a narrower picture."""
WORKING_PX = 5000
"""Longer photographs are reduced to this long side: 12 px/mm of an A4 page is 3,564."""
ORIENTATION = 0x0112
"""EXIF's number for how the camera was held."""


def upright_pixels(image: Image.Image) -> Photo:
    """Decodes an opened picture and closes it, so that its memory is free before the next step."""
    # The JPEG decoder can halve while it decodes, which saves most of a 108 MP photograph's memory.
    share = min(1.0, WORKING_PX / max(image.size))
    image.draft("RGB", (max(1, int(image.width * share)), max(1, int(image.height * share))))
    image.load()
    orientation = image.getexif().get(ORIENTATION, 1)
    pixels = _reduced(_three_channels(image))
    if orientation in (None, 1):
        return pixels
    turned = Image.fromarray(pixels)
    turned.getexif()[ORIENTATION] = orientation
    return np.array(ImageOps.exif_transpose(turned), np.uint8)


def _three_channels(image: Image.Image) -> Photo:
    """Converts any colour mode to 8-bit RGB, on white where transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        flat = Image.new("RGB", image.size, "white")
        cut_out = _converted(image, "RGBA")
        flat.paste(cut_out, mask=cut_out.getchannel("A"))
        cut_out.close()
        image = flat
    rgb = _converted(image, "RGB")
    pixels = np.asarray(rgb, np.uint8)
    rgb.close()
    return pixels


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """Converts a picture to another mode and closes the original."""
    if image.mode == mode:
        return image
    converted = image.convert(mode)
    image.close()
    return converted


def _from_deep(image: Image.Image) -> Photo:
    """Converts grey of more than 8 bits, row by row to bound the memory."""
    deep = np.asarray(image)
    image.close()
    top = 65535.0 if deep.max() > 255 else 255.0
    grey = np.empty(deep.shape, np.uint8)
    for row, values in zip(grey, deep, strict=True):
        row[:] = np.clip(values / top * 255, 0, 255)
    return np.asarray(cv2.cvtColor(np.asarray(_reduced(grey)), cv2.COLOR_GRAY2RGB), np.uint8)


def _reduced(pixels: Photo) -> Photo:
    longest = max(pixels.shape[:2])
    if longest <= WORKING_PX:
        return pixels
    size = [max(1, round(side * WORKING_PX / longest)) for side in (pixels.shape[1], pixels.shape[0])]
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
