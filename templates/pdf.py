"""Draws a sheet as a PDF to print: markers in black, guides and labels in a drop-out colour.

Guides and labels are orange. A camera's red channel sees orange as paper but black and blue ink as dark, so that
they vanish in the photograph of a sheet printed in colour; printed in grey they come out as light grey, lighter
than any pen. Only the markers are black, and everything else keeps away from them.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from itertools import groupby, pairwise
from pathlib import Path

import cv2
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from templates import wording
from templates.geometry import Cell, Marker, Page, Sheet
from templates.sheet import ARUCO_DICTIONARY, COLUMNS, MARKER_MODULES, QUIET_MM

FONT = "SonmatLabel"
INK = HexColor("#3A3A3A")
FAINT_INK = HexColor("#8A8A8A")
BLACK = HexColor("#000000")
LABEL = HexColor("#D9641E")
GUIDE = HexColor("#FFC08A")
FAINT_GUIDE = HexColor("#FFDDBD")

LINE_MM = 0.2
"""Width of every guide: thin enough to vanish, thick enough for a printer's raster."""


def write_pdf(sheet: Sheet, path: Path) -> None:
    """Writes the sheet, one PDF page a page; the same sheet always gives the same bytes.

    Raises:
        OSError: the file cannot be written.
    """
    _register_font()
    buffer = io.BytesIO()
    size = (sheet.width_mm * mm, sheet.height_mm * mm)
    canvas = Canvas(buffer, pagesize=size, invariant=1, initialFontName=FONT)
    canvas.setTitle(f"{wording.SUBTITLE} {sheet.set_name}")
    canvas.setAuthor("Sonmat")
    pen = _PageCanvas(canvas, sheet.height_mm)
    for page in sheet.pages:
        for marker in page.markers:
            _draw_marker(pen, marker)
        _draw_frame(pen, sheet, page)
        for cell in page.cells:
            _draw_guides(pen, cell)
            _draw_label(pen, cell)
        canvas.showPage()
    canvas.save()
    path.write_bytes(buffer.getvalue())


