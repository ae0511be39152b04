"""The store: jobs and their leases, what was read of them, and the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, Update, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from collector.store.ended_sessions import EndedSessions
from collector.store.engine import WRITE_OPTION, clear_log
from collector.store.errors import IllegalTransitionError, JobNotFoundError, LeaseLostError
from collector.store.glyph_instances import GlyphInstances
from collector.store.job_log import JobLogTable
from collector.store.lease_transaction import LeaseTransaction
from collector.store.models import JobRow, PhotoRow, StageRow
from collector.store.operations import Operations
from collector.store.outbox import Outbox, add_messages
from collector.store.projects import Projects
from collector.store.rate_limits import RateLimits
from collector.store.readings import Readings
from collector.store.records import (
    TERMINAL,
    Job,
    JobState,
    Lease,
    NewJob,
    OutboxMessage,
    Phase,
    Photo,
    StageResult,
)
from collector.store.rows import to_job
from collector.store.statistics import Statistics
from collector.store.tombstones import Tombstones

NOTE_LIMIT = 200
"""Letters of a progress note that the database keeps."""


def utc_now() -> datetime:
    """The moment; leases compare it between machines, which therefore keep network time."""
    return datetime.now(UTC)


class Store:
    """Every method is one transaction. Threads may share a store; so may any number of processes its database."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self._clock = clock
        self._read = sessionmaker(engine)
        self._write = sessionmaker(engine.execution_options(**{WRITE_OPTION: True}))
        self.outbox = Outbox(self._read, self._write, clock)
        self.instances = GlyphInstances(self._read, self._write, clock)
        self.projects = Projects(self._read, self._write, clock)
        self.operations = Operations(self._read, self._write, clock)
        self.job_log = JobLogTable(self._read, self._write, clock)
        self.statistics = Statistics(self._read, clock)
        self.readings = Readings(self._read, self._write, clock)
        self.rate_limits = RateLimits(self._write, clock)
        self.ended_sessions = EndedSessions(self._read, self._write, clock)
        self.tombstones = Tombstones(self._read, self._write, clock)

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    def clear_log(self) -> bool:
        """Removes deleted rows from the database's log (``engine.clear_log``); False where that must be tried again."""
        return clear_log(self.engine)

    def submit(self, wish: NewJob, message: Callable[[Job], OutboxMessage]) -> Job:
        """The job for a wish: made now, with its event in the same transaction, or found by its key."""
        try:
            with self._write.begin() as session:
                row = _find_by_key(session, wish.key)
                if row is None:
                    row = self._new_row(session, wish)
                    add_messages(session, [message(to_job(row))], self._clock())
                return to_job(row)
        except IntegrityError:
            # Another process wrote the same wish between our look and our insert; its row is the job.
            with self._read() as session:
                found = _find_by_key(session, wish.key)
                if found is None:
                    raise
                return to_job(found)

    def _new_row(self, session: Session, wish: NewJob) -> JobRow:
        now = self._clock()
        row = JobRow(
            id=str(uuid.uuid4()),
            key=wish.key,
            name=wish.name,
            licence=wish.licence,
            options=dict(wish.options),
            state=JobState.QUEUED.value,
            phase=Phase.COLLECT.value,
            attempt=0,
            project_id=wish.project_id,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        for position, photo in enumerate(wish.photos):
            session.add(PhotoRow(job_id=row.id, position=position, **vars(photo)))
        session.flush()
        return row

    def job(self, job_id: str) -> Job:
        """One job as it stands.

        Raises:
            JobNotFoundError: there is none.
        """
        with self._read() as session:
            row = session.get(JobRow, job_id)
            if row is None:
                raise JobNotFoundError(job_id)
            return to_job(row)

    def photos(self, job_id: str) -> list[Photo]:
        """A job's photographs in the order given."""
        with self._read() as session:
            rows = session.scalars(select(PhotoRow).where(PhotoRow.job_id == job_id).order_by(PhotoRow.position))
            return [Photo(row.name, row.sha256, row.size_bytes) for row in rows]

    def stages(self, job_id: str) -> dict[str, StageResult]:
        """A job's finished stages by name."""
        with self._read() as session:
            rows = session.scalars(select(StageRow).where(StageRow.job_id == job_id))
            return {row.stage: StageResult(row.stage, row.key, row.seconds, row.peak_memory_mib) for row in rows}

    def claim(self, job_id: str, owner: str, lease_s: float, phases: Sequence[Phase] = tuple(Phase)) -> Lease | None:
        """Takes the right to work on a queued job, or on a running one whose holder has fallen silent.

        One UPDATE compares and sets: of any number that claim at once one wins. None for the others, and where the
        job waits for none of ``phases``.

        Raises:
            JobNotFoundError: there is no such job.
        """
        now = self._clock()
        silent = and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < now)
        due = or_(JobRow.retry_at.is_(None), JobRow.retry_at <= now)
        waiting = and_(JobRow.state == JobState.QUEUED.value, due)
        take = (
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.phase.in_([phase.value for phase in phases]), or_(waiting, silent))
            .values(
                state=JobState.RUNNING.value,
                owner=owner,
                attempt=JobRow.attempt + 1,
                tries=JobRow.tries + 1,
                retry_at=None,
                progress=0.0,
                note="",
                lease_until=now + timedelta(seconds=lease_s),
                heartbeat_at=now,
                updated_at=now,
                error_code=None,
                error=None,
            )
        )
        with self._write.begin() as session:
            won = _changed(session, take)
            row = session.get(JobRow, job_id)
            if row is None:
                raise JobNotFoundError(job_id)
            return Lease(job_id, owner, row.attempt) if won else None

    def heartbeat(self, lease: Lease, lease_s: float) -> None:
        """Holds on to a job for another ``lease_s``.

        Raises:
            LeaseLostError: it is another's now.
        """
        now = self._clock()
        hold = (
            update(JobRow).where(*_held(lease)).values(lease_until=now + timedelta(seconds=lease_s), heartbeat_at=now)
        )
        with self._write.begin() as session:
            if not _changed(session, hold):
                raise LeaseLostError(lease.job_id, lease.owner)

    def note_progress(self, lease: Lease, share: float, note: str) -> None:
        """Says how far the present stage has come; a share in [0, 1] and a few words.

        Raises:
            LeaseLostError: it is another's now.
        """
        say = update(JobRow).where(*_held(lease)).values(progress=share, note=note[:NOTE_LIMIT])
        with self._write.begin() as session:
            if not _changed(session, say):
                raise LeaseLostError(lease.job_id, lease.owner)

    @contextmanager
    def lease_transaction(self, lease: Lease) -> Iterator[LeaseTransaction]:
        """One transaction of the lease's holder; nothing of it is kept when the body raises.

        Raises:
            LeaseLostError: another holds the job now; the body is not run.
        """
        with self._write.begin() as session:
            row = session.scalars(select(JobRow).where(*_held(lease)).with_for_update()).one_or_none()
            if row is None:
                raise LeaseLostError(lease.job_id, lease.owner)
            yield LeaseTransaction(session, row, self._clock())

    def requeue(self, job_id: str, messages: Sequence[OutboxMessage] = ()) -> None:
        """Asks for a job that has ended once more, from the beginning of its way: what is made already stays.

        Raises:
            JobNotFoundError: there is no such job.
            IllegalTransitionError: it has not ended.
        """
        now = self._clock()
        again = (
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.state.in_([state.value for state in TERMINAL]))
            .values(
                state=JobState.QUEUED.value,
                phase=Phase.COLLECT.value,
                stage=None,
                updated_at=now,
                tries=0,
                retry_at=None,
                progress=0.0,
                note="",
            )
        )
        with self._write.begin() as session:
            if not _changed(session, again):
                row = session.get(JobRow, job_id)
                if row is None:
                    raise JobNotFoundError(job_id)
                raise IllegalTransitionError(job_id, row.state, JobState.QUEUED.value)
            add_messages(session, messages, now)


def _held(lease: Lease) -> tuple[Any, ...]:
    return (
        JobRow.id == lease.job_id,
        JobRow.state == JobState.RUNNING.value,
        JobRow.owner == lease.owner,
        JobRow.attempt == lease.attempt,
    )


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount == 1


def _find_by_key(session: Session, key: str) -> JobRow | None:
    return session.scalars(select(JobRow).where(JobRow.key == key)).one_or_none()
