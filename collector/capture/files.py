"""The pictures in a file a person gives: a photograph is one, a PDF of scans or of a tablet one a page.

Which it is decides the file's beginning; its name and what a browser says of it count for nothing.
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
    """What messages call it: the file's name, with ``#2`` for the second page of a PDF."""
    pixels: Photo


def is_readable(beginning: bytes) -> bool:
    """Whether a file that begins so (12 bytes suffice) is of a kind that :func:`open_pictures` reads."""
    return is_pdf(beginning) or looks_like_image(beginning)


def is_pdf(beginning: bytes) -> bool:
    """Whether a file that begins so is a PDF: it may hold several pictures."""
    return beginning.startswith(PDF_BEGINNING)


def open_pictures(path: Path) -> Iterator[Picture]:
    """The pictures of a JPEG, PNG, WebP, HEIC or PDF file, upright, decoded one by one.

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
