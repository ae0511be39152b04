"""Requeues jobs whose lease has expired or whose pause before a retry is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from collector.store.models import JobRow
from collector.store.outbox import add_messages
from collector.store.records import Job, JobState, OutboxMessage, Phase
from collector.store.rows import to_job

BATCH = 100
"""Jobs of one transaction, so that it stays short."""
Announce = Callable[[Job], OutboxMessage]


@dataclass(frozen=True)
class RequeueCounts:
    """How many jobs were requeued and how many failed."""

    requeued: int
    """Jobs whose lease has expired, or whose pause before a retry is over."""
    failed: int
    """Jobs whose lease has expired too often."""


@dataclass(frozen=True)
class LeaseExpiry:
    """Requeues or fails jobs at one moment.

    Only jobs of projects: nobody waits for the job of an interrupted command.
    """

    now: datetime
    max_tries: int
    """A job whose lease has expired this often fails."""
    announce: Announce
    """Makes the event by which workers learn of a waiting job."""
    lost: Announce
    """Makes the event of a job that failed."""

    def run(self, session: Session) -> RequeueCounts:
        """Requeues or fails one batch within the transaction of ``session``."""
        has_failed = [self._requeue_or_fail(session, row) for row in self._lock(session, self._is_expired())]
        rows = self._lock(session, _waiting(JobRow.retry_at <= self.now))
        for row in rows:
            self._requeue(session, row)
        return RequeueCounts(len(rows) + has_failed.count(False), has_failed.count(True))

    def announce_waiting(self, session: Session, limit: int, after: str = "") -> str | None:
        """Announces up to ``limit`` waiting jobs again, by id from ``after`` on.

        Returns:
            The last job's id, to continue after; None when none is left.
        """
        rows = self._lock(session, _waiting(JobRow.retry_at.is_(None), JobRow.id > after), limit, by_id=True)
        for row in rows:
            self._requeue(session, row)
        return rows[-1].id if len(rows) == limit else None

    def _is_expired(self) -> ColumnElement[bool]:
        return and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < self.now)

    def _requeue_or_fail(self, session: Session, row: JobRow) -> bool:
        if row.tries < self.max_tries:
            self._requeue(session, row)
            return False
        row.updated_at = self.now
        end(
            row,
            JobState.FAILED,
            "worker.lost",
            f"the lease expired {row.tries} times without a heartbeat",
        )
        add_messages(session, [self.lost(to_job(row))], self.now)
        return True

    def _requeue(self, session: Session, row: JobRow) -> None:
        row.updated_at = self.now
        row.state, row.owner, row.lease_until, row.retry_at = JobState.QUEUED.value, None, None, None
        add_messages(session, [self.announce(to_job(row))], self.now)

    def _lock(
        self, session: Session, condition: ColumnElement[bool], limit: int = BATCH, *, by_id: bool = False
    ) -> list[JobRow]:
        query = select(JobRow).where(JobRow.project_id.is_not(None), condition).limit(limit)
        order = JobRow.id if by_id else JobRow.created_at
        return list(session.scalars(query.order_by(order).with_for_update(skip_locked=True)))


def _waiting(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(JobRow.state == JobState.QUEUED.value, *conditions)


def to_phases(text: str) -> tuple[Phase, ...]:
    """The phases that a worker's row names."""
    return tuple(Phase(name) for name in text.split(",") if name)


def end(row: JobRow, state: JobState, code: str, error: str) -> None:
    """Marks a job as ended without a font."""
    row.state, row.error_code, row.error = state.value, code, error
    row.owner = row.lease_until = row.retry_at = None