class _PageCanvas:
    """A canvas whose unit is the millimetre, from the top left corner, y down."""

    def __init__(self, canvas: Canvas, height_mm: float) -> None:
        self.canvas = canvas
        self.height_mm = height_mm

    def rectangles(self, boxes_mm: list[tuple[float, float, float, float]], color: Color) -> None:
        """Fills boxes (x, y, width, height) as one shape: drawn one by one, viewers show seams between them."""
        path = self.canvas.beginPath()
        for x, y, width, height in boxes_mm:
            path.rect(x * mm, (self.height_mm - y - height) * mm, width * mm, height * mm)
        self.canvas.setFillColor(color)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def line(self, start_mm: tuple[float, float], end_mm: tuple[float, float], color: Color, *, dashed: bool) -> None:
        """Draws a guide from one point to another."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(LINE_MM * mm)
        self.canvas.setDash([0.8 * mm, 0.8 * mm] if dashed else [])
        (x0, y0), (x1, y1) = start_mm, end_mm
        self.canvas.line(x0 * mm, (self.height_mm - y0) * mm, x1 * mm, (self.height_mm - y1) * mm)

    def text(self, x: float, baseline: float, text: str, size_mm: float, color: Color, align: float = 0.0) -> None:
        """Draws a line of text with its left end (0), middle (0.5) or right end (1) at x."""
        width = pdfmetrics.stringWidth(text, FONT, size_mm * mm)
        self.canvas.setFillColor(color)
        self.canvas.setFont(FONT, size_mm * mm)
        self.canvas.drawString(x * mm - align * width, (self.height_mm - baseline) * mm, text)


@cache
def _register_font() -> None:
    data = (resources.files("templates") / "data" / "label.ttf").read_bytes()
    pdfmetrics.registerFont(TTFont(FONT, io.BytesIO(data)))


def _draw_marker(pen: _PageCanvas, marker: Marker) -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, ARUCO_DICTIONARY))
    modules = cv2.aruco.generateImageMarker(dictionary, marker.id, MARKER_MODULES)
    step = marker.size / MARKER_MODULES
    boxes = []
    for row, values in enumerate(modules.tolist()):
        column = 0
        for white, run in groupby(bool(value) for value in values):
            length = len(list(run))
            if not white:
                boxes.append((marker.x + column * step, marker.y + row * step, length * step, step))
            column += length
    pen.rectangles(boxes, BLACK)


def _draw_guides(pen: _PageCanvas, cell: Cell) -> None:
    left, top, right, bottom = cell.x, cell.y, cell.x + cell.width, cell.y + cell.height
    if cell.baseline is None or cell.x_height is None:
        middle_x, middle_y = cell.x + cell.width / 2, cell.y + cell.height / 2
        pen.line((middle_x, top), (middle_x, bottom), FAINT_GUIDE, dashed=True)
        pen.line((left, middle_y), (right, middle_y), FAINT_GUIDE, dashed=True)
    else:
        pen.line((left, cell.x_height), (right, cell.x_height), GUIDE, dashed=True)
        pen.line((left, cell.baseline), (right, cell.baseline), GUIDE, dashed=False)
    # The frame lies outside the writing area, so that the area itself is clean up to its edge.
    pen.rectangles(
        [
            (left - LINE_MM, top - LINE_MM, cell.width + 2 * LINE_MM, LINE_MM),
            (left - LINE_MM, bottom, cell.width + 2 * LINE_MM, LINE_MM),
            (left - LINE_MM, top, LINE_MM, cell.height),
            (right, top, LINE_MM, cell.height),
        ],
        GUIDE,
    )


def _draw_label(pen: _PageCanvas, cell: Cell) -> None:
    x, y, width, height = cell.label_area_mm
    baseline = y + 0.8 * height
    pen.text(x, baseline, cell.char, 1.05 * height, LABEL)
    pen.text(x + width, baseline, wording.hint(cell.char), 0.7 * height, LABEL, align=1)


def _draw_frame(pen: _PageCanvas, sheet: Sheet, page: Page) -> None:
    """Draws what is printed around the cells: titles between the markers, instructions, tips."""
    hangul = sum(cell.baseline is None for cell in page.cells)
    top = min(marker.y for marker in page.markers)
    bottom = max(marker.y for marker in page.markers)
    titles = ((wording.TITLE, wording.SUBTITLE), _part_title(page, hangul), _page_title(sheet, page))
    for (left, right), (korean, english), align in zip(_gaps(page, top), titles, (0.0, 0.5, 1.0), strict=True):
        x = left + align * (right - left)
        pen.text(x, top + 5.0, korean, 5.0 if not align else 3.4, INK, align)
        pen.text(x, top + 9.0, english, 2.4, FAINT_INK, align)
    for (left, right), (korean, english), align in zip(_gaps(page, bottom), wording.TIPS, (0.0, 0.5, 1.0), strict=True):
        x = left + align * (right - left)
        pen.text(x, bottom + 4.8, korean, 2.9, INK, align)
        pen.text(x, bottom + 8.6, english, 2.2, FAINT_INK, align)
    first = page.cells[0]
    korean, english = wording.WRITE if hangul else wording.WRITE_LATIN
    pen.text(first.x, first.y - 9.0, korean, 2.75, INK)
    pen.text(first.x, first.y - 5.5, english, 2.3, FAINT_INK)
    if hangul < len(page.cells) and hangul:
        x, y, _, _ = next(cell for cell in page.cells if cell.baseline is not None).label_area_mm
        korean, english = wording.optional_part(len(page.cells) - hangul)
        pen.text(x, y - 2.0, korean, 3.4, INK)
        pen.text(page.cells[COLUMNS - 1].x + first.width, y - 2.0, english, 2.4, FAINT_INK, align=1.0)


def _part_title(page: Page, hangul: int) -> tuple[str, str]:
    if not hangul:
        return wording.optional_part(len(page.cells))
    return wording.HANGUL_PART[0].format(count=hangul), wording.HANGUL_PART[1].format(count=hangul)


def _page_title(sheet: Sheet, page: Page) -> tuple[str, str]:
    values = {"set_name": sheet.set_name, "number": page.index + 1, "total": len(sheet.pages)}
    return wording.PAGE[0].format(**values), wording.PAGE[1].format(**values)


def _gaps(page: Page, row_mm: float) -> list[tuple[float, float]]:
    """Returns left and right end of the gaps between the markers of the row that begins at ``row_mm``."""
    row = sorted((marker for marker in page.markers if marker.y == row_mm), key=lambda marker: marker.x)
    clear = 2 * QUIET_MM
    return [(left.x + left.size + clear, right.x - clear) for left, right in pairwise(row)]
