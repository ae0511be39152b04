"""Reads and changes jobs, workers and events on behalf of operators, workers and the relay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.errors import IllegalTransitionError, JobNotFoundError
from collector.store.lease_expiry import Announce, LeaseExpiry, RequeueCounts, end, to_phases
from collector.store.models import JobRow, OutboxRow, StageRow, WorkerRow
from collector.store.records import JobState, JobStatus, Phase, Worker
from collector.store.rows import to_job_status
from collector.store.search import find_jobs
from collector.store.statistics import Costs, StageCost
from collector.store.transactions import Transactions
from collector.store.upkeep_models import MaintenanceRow

ANNOUNCE_BATCH = 200
MAX_UNDELIVERED = 20
MIN_RUNS = 3


class Operations(Transactions):
    """Queries and changes for the running of the service; every call is one transaction."""

    def __init__(
        self, read: sessionmaker[Session], write: sessionmaker[Session], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(read, write, clock)
        self._costs = Costs(read, clock)

    def requeue_expired(self, max_tries: int, announce: Announce, lost: Announce) -> RequeueCounts:
        """Puts expired and paused jobs back into the queue, and fails those that were tried too often.

        Args:
            max_tries: a job whose lease has expired this often fails.
            announce: makes the event by which workers learn of a waiting job.
            lost: makes the event of a job that failed so.
        """
        with self._write.begin() as session:
            return LeaseExpiry(self._clock(), max_tries, announce, lost).run(session)

    def announce_waiting(self, announce: Announce) -> None:
        """Announces every waiting job, for a bus that has lost its events; many short transactions."""
        after: str | None = ""
        while after is not None:
            with self._write.begin() as session:
                expiry = LeaseExpiry(self._clock(), 0, announce, announce)
                after = expiry.announce_waiting(session, ANNOUNCE_BATCH, after)

    def undelivered(self, phases: Sequence[Phase], poll_fallback_s: float) -> list[str]:
        """The ids of jobs that have waited longer than ``poll_fallback_s`` for one of ``phases``, the oldest first."""
        is_waiting = (
            JobRow.state == JobState.QUEUED.value,
            JobRow.phase.in_([phase.value for phase in phases]),
            JobRow.retry_at.is_(None),
            JobRow.updated_at < self._clock() - timedelta(seconds=poll_fallback_s),
            JobRow.project_id.is_not(None),
        )
        with self._read() as session:
            query = select(JobRow.id).where(*is_waiting).order_by(JobRow.created_at, JobRow.id)
            return list(session.scalars(query.limit(MAX_UNDELIVERED)))

    def cancel(self, job_id: str, code: str, sentence: str) -> None:
        """Ends a waiting or running job as refused; its worker loses the lease and stops.

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

    def list_jobs(self, state: JobState | None, text: str, limit: int, offset: int) -> list[JobStatus]:
        """Where jobs stand, the newest first, whose name, id, error, worker or stage contains ``text``."""
        with self._read() as session:
            return [to_job_status(row) for row in find_jobs(session, state, text, limit, offset)]

    def devices_by_job(self, job_ids: Sequence[str]) -> dict[str, str]:
        """Of those of some jobs that ended with a report the device that they were made on."""
        device = JobRow.report["device"].as_string()
        with self._read() as session:
            query = select(JobRow.id, device).where(JobRow.id.in_(job_ids), device.is_not(None))
            return {row.id: str(row[1]) for row in session.execute(query)}

    def count_by_state(self) -> dict[JobState, int]:
        """The number of jobs in each state."""
        with self._read() as session:
            rows = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            counts = {JobState(state): count for state, count in rows}
        return {state: counts.get(state, 0) for state in JobState}

    def count_waiting_for(self, code: str) -> int:
        """How many jobs wait after an error with this code."""
        waiting = (JobRow.state == JobState.QUEUED.value, JobRow.error_code == code)
        with self._read() as session:
            return session.execute(select(func.count()).select_from(JobRow).where(*waiting)).scalar_one()

    def queue_place(self, job: JobStatus) -> int:
        """The number of project jobs that wait longer than this one for the same phase."""
        before = or_(JobRow.created_at < job.created_at, and_(JobRow.created_at == job.created_at, JobRow.id < job.id))
        waiting = (
            JobRow.state == JobState.QUEUED.value,
            JobRow.phase == job.phase.value,
            JobRow.project_id.is_not(None),
        )
        with self._read() as session:
            return session.execute(select(func.count()).select_from(JobRow).where(*waiting, before)).scalar_one()

    def oldest_wait_s(self) -> float:
        """The seconds that the oldest waiting job has waited; 0 where none waits."""
        waiting = (JobRow.state == JobState.QUEUED.value, JobRow.project_id.is_not(None))
        with self._read() as session:
            first = session.execute(select(func.min(JobRow.created_at)).where(*waiting)).scalar_one()
        return 0.0 if first is None else max(0.0, (self._clock() - first).total_seconds())

    def stage_costs(self) -> list[StageCost]:
        """The number and the seconds of finished runs, by stage."""
        return self._costs.all()

    def seconds_by_stage(self, job_ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """The seconds of each job's finished stages, by job and stage."""
        found: dict[str, dict[str, float]] = {job_id: {} for job_id in job_ids}
        with self._read() as session:
            query = select(StageRow).where(StageRow.job_id.in_(job_ids)).order_by(StageRow.finished_at)
            for row in session.scalars(query):
                found[row.job_id][row.stage] = row.seconds
        return found

    def usual_seconds(self, stage: str, runs: int = 20) -> float | None:
        """The median seconds of a stage's latest runs; None where there are fewer than ``MIN_RUNS``."""
        with self._read() as session:
            query = select(StageRow.seconds).where(StageRow.stage == stage)
            seconds = sorted(session.scalars(query.order_by(StageRow.finished_at.desc()).limit(runs)))
        return seconds[len(seconds) // 2] if len(seconds) >= MIN_RUNS else None

    def failures_by_code(self) -> dict[tuple[str, str], int]:
        """The number of jobs that ended without a font, by state and error code."""
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

    def record_heartbeat(self, worker: Worker) -> None:
        """Stores a worker's state and the moment of its heartbeat."""
        with self._write.begin() as session:
            session.merge(WorkerRow(**vars(worker) | {"phases": ",".join(worker.phases)}))

    def remove_worker(self, worker_id: str) -> None:
        """Deletes the row of a worker that stops."""
        with self._write.begin() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def workers(self) -> list[Worker]:
        """All workers, by name."""
        with self._read() as session:
            rows = session.scalars(select(WorkerRow).order_by(WorkerRow.id))
            return [_worker(row) for row in rows]

    def note_maintenance(self, task: str) -> None:
        """A task of the maintenance has succeeded."""
        with self._write.begin() as session:
            session.merge(MaintenanceRow(task=task, succeeded_at=self._clock()))

    def maintenance(self) -> dict[str, datetime]:
        """When each task of the maintenance last succeeded."""
        with self._read() as session:
            return {row.task: row.succeeded_at for row in session.scalars(select(MaintenanceRow))}

    def delete_silent_workers(self, before: datetime) -> int:
        """Deletes workers without a heartbeat since ``before``; returns their number."""
        with self._write.begin() as session:
            deleted = session.execute(delete(WorkerRow).where(WorkerRow.heartbeat_at < before))
            return cast(CursorResult[Any], deleted).rowcount

    def delete_published_events(self, before: datetime, keep: Sequence[str]) -> int:
        """Deletes events published before then, those of the topics ``keep`` excepted; returns their number."""
        old = (OutboxRow.published_at < before, OutboxRow.topic.not_in(keep))
        with self._write.begin() as session:
            deleted = session.execute(delete(OutboxRow).where(*old))
            return cast(CursorResult[Any], deleted).rowcount


def _worker(row: WorkerRow) -> Worker:
    return Worker(
        row.id,
        row.device,
        row.job_id,
        row.memory_mib,
        row.done,
        row.started_at,
        row.heartbeat_at,
        to_phases(row.phases),
    )
