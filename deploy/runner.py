"""Runs one job from the store: claims it, holds the lease, runs the pipeline and notes every step in the row."""

from __future__ import annotations

import os
import socket
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from collector.events import Bus, FontReady, JobFailed, PhotosReceived, Relay, encode
from collector.store import (
    Job,
    JobNotFoundError,
    Lease,
    LeaseLostError,
    OutboxMessage,
    StageResult,
    Store,
    Work,
)
from deploy.artifacts import ArtifactFolder
from deploy.order import Order
from deploy.pipeline import Observer, Outcome, Stage, run_pipeline
from templates.errors import PersonError

HEARTBEATS_A_LEASE = 6
LOOK_AGAIN_S = 0.5
TELL_EVERY_S = 1.0

Record = Callable[[Work, Job, Outcome], None]
"""Writes what a stage found out into the store, in the transaction that notes the stage as finished."""
Reporter = Callable[[Order, Mapping[str, Outcome]], dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Which stages make a font, what of them goes into the store, and how the report is written."""

    stages: Sequence[Stage]
    report: Reporter
    records: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A finished job."""

    job: Job
    outcomes: Mapping[str, Outcome]
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Retries:
    """How often a job that breaks is tried, and how long it rests before the next time."""

    most_tries: int
    first_pause_s: float = 5.0
    growth: float = 4.0

    def pause_s(self, tries: int) -> float | None:
        """Rest after so many tries; None when it has been tried enough."""
        return None if tries >= self.most_tries else self.first_pause_s * self.growth ** (tries - 1)


class JobRunner:
    """Makes fonts one at a time in this process."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        artifacts: ArtifactFolder,
        plan: Plan,
        *,
        lease_s: float,
        keep_days: float,
        retries: Retries | None = None,
    ) -> None:
        self._store = store
        self._relay = Relay(store.outbox, bus)
        self._artifacts = artifacts
        self._plan = plan
        self._lease_s = lease_s
        self._keep_days = keep_days
        self._retries = retries or Retries(most_tries=1)
        self._owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def make(self, order: Order, observer: Observer) -> Made:
        """Makes the font of an order, going on where an earlier run of the same order ended.

        Raises:
            PersonError: the writer can mend it; noted in the job's row like any other end.
            LeaseLostError: this process fell silent for so long that another took the job over.
        """
        self._artifacts.prune(self._keep_days)
        job = self._store.submit(order.as_job(), _received)
        return self.carry_out(order, job, self._claim(job.id), observer)

    def carry_out(self, order: Order, job: Job, lease: Lease, observer: Observer) -> Made:
        """Makes the font of a job whose lease the caller has claimed, and notes how it ended; raises as ``make``."""
        notes = _Notes(self._store, job, lease, self._plan.records, observer)
        try:
            with _Heartbeat(self._store, lease, self._lease_s):
                outcomes = run_pipeline(self._plan.stages, order, self._artifacts, notes)
                report = self._plan.report(order, outcomes)
            with self._store.work(lease) as work:
                work.done(report)
                work.emit(encode(FontReady(job=job.id, artifact=outcomes[self._plan.stages[-1].name].key)))
        except LeaseLostError:
            self._forget_deleted(job.id, notes.finished)
            raise
        except BaseException as error:
            self._note_end(lease, job, notes.stage, error)
            raise
        finally:
            self._relay.drain()
        return Made(self._store.job(job.id), outcomes, report)

    def _claim(self, job_id: str) -> Lease:
        """Waits while another process holds the job: it ends, or falls silent and its lease runs out."""
        while True:
            if self._store.job(job_id).state.is_terminal:
                self._store.requeue(job_id)
            lease = self._store.claim(job_id, self._owner, self._lease_s)
            if lease is not None:
                return lease
            time.sleep(LOOK_AGAIN_S)

    def _forget_deleted(self, job_id: str, finished: Sequence[Outcome]) -> None:
        """Who deletes a job deletes the results it names; what this run made since then is named nowhere."""
        try:
            self._store.job(job_id)
        except JobNotFoundError:
            for outcome in finished:
                if not outcome.reused:
                    self._artifacts.remove(outcome.stage.name, outcome.key)

    def _note_end(self, lease: Lease, job: Job, stage: str, error: BaseException) -> None:
        try:
            with self._store.work(lease) as work:
                if not isinstance(error, Exception):  # asked to stop: Ctrl-C
                    work.release()
                    return
                by_writer = isinstance(error, PersonError)
                code = error.code if isinstance(error, PersonError) else type(error).__name__
                if by_writer:
                    work.refuse(code, str(error))
                else:
                    trace = "".join(traceback.format_exception(error))
                    pause_s = self._retries.pause_s(work.tries)
                    if pause_s is not None:
                        work.retry(code, trace, datetime.now(UTC) + timedelta(seconds=pause_s))
                        return
                    work.fail(code, trace)
                failed = JobFailed(job=job.id, stage=stage, code=code, reason=str(error), by_writer=by_writer)
                work.emit(encode(failed))
        except LeaseLostError:
            return  # the job is another's now, who will note its end


def _received(job: Job) -> OutboxMessage:
    return encode(PhotosReceived(job=job.id))


class _Notes:
    """Writes the run's course into the job's row, then tells the observer."""

    def __init__(self, store: Store, job: Job, lease: Lease, records: Mapping[str, Record], observer: Observer) -> None:
        self._store = store
        self._job = job
        self._lease = lease
        self._records = records
        self._observer = observer
        self._known = store.stages(job.id)
        self._told_s = 0.0
        self.stage = ""
        self.finished: list[Outcome] = []

    def stage_started(self, stage: Stage) -> None:
        self.stage = stage.name
        with self._store.work(self._lease) as work:
            work.stage_started(stage.name)
        self._observer.stage_started(stage)

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        if time.monotonic() - self._told_s >= TELL_EVERY_S:
            self._told_s = time.monotonic()
            self._store.note_progress(self._lease, share, message)
        self._observer.stage_progress(stage, share, message)

    def stage_finished(self, outcome: Outcome) -> None:
        name = outcome.stage.name
        self.finished.append(outcome)
        known = self._known.get(name)
        if known is None or known.key != outcome.key:  # a resumed run announces nothing twice
            with self._store.work(self._lease) as work:
                work.stage_done(StageResult(name, outcome.key, outcome.seconds, outcome.peak_memory_mib))
                if name in self._records:
                    self._records[name](work, self._job, outcome)
        self._observer.stage_finished(outcome)


class _Heartbeat:
    """Keeps the lease while the body runs, from a thread of its own."""

    def __init__(self, store: Store, lease: Lease, lease_s: float) -> None:
        self._store = store
        self._lease = lease
        self._lease_s = lease_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(self._lease_s / HEARTBEATS_A_LEASE):
            try:
                self._store.heartbeat(self._lease, self._lease_s)
            except LeaseLostError:
                return  # the next step of the run finds out and ends it

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
