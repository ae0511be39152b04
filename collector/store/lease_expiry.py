"""Finds jobs that nobody works on although somebody should, and has them announced again."""

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

SWEEP = 100
"""Jobs that one sweep looks at, so that its transaction stays short."""
Announce = Callable[[Job], OutboxMessage]


@dataclass(frozen=True)
class RequeueCounts:
    """What a sweep found."""

    again: int
    """Jobs handed out again: their worker fell silent, or their pause before a retry is over."""
    lost: int
    """Jobs given up: their worker fell silent too often."""


@dataclass(frozen=True)
class LeaseExpiry:
    """One sweep.

    Only jobs of projects: nobody waits for those of a command that was broken off.
    """

    now: datetime
    most_tries: int
    """A job whose worker fell silent this often is given up."""
    announce: Announce
    """The event that makes workers take a job up."""
    lost: Announce
    """The event of a job given up."""

    def run(self, session: Session) -> RequeueCounts:
        """Sweeps within the transaction of ``session``."""
        given_up = [self._requeue_or_fail(session, row) for row in self._take(session, self._silent())]
        rows = self._take(session, _waiting(JobRow.retry_at <= self.now))
        for row in rows:
            self._hand_out(session, row)
        return RequeueCounts(len(rows) + given_up.count(False), given_up.count(True))

    def announce_all(self, session: Session, limit: int, after: str = "") -> str | None:
        """Announces waiting jobs for a bus that has forgotten everything: up to ``limit``, by id from ``after`` on.

        Returns:
            The last job's id, to go on after; None when none is left.
        """
        rows = self._take(session, _waiting(JobRow.retry_at.is_(None), JobRow.id > after), limit, by_id=True)
        for row in rows:
            self._hand_out(session, row)
        return rows[-1].id if len(rows) == limit else None

    def _silent(self) -> ColumnElement[bool]:
        return and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < self.now)

    def _requeue_or_fail(self, session: Session, row: JobRow) -> bool:
        if row.tries < self.most_tries:
            self._hand_out(session, row)
            return False
        row.updated_at = self.now
        end(row, JobState.FAILED, "worker.lost", f"the worker fell silent {row.tries} times")
        add_messages(session, [self.lost(to_job(row))], self.now)
        return True

    def _hand_out(self, session: Session, row: JobRow) -> None:
        row.updated_at = self.now
        row.state, row.owner, row.lease_until, row.retry_at = JobState.QUEUED.value, None, None, None
        add_messages(session, [self.announce(to_job(row))], self.now)

    def _take(
        self, session: Session, condition: ColumnElement[bool], limit: int = SWEEP, *, by_id: bool = False
    ) -> list[JobRow]:
        query = select(JobRow).where(JobRow.project_id.is_not(None), condition).limit(limit)
        order = JobRow.id if by_id else JobRow.created_at
        return list(session.scalars(query.order_by(order).with_for_update(skip_locked=True)))


def _waiting(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(JobRow.state == JobState.QUEUED.value, *conditions)


def to_parts(text: str) -> tuple[Phase, ...]:
    """The parts that a worker's row names."""
    return tuple(Phase(name) for name in text.split(",") if name)


def end(row: JobRow, state: JobState, code: str, error: str) -> None:
    """A job ends without a font."""
    row.state, row.error_code, row.error = state.value, code, error
    row.owner = row.lease_until = row.retry_at = None
