"""Searches jobs by the columns of an index; whole rows are read only of the jobs that are returned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, load_only

from collector.store.models import JobRow
from collector.store.records import JobState
from collector.store.rows import STATUS_COLUMNS

INDEXED = (JobRow.name, JobRow.id, JobRow.error_code, JobRow.owner, JobRow.stage)
"""The columns that the index over ``created_at`` includes: a search in them reads no row."""
WITH_ERRORS = (JobState.FAILED, JobState.REFUSED, JobState.QUEUED)
"""Only jobs in these states have an error text."""


def find_jobs(session: Session, state: JobState | None, text: str, limit: int, offset: int) -> Sequence[JobRow]:
    """Status columns of jobs, the newest first, whose name, id, error, worker or stage contains ``text``."""
    conditions: list[ColumnElement[bool]] = [] if state is None else [JobRow.state == state.value]
    if text:
        in_index = or_(*(column.contains(text, autoescape=True) for column in INDEXED))
        in_errors = (
            JobRow.state.in_([each.value for each in WITH_ERRORS if state in (None, each)]),
            JobRow.error.contains(text, autoescape=True),
        )
        last = offset + limit
        found = {*_newest(session, [*conditions, in_index], last), *_newest(session, in_errors, last)}
        places = sorted(found, reverse=True)[offset:last]
    else:
        places = _newest(session, conditions, limit, offset)
    rows = session.scalars(
        select(JobRow).where(JobRow.id.in_([job_id for _, job_id in places])).options(load_only(*STATUS_COLUMNS))
    )
    return sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)


def _newest(
    session: Session, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int = 0
) -> list[tuple[datetime, str]]:
    query: Any = select(JobRow.created_at, JobRow.id).where(*conditions)
    rows = session.execute(query.order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit).offset(offset))
    return [(created_at, job_id) for created_at, job_id in rows]
