"""What the holder of a lease may write about its job, in one transaction."""

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


class LeaseTransaction:
    """One transaction on one job; ``Store.work`` makes it, checks the lease first and commits at the end."""

    def __init__(self, session: Session, job: JobRow, now: datetime) -> None:
        self._session = session
        self._job = job
        self._now = now
        job.updated_at = now

    @property
    def tries(self) -> int:
        """How often the job was taken up since it was last asked for, this time included."""
        return self._job.tries

    @property
    def part(self) -> Phase:
        """The part of the way that the job waited for."""
        return Phase(self._job.part)

    def stage_started(self, stage: str) -> None:
        """Names the stage that runs now."""
        self._job.stage = stage
        self._job.progress = 0.0
        self._job.note = ""

    def stage_done(self, result: StageResult) -> None:
        """Names the key of a finished stage's result, in the place of an earlier one."""
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
        """Keeps what was read on the sheet, in the place of an earlier reading."""
        self._job.set_name = set_name
        self._session.execute(delete(GlyphRow).where(GlyphRow.job_id == self._job.id))
        self._session.add_all([to_row(self._job.id, cell) for cell in cells])

    def seed_chosen(self, seed: str) -> None:
        """Names the seed of this hand."""
        self._job.seed = seed

    def emit(self, *messages: OutboxMessage) -> None:
        """Events that become true with this transaction."""
        add_messages(self._session, messages, self._now)

    def done(self, report: Mapping[str, Any]) -> None:
        """The font is made; the lease ends."""
        self._job.report = dict(report)
        self._end(JobState.DONE, None, None)

    def refuse(self, code: str, sentence: str) -> None:
        """The writer can mend it; the lease ends."""
        self._end(JobState.REFUSED, code, sentence)

    def fail(self, code: str, error: str) -> None:
        """A defect or a broken machine; the lease ends."""
        self._end(JobState.FAILED, code, error)

    def retry(self, code: str, error: str, at: datetime) -> None:
        """It went wrong in a way that may pass: the lease ends, and nobody takes the job up before ``at``."""
        self._end(JobState.QUEUED, code, error)
        self._job.retry_at = at

    def release(self) -> None:
        """Gives the job back unfinished, for example when the worker is asked to stop; this try does not count."""
        self._end(JobState.QUEUED, None, None)
        self._job.tries = max(0, self._job.tries - 1)

    def hand_over(self, part: Phase, stage: str) -> None:
        """The job waits for a worker of another part, which begins with ``stage``; the lease ends.

        Forwards, this try does not count. Back, where earlier results are gone, it does: a job that workers hand
        to and fro, because they do not see each other's results, comes to an end.
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
