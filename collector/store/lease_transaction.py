"""Writes what the holder of a lease may change about its job, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from collector.store.models import GlyphRow, JobRow, StageRow
from collector.store.outbox import add_messages
from collector.store.records import Cell, JobState, OutboxMessage, Phase, StageResult
from collector.store.rows import to_row
from collector.store.upkeep_models import ResultRow


class LeaseTransaction:
    """One transaction on one job. ``Store.lease_transaction`` checks the lease first and commits at the end."""

    def __init__(self, session: Session, job: JobRow, now: datetime) -> None:
        self._session = session
        self._job = job
        self._now = now
        job.updated_at = now

    @property
    def tries(self) -> int:
        """How often the job was claimed since it was last submitted, this time included."""
        return self._job.tries

    @property
    def part(self) -> Phase:
        """The phase that the job waited for."""
        return Phase(self._job.part)

    def stage_started(self, stage: str, key: str) -> None:
        """Names the stage that runs now, and its result before there is one: what a crash leaves is known."""
        self._session.merge(ResultRow(job_id=self._job.id, stage=stage, key=key))
        self._job.stage = stage
        self._job.progress = 0.0
        self._job.note = ""

    def stage_done(self, result: StageResult) -> None:
        """Stores the key and the cost of a finished stage's result, replacing an earlier one."""
        row = StageRow(
            job_id=self._job.id,
            stage=result.stage,
            key=result.key,
            seconds=result.seconds,
            peak_memory_mib=result.peak_memory_mib,
            finished_at=self._now,
        )
        self._session.merge(row)

    def sheet_read(self, set_name: str, cells: Iterable[Cell]) -> None:
        """Stores what was read on the sheet, replacing an earlier reading."""
        self._job.set_name = set_name
        self._session.execute(delete(GlyphRow).where(GlyphRow.job_id == self._job.id))
        self._session.add_all([to_row(self._job.id, cell) for cell in cells])

    def seed_chosen(self, seed: str) -> None:
        """Stores the name of the seed font."""
        self._job.seed = seed

    def emit(self, *messages: OutboxMessage) -> None:
        """Adds events to the outbox; they are published if this transaction commits."""
        add_messages(self._session, messages, self._now)

    def done(self, report: Mapping[str, Any]) -> None:
        """Ends the job with a font; releases the lease."""
        self._job.report = dict(report)
        self._end(JobState.DONE, None, None)

    def refuse(self, code: str, sentence: str) -> None:
        """Ends the job with an error that the writer can mend; releases the lease."""
        self._end(JobState.REFUSED, code, sentence)

    def fail(self, code: str, error: str) -> None:
        """Ends the job with a defect of the program or the machine; releases the lease."""
        self._end(JobState.FAILED, code, error)

    def retry(self, code: str, error: str, at: datetime) -> None:
        """Requeues the job after a failure that may be temporary; no worker claims it before ``at``."""
        self._end(JobState.QUEUED, code, error)
        self._job.retry_at = at

    def postpone(self, code: str, error: str, at: datetime) -> None:
        """Something that passes by itself keeps the job from being done: as ``retry``, but this try does not count."""
        self.retry(code, error, at)
        self._job.tries = max(0, self._job.tries - 1)

    def release(self) -> None:
        """Requeues the job unfinished, for example when the worker is asked to stop; this try does not count."""
        self._end(JobState.QUEUED, None, None)
        self._job.tries = max(0, self._job.tries - 1)

    def hand_over(self, part: Phase, stage: str) -> None:
        """Requeues the job for a worker of another phase, which starts with ``stage``; releases the lease.

        To a later phase, this try does not count. To an earlier one, whose results are missing, it does: a job that
        workers pass back and forth, because they do not see each other's results, ends as failed.
        """
        is_forward = self.part.precedes(part)
        self._end(JobState.QUEUED, None, None)
        self._job.part, self._job.stage, self._job.progress, self._job.note = part.value, stage, 0.0, ""
        if is_forward:
            self._job.tries = max(0, self._job.tries - 1)

    def _end(self, state: JobState, code: str | None, error: str | None) -> None:
        self._job.state = state.value
        self._job.error_code = code
        self._job.error = error
        self._job.owner = None
        self._job.lease_until = None
