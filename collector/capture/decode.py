"""A photograph's file to pixels, refusing early what is no photograph or would fill the memory."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoMissing

register_heif_opener()

Photo = NDArray[np.uint8]
"""(H, W, 3) uint8, red, green, blue, upright as a viewer shows it."""

MAX_BYTES = 80_000_000
MAX_PIXELS = 120_000_000
"""Most pixels a file may declare: more than the 108 MP of the largest common telephone sensors."""
WORKING_PX = 5000
"""Longer photographs are reduced to this long side: 12 px/mm of an A4 page is 3,564."""
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")


def load_photo(path: Path) -> Photo:
    """Decode a JPEG, PNG, WebP or HEIC file and turn it upright.

    Raises:
        PhotoMissing, EmptyFile, NotAnImage, DamagedImage, ImageTooLarge: what the names say; sizes are
            judged from the header, before any pixel is decoded.
    """
    data = _read(path)
    # Pillow warns from half of its own limit on; ours is stated above and checked below.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels(path) from error
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
            raise (DamagedImage if _looks_like_image(data) else NotAnImage)(path.name) from error
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels(path)
        try:
            return _upright_pixels(image)
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
            raise DamagedImage(path.name) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PhotoMissing(path.name) from error
    if not data:
        raise EmptyFile(path.name)
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(path.name, f"{MAX_BYTES // 1_000_000} MB")
    return data


def _too_many_pixels(path: Path) -> ImageTooLarge:
    return ImageTooLarge(path.name, f"{MAX_PIXELS // 1_000_000} MP")


def _looks_like_image(data: bytes) -> bool:
    """Whether the file begins as a picture does, so that what is wrong with it lies further on."""
    return data.startswith(_BEGINNINGS) or data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")


def _upright_pixels(image: Image.Image) -> Photo:
    # The JPEG decoder can halve while it decodes, which saves most of a 108 MP photograph's memory.
    image.draft("RGB", (WORKING_PX * 3 // 4, WORKING_PX * 3 // 4))
    image.load()
    upright = ImageOps.exif_transpose(image)
    pixels = _three_channels(upright)
    longest = max(pixels.shape[:2])
    if longest <= WORKING_PX:
        return pixels
    size = [round(side * WORKING_PX / longest) for side in (pixels.shape[1], pixels.shape[0])]
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _three_channels(image: Image.Image) -> Photo:
    """Any colour mode as 8-bit RGB; what is transparent shows white paper."""
    if image.mode.startswith("I") or image.mode == "F":
        deep = np.asarray(image, np.float64)
        top = 65535.0 if deep.max() > 255 else 255.0
        image = Image.fromarray(np.clip(deep / top * 255, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        cut_out = image.convert("RGBA")
        image = Image.new("RGBA", cut_out.size, "white")
        image.alpha_composite(cut_out)
    return np.asarray(image.convert("RGB"), np.uint8)
