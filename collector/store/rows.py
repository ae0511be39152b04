"""A job's row as the plain value that the store hands out."""

from __future__ import annotations

import cv2
import numpy as np

from collector.store.errors import StoreError
from collector.store.models import GlyphRow, JobRow
from collector.store.records import Cell, Job, JobState, Phase
from templates.glyphs import GlyphImage, Source


def to_job(row: JobRow) -> Job:
    """The job of a row as it stands."""
    return Job(
        id=row.id,
        key=row.key,
        name=row.name,
        licence=row.licence,
        options=row.options,
        state=JobState(row.state),
        part=Phase(row.part),
        stage=row.stage,
        attempt=row.attempt,
        owner=row.owner,
        lease_until=row.lease_until,
        heartbeat_at=row.heartbeat_at,
        set_name=row.set_name,
        seed=row.seed,
        error_code=row.error_code,
        error=row.error,
        report=row.report,
        created_at=row.created_at,
        updated_at=row.updated_at,
        project_id=row.project_id,
        tries=row.tries,
        retry_at=row.retry_at,
        progress=row.progress,
        note=row.note,
    )


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
