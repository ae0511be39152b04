"""Decodes a picture's bytes, refusing early what is no picture or would fill the memory."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

from PIL import Image
from pillow_heif import register_heif_opener

from collector.capture.pixels import MOST_MEGAPIXELS, upright_pixels
from collector.capture.pixels import Photo as Photo
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoMissing

register_heif_opener()

MAX_BYTES = 80_000_000
MAX_PIXELS = MOST_MEGAPIXELS["JPEG"] * 1_000_000
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
)
"""What decoders raise for damaged files."""
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")


def load_photo(path: Path) -> Photo:
    """Decodes a JPEG, PNG, WebP or HEIC file and turns it upright.

    Raises:
        PhotoMissing, EmptyFile, NotAnImage, DamagedImage, ImageTooLarge: what the names say; sizes are
            judged from the header, before any pixel is decoded.
    """
    return decode(read_bytes(path), path.name)


def decode(data: bytes, name: str) -> Photo:
    """Decodes a picture's bytes; the errors are those of :func:`load_photo` and contain ``name``."""
    # Pillow warns from half of its own limit on; ours is stated above and checked below.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise too_many_pixels(name) from error
        except BROKEN as error:
            raise (DamagedImage if looks_like_image(data) else NotAnImage)(name) from error
        most = MOST_MEGAPIXELS.get(image.format or "", 0)
        if image.width * image.height > most * 1_000_000:
            raise ImageTooLarge(name, f"{most} MP")
        try:
            return upright_pixels(image)
        except BROKEN as error:
            raise DamagedImage(name) from error


def read_bytes(path: Path) -> bytes:
    """Reads a file's bytes, up to the allowed number.

    Raises:
        PhotoMissing, EmptyFile, ImageTooLarge: what the names say.
    """
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


def too_many_pixels(name: str) -> ImageTooLarge:
    """Makes the error for a picture that declares more pixels than are allowed."""
    return ImageTooLarge(name, f"{MAX_PIXELS // 1_000_000} MP")


def looks_like_image(data: bytes) -> bool:
    """Returns whether the file begins as a picture does; then it is damaged further on."""
    if data.startswith(_BEGINNINGS):
        return data[:4] != b"RIFF" or data[8:12] in (b"WEBP", b"")
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS
