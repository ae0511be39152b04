"""Opens the pictures of a file: a photograph is one, a PDF of scans or from a tablet has one a page.

The first bytes decide the kind of file; its name and the browser's media type are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector.capture.decode import Photo, decode, looks_like_image, read_bytes
from collector.capture.pdf import PDF_BEGINNING, render_pages


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of a file."""

    name: str
    """Its name in messages: the file's name, with ``#2`` for the second page of a PDF."""
    pixels: Photo


def is_readable(beginning: bytes) -> bool:
    """Returns whether a file with these first bytes (12 suffice) is of a kind that :func:`open_pictures` reads."""
    return is_pdf(beginning) or looks_like_image(beginning)


def is_pdf(beginning: bytes) -> bool:
    """Returns whether a file with these first bytes is a PDF, which may hold several pictures."""
    return beginning.startswith(PDF_BEGINNING)


def open_pictures(path: Path) -> Iterator[Picture]:
    """Opens the pictures of a JPEG, PNG, WebP, HEIC or PDF file, upright, decoded one by one.

    Raises:
        PhotoMissing, EmptyFile, NotAnImage, DamagedImage, ImageTooLarge, PdfLocked, TooManyPages: what the names
            say; sizes are judged before any pixel is decoded.
    """
    data = read_bytes(path)
    if not is_pdf(data):
        yield Picture(path.name, decode(data, path.name))
        return
    for number, pixels in enumerate(render_pages(data, path.name), start=1):
        yield Picture(f"{path.name} #{number}", pixels)
