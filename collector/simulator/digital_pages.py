"""Makes pages without a camera: exports from tablets, and PDFs of scans."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_raw  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from collector.capture.pdf import LONG_SIDE_PX
from collector.simulator.pens import INK_LINEAR, Pen
from collector.simulator.photo import PageMapping, Photograph
from collector.simulator.surface import Points
from collector.simulator.written_page import ONE, PX_PER_MM, WrittenPage
from templates.pdf import write_pdf

_RASTER_PX_PER_MM = 200 / 25.4
_SCAN_DPI = 300
_POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class FlatMapping:
    """The mapping of a page that fills its picture, neither turned nor bent."""

    px_per_mm: float

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) pixels of (N, 2) points of the page in mm."""
        return page_mm * self.px_per_mm - 0.5

    def to_page(self, photo_px: Points) -> Points:
        """Returns (N, 2) points of the page in mm of (N, 2) pixels."""
        return (photo_px + 0.5) / self.px_per_mm


@dataclass(frozen=True)
class ScaledMapping:
    """The mapping of a photograph drawn larger or smaller, as a PDF's reader does."""

    where: PageMapping
    factor: float

    def to_photo(self, page_mm: Points) -> Points:
        """Returns (N, 2) pixels of (N, 2) points of the page in mm."""
        return (self.where.to_photo(page_mm) + 0.5) * self.factor - 0.5

    def to_page(self, photo_px: Points) -> Points:
        """Returns (N, 2) points of the page in mm of (N, 2) pixels."""
        return self.where.to_page((photo_px + 0.5) / self.factor - 0.5)


def tablet_png(written: WrittenPage, path: Path) -> FlatMapping:
    """Saves a page as a tablet exports it at 200 dpi: the PDF's own colours, smooth strokes, no camera."""
    size = (round(written.sheet.width_mm * _RASTER_PX_PER_MM), round(written.sheet.height_mm * _RASTER_PX_PER_MM))
    small = cv2.resize(written.reflectance, size, interpolation=cv2.INTER_AREA).astype(np.float32) / ONE
    white = float(small.max())
    Image.fromarray((255 * np.sqrt(small / white)).astype(np.uint8)).save(path)
    return FlatMapping(size[0] / written.sheet.width_mm)


def tablet_pdf(written: WrittenPage, pen: Pen, path: Path) -> FlatMapping:
    """Saves our PDF's page with the ink as filled paths over it, as apps for handwriting do."""
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "sheet.pdf"
        write_pdf(written.sheet, blank)
        source = pdfium.PdfDocument(blank.read_bytes())
    document = pdfium.PdfDocument.new()
    document.import_pages(source, [written.page.index])
    page = document[0]
    colour = tuple(round(255 * float(np.sqrt(value))) for value in INK_LINEAR[pen])
    for number in range(1, len(written.page.cells) + 1):
        _draw(page, (written.owner == number).astype(np.uint8), written.sheet.height_mm, colour)
    pdfium_raw.FPDFPage_GenerateContent(page)
    document.save(path)
    return FlatMapping(LONG_SIDE_PX / max(written.sheet.width_mm, written.sheet.height_mm))


def _draw(page: pdfium.PdfPage, ink: NDArray[np.uint8], height_mm: float, colour: tuple[int, ...]) -> None:
    """Adds a mask at 12 px/mm to a PDF's page, as one path along its outline."""
    outlines, _ = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return
    scale = _POINTS_PER_MM / PX_PER_MM
    path = None
    for outline in outlines:
        # An outline runs through the middles of the mask's own pixels, half a pixel inside its edge.
        points = [
            (float(x + 0.5) * scale, height_mm * _POINTS_PER_MM - float(y + 0.5) * scale) for x, y in outline[:, 0]
        ]
        if path is None:
            path = pdfium_raw.FPDFPageObj_CreateNewPath(*points[0])
        else:
            pdfium_raw.FPDFPath_MoveTo(path, *points[0])
        for point in points[1:]:
            pdfium_raw.FPDFPath_LineTo(path, *point)
        pdfium_raw.FPDFPath_Close(path)
    pdfium_raw.FPDFPageObj_SetFillColor(path, *colour, 255)
    pdfium_raw.FPDFPageObj_SetStrokeColor(path, *colour, 255)
    pdfium_raw.FPDFPageObj_SetStrokeWidth(path, scale)
    pdfium_raw.FPDFPath_SetDrawMode(path, pdfium_raw.FPDF_FILLMODE_ALTERNATE, True)
    pdfium_raw.FPDFPage_InsertObject(page, path)


def scans_pdf(photos: Sequence[Photograph], path: Path) -> list[Photograph]:
    """Saves photographs or scans as the pages of a PDF; returns them with the mapping of these pages."""
    pictures = [Image.open(io.BytesIO(photo.jpeg)) for photo in photos]
    pictures[0].save(path, "PDF", resolution=_SCAN_DPI, save_all=True, append_images=pictures[1:])
    factors = [LONG_SIDE_PX / max(picture.size) for picture in pictures]
    return [replace(photo, where=ScaledMapping(photo.where, f)) for photo, f in zip(photos, factors, strict=True)]
