"""What those who run the service see and do: all jobs, workers, silence, retries, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.errors import IllegalTransitionError, JobNotFoundError
from collector.store.lease_expiry import Announce, LeaseExpiry, RequeueCounts, end, to_parts
from collector.store.models import JobRow, OutboxRow, StageRow, WorkerRow
from collector.store.records import Job, JobState, Phase, Worker
from collector.store.rows import to_job
from collector.store.search import find_jobs
from collector.store.statistics import Costs, StageCost
from collector.store.transactions import Transactions

ANNOUNCED_AT_ONCE = 200
UNHEARD_SEEN = 20
FEWEST_RUNS = 3


class Operations(Transactions):
    """Every method is one transaction, as in the store that this belongs to."""

    def __init__(
        self, read: sessionmaker[Session], write: sessionmaker[Session], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(read, write, clock)
        self._costs = Costs(read, clock)

    def requeue_expired(self, most_tries: int, announce: Announce, lost: Announce) -> RequeueCounts:
        """Hands out again what fell silent and what may be tried again.

        Args:
            most_tries: a job whose worker fell silent this often is given up.
            announce: the event that makes workers take a job up.
            lost: the event of a job given up.
        """
        with self._write.begin() as session:
            return LeaseExpiry(self._clock(), most_tries, announce, lost).run(session)

    def announce_all(self, announce: Announce) -> None:
        """Announces every waiting job, for a bus that has forgotten everything; many short transactions."""
        after: str | None = ""
        while after is not None:
            with self._write.begin() as session:
                sweep = LeaseExpiry(self._clock(), 0, announce, announce)
                after = sweep.announce_all(session, ANNOUNCED_AT_ONCE, after)

    def undelivered(self, parts: Sequence[Phase], poll_fallback_s: float) -> list[str]:
        """The ids of jobs that have waited longer than ``poll_fallback_s`` for one of ``parts``, the oldest first."""
        waits = (
            JobRow.state == JobState.QUEUED.value,
            JobRow.part.in_([part.value for part in parts]),
            JobRow.retry_at.is_(None),
            JobRow.updated_at < self._clock() - timedelta(seconds=poll_fallback_s),
            JobRow.project_id.is_not(None),
        )
        with self._read() as session:
            query = select(JobRow.id).where(*waits).order_by(JobRow.created_at, JobRow.id)
            return list(session.scalars(query.limit(UNHEARD_SEEN)))

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
            end(row, JobState.REFUSED, code, sentence)

    def list_jobs(self, state: JobState | None, text: str, limit: int, offset: int) -> list[Job]:
        """Jobs, the newest first; ``text`` is looked for in name, id, error and worker."""
        with self._read() as session:
            return [to_job(row) for row in find_jobs(session, state, text, limit, offset)]

    def count_by_state(self) -> dict[JobState, int]:
        """How many jobs stand where."""
        with self._read() as session:
            rows = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            counts = {JobState(state): count for state, count in rows}
        return {state: counts.get(state, 0) for state in JobState}

    def queue_place(self, job: Job) -> int:
        """How many jobs of projects wait longer than this one for the same part of the way."""
        before = or_(JobRow.created_at < job.created_at, and_(JobRow.created_at == job.created_at, JobRow.id < job.id))
        waiting = (
            JobRow.state == JobState.QUEUED.value,
            JobRow.part == job.part.value,
            JobRow.project_id.is_not(None),
        )
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
        return self._costs.all()

    def seconds_by_stage(self, job_ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Of each of some jobs the seconds of its finished stages."""
        found: dict[str, dict[str, float]] = {job_id: {} for job_id in job_ids}
        with self._read() as session:
            query = select(StageRow).where(StageRow.job_id.in_(job_ids)).order_by(StageRow.finished_at)
            for row in session.scalars(query):
                found[row.job_id][row.stage] = row.seconds
        return found

    def usual_seconds(self, stage: str, runs: int = 20) -> float | None:
        """Median seconds of a stage's latest runs; None where it ran so seldom that one slow run would decide."""
        with self._read() as session:
            query = select(StageRow.seconds).where(StageRow.stage == stage)
            seconds = sorted(session.scalars(query.order_by(StageRow.finished_at.desc()).limit(runs)))
        return seconds[len(seconds) // 2] if len(seconds) >= FEWEST_RUNS else None

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
            session.merge(WorkerRow(**vars(worker) | {"parts": ",".join(worker.parts)}))

    def leave(self, worker_id: str) -> None:
        """A worker says good-bye."""
        with self._write.begin() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def workers(self) -> list[Worker]:
        """All workers, by name."""
        with self._read() as session:
            rows = session.scalars(select(WorkerRow).order_by(WorkerRow.id))
            return [_worker(row) for row in rows]

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


def _worker(row: WorkerRow) -> Worker:
    return Worker(
        row.id,
        row.device,
        row.job_id,
        row.memory_mib,
        row.done,
        row.started_at,
        row.heartbeat_at,
        to_parts(row.parts),
    )
