"""All photographs of one sheet, each read once, to what is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from collector.capture.advice import advice
from collector.capture.cells import CellReading
from collector.capture.page import PageReading, read_file
from collector.capture.stroke_width import stroke_width
from collector.errors import NoPhotos
from collector.instances import GlyphInstance, PhotoReading, Verdict, pack_ink
from templates.progress import ProgressCallback

_MEASURED_FOR_PEN = 4
"""Every so many-th good glyph is measured."""


def read_photos(photos: Sequence[Path], *, progress: ProgressCallback | None = None) -> list[PhotoReading]:
    """Reads the photographs of a filled sheet; byte-for-byte copies are read once.

    Args:
        photos: JPEG, PNG, WebP or HEIC files, any EXIF orientation, and PDFs of scans or from a tablet.
        progress: told the share done and the file's name after every photograph.

    Returns:
        One reading for each photograph or page of a PDF, numbered as their files were given.

    Raises:
        PhotoError: what is wrong, by name, and which photograph is meant.
    """
    if not photos:
        raise NoPhotos
    readings: list[PhotoReading] = []
    for count, (number, path) in enumerate(_without_copies(photos), start=1):
        readings += [to_reading(page, number) for page in read_file(path)]
        if progress is not None:
            progress(count / len(photos), path.name)
    return readings


def _without_copies(photos: Sequence[Path]) -> list[tuple[int, Path]]:
    """The photographs without copies and their places, in an order that does not depend on how they were given."""
    by_content: dict[str, tuple[int, Path]] = {}
    for number, path in sorted(enumerate(photos), key=lambda pair: (pair[1].name, str(pair[1]))):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path)
        by_content.setdefault(content, (number, path))
    return list(by_content.values())


def to_reading(page: PageReading, number: int) -> PhotoReading:
    """What is kept of a page that was read: everything but the picture; the ink of its good cells."""
    return PhotoReading(
        photo=page.photo,
        number=number,
        set_name=page.set_name,
        page_index=page.page_index,
        markers_seen=page.markers_seen,
        markers_printed=page.markers_printed,
        residual_mm=page.where.residual_mm,
        blur_mm=page.blur_mm,
        pen_em=_pen_em(page),
        notices=tuple(advice(page)),
        instances=tuple(_instance(cell) for cell in page.cells),
    )


def _instance(cell: CellReading) -> GlyphInstance:
    ink = pack_ink(cell.glyph) if cell.verdict is Verdict.GOOD and cell.glyph is not None else None
    return GlyphInstance(cell.char, cell.verdict, cell.finding, sharpness=cell.sharpness, ink=ink)


def _pen_em(page: PageReading) -> float | None:
    """The usual width of this pen in em, so that letters drawn with the finger get the same."""
    good = [cell.glyph for cell in page.cells if cell.verdict is Verdict.GOOD and cell.glyph is not None]
    widths = [stroke_width(glyph.ink >= 128) / glyph.em_px for glyph in good[::_MEASURED_FOR_PEN]]
    return round(float(np.median(widths)), 4) if widths else None
