"""What those who run the service see and do: all jobs, workers, silence, retries, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.errors import IllegalTransitionError, JobNotFoundError
from collector.store.models import JobRow, OutboxRow, StageRow
from collector.store.outbox import add_messages
from collector.store.project_models import WorkerRow
from collector.store.project_records import Worker
from collector.store.records import Job, OutboxMessage
from collector.store.rows import to_job
from collector.store.states import JobState

SWEEP = 100
"""Jobs that one sweep looks at, so that its transaction stays short."""
Announce = Callable[[Job], OutboxMessage]


@dataclass(frozen=True)
class Swept:
    """What a sweep found."""

    again: int
    """Jobs handed out again: their worker fell silent, or their pause before a retry is over."""
    lost: int
    """Jobs given up: their worker fell silent too often."""


@dataclass(frozen=True)
class StageCost:
    """Finished runs of one stage."""

    stage: str
    count: int
    seconds: float
    """All together."""


class Operations:
    """Every method is one transaction, as in the store that this belongs to."""

    def __init__(
        self, read: sessionmaker[Session], write: sessionmaker[Session], clock: Callable[[], datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._clock = clock

    def sweep(self, most_tries: int, echo_s: float, received: Announce, lost: Announce) -> Swept:
        """Hands out again what fell silent, what may be tried again, and what waits although nobody heard of it.

        Only jobs of projects: nobody waits for those of a command that was broken off.

        Args:
            most_tries: a job whose worker fell silent this often is given up.
            echo_s: a job queued for so long is announced once more, for the broker may have lost its event.
            received: the event that makes workers take a job up.
            lost: the event of a job given up.
        """
        now = self._clock()
        silent = and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until < now)
        due = and_(JobRow.state == JobState.QUEUED.value, JobRow.retry_at <= now)
        unheard = and_(
            JobRow.state == JobState.QUEUED.value,
            JobRow.retry_at.is_(None),
            JobRow.updated_at < now - timedelta(seconds=echo_s),
        )
        query = select(JobRow).where(JobRow.project_id.is_not(None), or_(silent, due, unheard)).limit(SWEEP)
        again = given_up = 0
        with self._write.begin() as session:
            for row in session.scalars(query.with_for_update(skip_locked=True)).all():
                row.updated_at = now
                if row.state == JobState.RUNNING.value and row.tries >= most_tries:
                    _end(row, JobState.FAILED, "worker.lost", f"the worker fell silent {row.tries} times")
                    add_messages(session, [lost(to_job(row))], now)
                    given_up += 1
                    continue
                row.state, row.owner, row.lease_until, row.retry_at = JobState.QUEUED.value, None, None, None
                add_messages(session, [received(to_job(row))], now)
                again += 1
        return Swept(again, given_up)

    def cancel(self, job_id: str, code: str, sentence: str) -> None:
        """Ends a job that waits or runs; its worker loses the lease and stops.

        Raises:
            JobNotFoundError, IllegalTransitionError: there is no such job, or it has ended.
        """
        with self._write.begin() as session:
            row = session.get(JobRow, job_id, with_for_update=True)
            if row is None:
                raise JobNotFoundError(job_id)
            if JobState(row.state).is_terminal:
                raise IllegalTransitionError(job_id, row.state, JobState.REFUSED.value)
            row.updated_at = self._clock()
            _end(row, JobState.REFUSED, code, sentence)

    def list_jobs(self, state: JobState | None, text: str, limit: int, offset: int) -> list[Job]:
        """Jobs, the newest first; ``text`` is looked for in name, id, error and worker."""
        with self._read() as session:
            query = select(JobRow).where(*_matches(state, text)).order_by(JobRow.created_at.desc(), JobRow.id)
            return [to_job(row) for row in session.scalars(query.limit(limit).offset(offset))]

    def count_by_state(self) -> dict[JobState, int]:
        """How many jobs stand where."""
        with self._read() as session:
            rows = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            counts = {JobState(state): count for state, count in rows}
        return {state: counts.get(state, 0) for state in JobState}

    def queue_place(self, job: Job) -> int:
        """How many jobs of projects wait longer than this one."""
        before = or_(JobRow.created_at < job.created_at, and_(JobRow.created_at == job.created_at, JobRow.id < job.id))
        waiting = (JobRow.state == JobState.QUEUED.value, JobRow.project_id.is_not(None))
        with self._read() as session:
            return session.execute(select(func.count()).select_from(JobRow).where(*waiting, before)).scalar_one()

    def oldest_wait_s(self) -> float:
        """Seconds that the job at the head of the queue has waited; 0 where none does."""
        waiting = (JobRow.state == JobState.QUEUED.value, JobRow.project_id.is_not(None))
        with self._read() as session:
            first = session.execute(select(func.min(JobRow.created_at)).where(*waiting)).scalar_one()
        return 0.0 if first is None else max(0.0, (self._clock() - first).total_seconds())

    def stage_costs(self) -> list[StageCost]:
        """Finished runs by stage."""
        with self._read() as session:
            query = select(StageRow.stage, func.count(), func.sum(StageRow.seconds)).group_by(StageRow.stage)
            return [StageCost(stage, count, float(seconds)) for stage, count, seconds in session.execute(query)]

    def seconds_by_stage(self, job_ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Of each of some jobs the seconds of its finished stages."""
        found: dict[str, dict[str, float]] = {job_id: {} for job_id in job_ids}
        with self._read() as session:
            query = select(StageRow).where(StageRow.job_id.in_(job_ids)).order_by(StageRow.finished_at)
            for row in session.scalars(query):
                found[row.job_id][row.stage] = row.seconds
        return found

    def usual_seconds(self, stage: str, runs: int = 20) -> float | None:
        """Median seconds of a stage's latest runs; None where it never ran."""
        with self._read() as session:
            query = select(StageRow.seconds).where(StageRow.stage == stage)
            seconds = sorted(session.scalars(query.order_by(StageRow.finished_at.desc()).limit(runs)))
        return seconds[len(seconds) // 2] if seconds else None

    def failures_by_code(self) -> dict[tuple[str, str], int]:
        """How many jobs ended without a font, by state and code."""
        ended = JobRow.state.in_((JobState.REFUSED.value, JobState.FAILED.value))
        with self._read() as session:
            query = select(JobRow.state, JobRow.error_code, func.count()).where(ended)
            rows = session.execute(query.group_by(JobRow.state, JobRow.error_code))
            return {(state, code or ""): count for state, code, count in rows}

    def events(self, key: str, limit: int = 100) -> list[tuple[datetime, str, dict[str, Any]]]:
        """A job's events, the oldest first: moment, topic, payload."""
        with self._read() as session:
            query = select(OutboxRow).where(OutboxRow.key == key).order_by(OutboxRow.id).limit(limit)
            return [(row.created_at, row.topic, row.payload) for row in session.scalars(query)]

    def beat(self, worker: Worker) -> None:
        """A worker shows itself."""
        with self._write.begin() as session:
            session.merge(WorkerRow(**vars(worker)))

    def leave(self, worker_id: str) -> None:
        """A worker says good-bye."""
        with self._write.begin() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def workers(self) -> list[Worker]:
        """All workers, by name."""
        with self._read() as session:
            rows = session.scalars(select(WorkerRow).order_by(WorkerRow.id))
            return [Worker(r.id, r.device, r.job_id, r.memory_mib, r.done, r.started_at, r.heartbeat_at) for r in rows]

    def forget_workers(self, before: datetime) -> int:
        """Drops workers not heard of since then."""
        with self._write.begin() as session:
            gone = session.execute(delete(WorkerRow).where(WorkerRow.heartbeat_at < before))
            return cast(CursorResult[Any], gone).rowcount

    def forget_events(self, before: datetime, keep: Sequence[str]) -> int:
        """Drops published events from before then, but those of the topics to keep."""
        old = (OutboxRow.published_at < before, OutboxRow.topic.not_in(keep))
        with self._write.begin() as session:
            gone = session.execute(delete(OutboxRow).where(*old))
            return cast(CursorResult[Any], gone).rowcount


def _end(row: JobRow, state: JobState, code: str, error: str) -> None:
    row.state, row.error_code, row.error = state.value, code, error
    row.owner = row.lease_until = row.retry_at = None


def _matches(state: JobState | None, text: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if state is not None:
        wanted.append(JobRow.state == state.value)
    if text:
        columns = (JobRow.name, JobRow.id, JobRow.error, JobRow.error_code, JobRow.owner, JobRow.stage)
        wanted.append(or_(*(column.contains(text, autoescape=True) for column in columns)))
    return wanted
