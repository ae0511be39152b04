"""Renders the pages of a PDF: scans, photographs, or handwriting that a tablet drew over our sheet.

PDFium renders whatever a page holds (pictures, strokes as paths, ink annotations) as for a printer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_raw  # type: ignore[import-untyped]

from collector.capture.decode import MAX_PIXELS, Photo, too_many_pixels
from collector.errors import DamagedImage, PdfLocked, TooManyPages

PDF_BEGINNING = b"%PDF-"
MAX_PAGES = 20
"""Our longest sheet has three pages; a person may scan each a few times."""
LONG_SIDE_PX = 4000
"""An A4 page is drawn at 13.5 px/mm (342 dpi), whatever size the PDF says its pages have."""
_NESTING = 8
"""Depth to which pictures are searched in nested forms."""


def render_pages(data: bytes, name: str) -> Iterator[Photo]:
    """Renders the pages of a PDF, each (H, W, 3) uint8 with a long side of 4,000 px.

    Raises:
        DamagedImage, PdfLocked, TooManyPages, ImageTooLarge: what the names say; they name the file ``name``.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code == pdfium_raw.FPDF_ERR_PASSWORD
        raise (PdfLocked if locked else DamagedImage)(name) from error
    try:
        if len(document) > MAX_PAGES:
            raise TooManyPages(name, len(document), MAX_PAGES)
        for number in range(len(document)):
            yield _render(document, number, name)
    finally:
        document.close()


def _render(document: pdfium.PdfDocument, number: int, name: str) -> Photo:
    try:
        page = document[number]
        for item in page.get_objects(filter=(pdfium_raw.FPDF_PAGEOBJ_IMAGE,), max_depth=_NESTING):
            width, height = item.get_px_size()
            if width * height > MAX_PIXELS:
                raise too_many_pixels(name)
        scale = LONG_SIDE_PX / max(*page.get_size(), 1.0)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        pixels = np.ascontiguousarray(bitmap.to_numpy()[..., :3])
        page.close()
    except pdfium.PdfiumError as error:
        raise DamagedImage(name) from error
    return np.asarray(pixels, np.uint8)
