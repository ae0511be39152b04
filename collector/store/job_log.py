"""Log lines of a job, for operators, and pictures of the hand as it is learnt, for the writer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from collector.store.errors import LeaseLostError
from collector.store.models import JobLogRow, JobRow, SketchRow
from collector.store.records import Lease
from collector.store.transactions import Transactions

LINE_LIMIT = 8000
"""Characters of one line; of a longer one the end is kept, as a traceback ends with its error."""
MAX_LINES = 400


@dataclass(frozen=True)
class JobLogLine:
    """One line that a job's process logged."""

    at: datetime
    attempt: int
    line: str


class JobLogTable(Transactions):
    """Log lines and pictures, deleted with their job; every call is one transaction."""

    def add_line(self, lease: Lease, line: str) -> None:
        """Appends a line; does nothing where the job was deleted."""
        with self._write.begin() as session:
            if session.get(JobRow, lease.job_id, with_for_update=True) is not None:
                text = line[-LINE_LIMIT:]
                session.add(JobLogRow(job_id=lease.job_id, attempt=lease.attempt, at=self._clock(), line=text))

    def lines(self, job_id: str) -> list[JobLogLine]:
        """The latest ``MAX_LINES`` lines of a job, oldest first."""
        query = select(JobLogRow).where(JobLogRow.job_id == job_id).order_by(JobLogRow.id.desc()).limit(MAX_LINES)
        with self._read() as session:
            rows = list(session.scalars(query))
        return [JobLogLine(row.at, row.attempt, row.line) for row in reversed(rows)]

    def add_sketch(self, lease: Lease, png: bytes) -> None:
        """Stores one more picture (PNG) of the hand as it is learnt.

        Raises:
            LeaseLostError: another process holds the job, or it was deleted.
        """
        with self._write.begin() as session:
            row = session.get(JobRow, lease.job_id, with_for_update=True)
            if row is None or (row.owner, row.attempt) != (lease.owner, lease.attempt):
                raise LeaseLostError(lease.job_id, lease.owner)
            session.add(SketchRow(job_id=lease.job_id, number=_count(session, lease.job_id) + 1, png=png))

    def count_sketches(self, job_id: str) -> int:
        """The number of pictures; they are numbered from 1."""
        with self._read() as session:
            return _count(session, job_id)

    def sketch(self, job_id: str, number: int) -> bytes | None:
        """The picture of a number (PNG); None where there is none."""
        with self._read() as session:
            row = session.get(SketchRow, (job_id, number))
            return row.png if row else None


def _count(session: Session, job_id: str) -> int:
    query = select(func.count()).select_from(SketchRow).where(SketchRow.job_id == job_id)
    return session.execute(query).scalar_one()
