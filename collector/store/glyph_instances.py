"""What was read in photographs: rows of readings and of the glyph instances in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from collector.instances import (
    Cause,
    Finding,
    GlyphInstance,
    InstanceSource,
    Notice,
    PhotoReading,
    StoredInk,
    Verdict,
)
from collector.store.errors import StoreError
from collector.store.models import InstanceRow, PhotoRow, ReadingRow
from collector.store.transactions import Transactions

_WITHOUT_INK = [column for column in InstanceRow.__table__.columns if column.name != "ink"]
AT_ONCE = 500
"""Ids in one query."""


class GlyphInstances(Transactions):
    """Every method is one transaction, as in the store that this belongs to."""

    def of_job(self, job_id: str) -> list[PhotoReading]:
        """What was read in the photographs of a job of the command line, in their order; the ink stays behind."""
        with self._read() as session:
            query = select(ReadingRow, PhotoRow.position).join(PhotoRow, ReadingRow.photo_id == PhotoRow.id)
            ordered = query.where(PhotoRow.job_id == job_id).order_by(PhotoRow.position, ReadingRow.picture)
            rows = session.execute(ordered).all()
            return _readings(session, [(row, position) for row, position in rows])

    def read_by(self, job_id: str, code: str) -> set[str]:
        """The SHA-256 of a job's photographs that were read by this very code."""
        with self._read() as session:
            query = select(PhotoRow.sha256).join(ReadingRow, ReadingRow.photo_id == PhotoRow.id)
            return set(session.scalars(query.where(PhotoRow.job_id == job_id, ReadingRow.code == code)))

    def of_project(self, project_id: str, numbers: Collection[int] | None = None) -> list[PhotoReading]:
        """What was read in a project's photographs, or in some of them, in their order; the ink stays behind."""
        with self._read() as session:
            return list(readings_of(session, project_id, numbers).values())

    def with_ink(self, instances: Sequence[GlyphInstance]) -> list[GlyphInstance]:
        """The same instances with their ink.

        Raises:
            StoreError: one of them was deleted meanwhile.
        """
        ids = [each.id for each in instances]
        inks: dict[int, bytes | None] = {}
        with self._read() as session:
            for at in range(0, len(ids), AT_ONCE):
                query = select(InstanceRow.id, InstanceRow.ink).where(InstanceRow.id.in_(ids[at : at + AT_ONCE]))
                inks |= {row.id: row.ink for row in session.execute(query)}
        return [_inked(each, inks) for each in instances]


def _inked(instance: GlyphInstance, inks: dict[int, bytes | None]) -> GlyphInstance:
    if instance.id is None or instance.id not in inks:
        raise StoreError(f"the row of {instance.char!r} is gone")
    return instance if instance.ink is None else replace(instance, ink=replace(instance.ink, png=inks[instance.id]))


def readings_of(session: Session, project_id: str, numbers: Collection[int] | None = None) -> dict[int, PhotoReading]:
    """What was read in a project's photographs, by their numbers."""
    query = select(ReadingRow).where(ReadingRow.project_id == project_id)
    if numbers is not None:
        query = query.where(ReadingRow.upload_number.in_(numbers))
    rows = session.scalars(query.order_by(ReadingRow.upload_number)).all()
    found = _readings(session, [(row, row.upload_number or 0) for row in rows])
    return {reading.number: reading for reading in found}


def _readings(session: Session, rows: Sequence[tuple[ReadingRow, int]]) -> list[PhotoReading]:
    query = select(*_WITHOUT_INK).where(InstanceRow.reading_id.in_([row.id for row, _ in rows]))
    instances: dict[int, list[GlyphInstance]] = defaultdict(list)
    for instance in session.execute(query.order_by(InstanceRow.id)):
        instances[instance.reading_id].append(_instance(instance))
    return [_reading(row, number, instances[row.id]) for row, number in rows]


def _reading(row: ReadingRow, number: int, instances: Sequence[GlyphInstance]) -> PhotoReading:
    return PhotoReading(
        photo=row.photo,
        number=number,
        set_name=row.set_name,
        page_index=row.page_index,
        markers_seen=row.markers_seen,
        markers_printed=row.markers_printed,
        residual_mm=row.residual_mm,
        blur_mm=row.blur_mm,
        pen_em=row.pen_em,
        notices=tuple(Notice(*said) for said in row.notices),
        instances=tuple(instances),
    )


def _instance(row: Row[Any]) -> GlyphInstance:
    finding, ink = None, None
    if row.cause is not None and row.cause_value is not None and row.cause_limit is not None:
        finding = Finding(Cause(row.cause), row.cause_value, row.cause_limit)
    if row.sha256 and row.em_px is not None and row.origin_x_px is not None and row.origin_y_px is not None:
        ink = StoredInk(None, row.sha256, row.em_px, (row.origin_x_px, row.origin_y_px), row.baseline_em)
    source = InstanceSource(row.source)
    return GlyphInstance(
        row.char, Verdict(row.verdict), finding, row.number, source, row.confidence, row.sharpness, ink, row.id
    )


def put_upload_reading(session: Session, project_id: str, number: int, reading: PhotoReading) -> None:
    """Writes what was read in an upload, in the place of an earlier reading."""
    session.execute(delete(ReadingRow).where(of_upload(project_id, number)))
    row = _row(reading)
    row.project_id, row.upload_number = project_id, number
    _put(session, row, reading)


def put_photo_readings(session: Session, photo_id: int, readings: Sequence[PhotoReading], code: str) -> None:
    """Writes what code read in a photograph of a job, one reading a picture, in the place of earlier ones."""
    session.execute(delete(ReadingRow).where(ReadingRow.photo_id == photo_id))
    for picture, reading in enumerate(readings):
        row = _row(reading)
        row.photo_id, row.picture, row.code = photo_id, picture, code
        _put(session, row, reading)


def of_upload(
    project_id: str | InstrumentedAttribute[str], number: int | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """The reading of one upload, or of that of the row at hand."""
    return and_(ReadingRow.project_id == project_id, ReadingRow.upload_number == number)


def _row(reading: PhotoReading) -> ReadingRow:
    return ReadingRow(
        picture=0,
        photo=reading.photo[:255],
        set_name=reading.set_name,
        page_index=reading.page_index,
        markers_seen=reading.markers_seen,
        markers_printed=reading.markers_printed,
        residual_mm=reading.residual_mm,
        blur_mm=reading.blur_mm,
        pen_em=reading.pen_em,
        notices=[[notice.code, notice.korean, notice.english] for notice in reading.notices],
    )


def _put(session: Session, row: ReadingRow, reading: PhotoReading) -> None:
    session.add(row)
    session.flush()
    session.add_all([_instance_row(row.id, instance) for instance in reading.instances])
    session.flush()


def _instance_row(reading_id: int, instance: GlyphInstance) -> InstanceRow:
    row = InstanceRow(
        reading_id=reading_id,
        char=instance.char,
        number=instance.number,
        source=instance.source.value,
        verdict=instance.verdict.value,
        confidence=instance.confidence,
        sharpness=instance.sharpness,
    )
    if instance.finding is not None:
        row.cause = instance.finding.cause.value
        row.cause_value, row.cause_limit = instance.finding.value, instance.finding.limit
    if instance.ink is not None:
        ink = instance.ink
        row.sha256, row.ink, row.em_px, row.baseline_em = ink.sha256, ink.png, ink.em_px, ink.baseline_em
        row.origin_x_px, row.origin_y_px = ink.origin_px
    return row
