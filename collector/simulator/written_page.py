"""Prints the real PDF and writes on it, with the true mask of the ink."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from numpy.typing import NDArray

from collector.simulator.blank_paper import make_paper
from collector.simulator.conditions import Conditions
from collector.simulator.font_writer import FontWriter, Jitter
from collector.simulator.noise import FloatImage
from collector.simulator.pens import INK_LINEAR, Pen, opacity, spread_ink
from templates.pdf import write_pdf
from templates.sheet import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Cell, Page, Sheet, build_sheet

PX_PER_MM = 12
"""Resolution of the simulated print and of the truth: 304.8 dpi."""
_BLACK, _WHITE = 0.03, 0.92
"""Reflectance of toner and of paper, linear light."""
_LINEAR = _BLACK + (_WHITE - _BLACK) * (np.arange(256, dtype=np.float32) / 255) ** 2
ONE = 32768
"""The value of 1 in 16-bit linear light; highlights may exceed it."""
_STRIP_PX = 256
"""Large pictures are made strip by strip, so that the data stays in the cache."""
_REACH_CELLS = 0.35
"""How far beyond its cell a glyph may be drawn."""


@dataclass(frozen=True)
class WrittenPage:
    """A printed and written page."""

    sheet: Sheet
    page: Page
    reflectance: NDArray[np.uint16]
    """(H, W, 3) linear light in 1/``ONE``, red, green, blue, 12 px/mm."""
    owner: NDArray[np.uint8]
    """(H, W) at 12 px/mm: 0 where ink covers less than half of a pixel, else 1 + the index of the cell it was
    written in: the truth."""
    chars: tuple[str, ...]
    """The characters that were written."""


@lru_cache(maxsize=4)
def print_pages(set_name: str) -> tuple[NDArray[np.uint8], ...]:
    """Renders (H, W, 3) uint8 prints of the pages of a set's PDF at 12 px/mm, red, green, blue."""
    size = (round(PAGE_WIDTH_MM * PX_PER_MM), round(PAGE_HEIGHT_MM * PX_PER_MM))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.pdf"
        write_pdf(build_sheet(set_name), path)
        document = pypdfium2.PdfDocument(path)
        pages = [page.render(scale=PX_PER_MM * 25.4 / 72, rev_byteorder=True).to_numpy() for page in document]
        copies = [np.ascontiguousarray(page[..., :3]) for page in pages]
        document.close()
    return tuple(np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8) for page in copies)


def write_page(
    sheet: Sheet, page: Page, hand: FontWriter, conditions: Conditions, *, skip: frozenset[str]
) -> WrittenPage:
    """Prints a page and fills its cells with a hand's characters, those of ``skip`` left empty."""
    rng = np.random.default_rng(conditions.seed)
    coverage = np.zeros((round(sheet.height_mm * PX_PER_MM), round(sheet.width_mm * PX_PER_MM)), np.float32)
    owner = np.zeros(coverage.shape, np.uint8)
    chars = [cell.char for cell in page.cells if hand.knows(cell.char) and cell.char not in skip]
    for number, cell in enumerate(page.cells, start=1):
        if cell.char in chars:
            _write(coverage, owner, number, cell, hand, conditions.pen, Jitter(rng))
    printed = print_pages(sheet.set_name)[page.index]
    if conditions.grey_print:
        printed = cv2.cvtColor(cv2.cvtColor(printed, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB).astype(np.uint8)
    paper = make_paper(coverage, conditions, PX_PER_MM, rng)
    reflectance = np.empty(printed.shape, np.uint16)
    full_ink = 1 - np.array(INK_LINEAR[conditions.pen], np.float32)
    for top in range(0, coverage.shape[0], _STRIP_PX):
        rows = slice(top, top + _STRIP_PX)
        light = _LINEAR[printed[rows]] * paper.strip(rows)
        hidden = opacity(coverage[rows], conditions.pen, conditions.pen_strength, PX_PER_MM, rng)
        reflectance[rows] = light * (1 - hidden[..., None] * full_ink) * ONE
    return WrittenPage(sheet, page, reflectance, owner, tuple(chars))


def _write(
    coverage: FloatImage, owner: NDArray[np.uint8], number: int, cell: Cell, hand: FontWriter, pen: Pen, jitter: Jitter
) -> None:
    """Draws one character into the page's coverage and owner rasters, in place."""
    cell_px = cell.height * PX_PER_MM
    size = 2 * round((0.5 + _REACH_CELLS) * cell_px)
    baseline = None if cell.baseline is None else (cell.baseline - cell.y) / cell.height
    middle_x = (cell.x + cell.width / 2) * PX_PER_MM
    middle_y = (cell.y + cell.height / 2) * PX_PER_MM
    left, top = round(middle_x - size / 2), round(middle_y - size / 2)
    glyph = spread_ink(hand.draw(cell.char, size, cell_px, baseline, jitter), pen, PX_PER_MM)
    height, width = coverage.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + size, width), min(top + size, height)
    window, glyph = coverage[y0:y1, x0:x1], glyph[y0 - top : y1 - top, x0 - left : x1 - left]
    owner[y0:y1, x0:x1][(glyph >= 0.5) & (glyph > window)] = number
    np.maximum(window, glyph, out=window)
