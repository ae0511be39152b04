"""A glyph's ink as PNG bytes and back, without loss."""

from __future__ import annotations

import cv2
import numpy as np

from collector.store.errors import StoreError
from collector.store.models import GlyphRow
from collector.store.records import Cell
from templates.glyphs import GlyphImage, Source


def to_row(job_id: str, cell: Cell) -> GlyphRow:
    """The row of one read cell."""
    row = GlyphRow(job_id=job_id, char=cell.char, verdict=cell.verdict)
    if cell.glyph is not None:
        glyph = cell.glyph
        done, png = cv2.imencode(".png", glyph.ink)
        if not done:
            raise StoreError(f"the ink of {cell.char!r} cannot be written as PNG")
        row.ink = png.tobytes()
        row.em_px = glyph.em_px
        row.origin_x_px, row.origin_y_px = glyph.origin_px
        row.baseline_em = glyph.baseline_em
        row.source = glyph.source.value
    return row


def to_cell(row: GlyphRow) -> Cell:
    """The read cell of one row.

    Raises:
        StoreError: the row's ink is no picture.
    """
    if row.ink is None:
        return Cell(row.char, row.verdict, None)
    ink = cv2.imdecode(np.frombuffer(row.ink, np.uint8), cv2.IMREAD_GRAYSCALE)
    if ink is None or row.em_px is None or row.origin_x_px is None or row.origin_y_px is None:
        raise StoreError(f"the stored ink of {row.char!r} of job {row.job_id} is damaged")
    origin = (row.origin_x_px, row.origin_y_px)
    glyph = GlyphImage(
        row.char, ink.astype(np.uint8), row.em_px, origin, row.baseline_em, Source(row.source or Source.WRITTEN)
    )
    return Cell(row.char, row.verdict, glyph)
