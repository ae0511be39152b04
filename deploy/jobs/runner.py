"""Runs one job of the store: claims it, holds the lease, runs the pipeline and records its stages and its end."""

from __future__ import annotations

import os
import socket
import time
import traceback
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from collector.events import Bus, FontReady, JobFailed, JobWaits, PhotosReceived, Relay, encode
from collector.storage_trouble import StorageTrouble, is_storage_trouble
from collector.store import Job, JobNotFoundError, Lease, LeaseLostError, OutboxMessage, Phase, Store
from deploy.jobs.db_retry import MAX_WAIT_S, retry_while_unavailable
from deploy.jobs.lease_heartbeat import LeaseHeartbeat
from deploy.jobs.recorder import JobRecorder
from deploy.jobs.stored_hand import JobHand
from deploy.pipeline.artifact_store import Artifacts, ResultGoneError
from deploy.pipeline.engine import Observer, Outcome, Plan, Stage, run_pipeline
from deploy.pipeline.request import FontRequest
from templates.errors import PersonError

CLAIM_EVERY_S = 0.5
STORAGE_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class FinishedJob:
    """A job that ended with a font, its stages and its report."""

    job: Job
    outcomes: Mapping[str, Outcome]
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Retries:
    """How often a failing job is tried, and how long it waits before each retry."""

    max_tries: int
    first_pause_s: float = 5.0
    growth: float = 4.0

    def pause_s(self, tries: int) -> float | None:
        """The seconds to wait after so many tries; None where there is no further try."""
        return None if tries >= self.max_tries else self.first_pause_s * self.growth ** (tries - 1)


class JobRunner:
    """Runs jobs in this process, one at a time."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        artifacts: Artifacts,
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
        self._retries = retries or Retries(max_tries=1)
        self._owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def make(self, request: FontRequest, observer: Observer) -> FinishedJob:
        """Makes the font of a request, continuing where an earlier run of the same request ended.

        Raises:
            PersonError: the writer can mend it; the job's row is marked as refused.
            LeaseLostError: the lease expired and another process took the job over.
        """
        self._artifacts.prune(self._keep_days)
        job = self._store.submit(request.as_job(), _photos_received)
        request = replace(request, hand=JobHand(self._store, job, request.photos))
        try:
            finished = self.carry_out(request, job, self._claim(job.id), observer)
        finally:
            self._relay.drain()
        if finished is None:
            raise RuntimeError(f"job {job.id} was handed over although this process runs all phases")
        return finished

    def carry_out(
        self, request: FontRequest, job: Job, lease: Lease, observer: Observer, phases: Sequence[Phase] = tuple(Phase)
    ) -> FinishedJob | None:
        """Runs the stages of ``phases`` of a job whose lease the caller has claimed, and records how that ended.

        Returns:
            The finished job; None where it was handed over to workers of another phase.

        Raises:
            As ``make``.
        """
        plan = self._plan
        recorder = JobRecorder(self._store, job, lease, request, observer)
        try:
            with LeaseHeartbeat(self._store, lease, self._lease_s):
                run = run_pipeline(plan.stages, request, self._artifacts, recorder, phases)
                if run.following is not None:
                    retry_while_unavailable(partial(self._hand_over, job, lease, run.following))
                    return None
                report = plan.report(request, run.outcomes)
                retry_while_unavailable(lambda: self._record_done(job, lease, report))
        except LeaseLostError:
            self._delete_unreferenced(job, list(recorder.finished.values()))
            raise
        except BaseException as error:
            is_stopped = not isinstance(error, Exception)  # who is asked to stop waits for no database
            retry_while_unavailable(
                partial(self._record_failure, lease, job, recorder.stage, error), 0.0 if is_stopped else MAX_WAIT_S
            )
            raise
        return FinishedJob(retry_while_unavailable(lambda: self._store.job(job.id)), run.outcomes, report)

    def _record_done(self, job: Job, lease: Lease, report: Mapping[str, Any]) -> None:
        with self._store.lease_transaction(lease) as transaction:
            transaction.done(report)
            transaction.emit(encode(FontReady(job=job.id)))

    def _hand_over(self, job: Job, lease: Lease, stage: Stage) -> None:
        """Requeues the job for the workers of the next stage, or of an earlier one whose result is missing here."""
        with self._store.lease_transaction(lease) as transaction:
            is_back = stage.phase.precedes(transaction.phase)
            if is_back and self._retries.pause_s(transaction.tries) is None:
                raise ResultGoneError(stage.name)
            transaction.hand_over(stage.phase, stage.name)
            event = stage.event(job) if stage.event and not is_back else JobWaits(job=job.id, phase=stage.phase)
            transaction.emit(encode(event))

    def _claim(self, job_id: str) -> Lease:
        """Claims the job, waiting while another process holds it: until that ends or its lease expires."""
        while True:
            if self._store.job(job_id).state.is_terminal:
                self._store.requeue(job_id)
            lease = self._store.claim(job_id, self._owner, self._lease_s)
            if lease is not None:
                return lease
            time.sleep(CLAIM_EVERY_S)

    def _delete_unreferenced(self, job: Job, finished: Sequence[Outcome]) -> None:
        """Deletes the results of this run where the job was deleted meanwhile: no row refers to them."""
        try:
            self._store.job(job.id)
        except JobNotFoundError:
            made = [(outcome.stage.name, outcome.key) for outcome in finished if not outcome.reused]
            self._store.tombstones.add_results(job.project_id or "", made)
            for stage, key in made:
                with suppress(OSError, BotoCoreError, ClientError):  # the maintenance tries again
                    self._artifacts.remove(stage, key)

    def _record_failure(self, lease: Lease, job: Job, stage: str, error: BaseException) -> None:
        try:
            with self._store.lease_transaction(lease) as transaction:
                if not isinstance(error, Exception):  # asked to stop (Ctrl-C)
                    transaction.release()
                    if job.project_id is not None:
                        transaction.emit(encode(JobWaits(job=job.id, phase=transaction.phase)))
                    return
                if is_storage_trouble(error):
                    pause = STORAGE_PAUSE if job.project_id is not None else timedelta()
                    transaction.postpone(StorageTrouble.code, repr(error), datetime.now(UTC) + pause)
                    return
                if is_storage_trouble(error):
                    pause = STORAGE_PAUSE if job.project_id is not None else timedelta()
                    transaction.postpone(StorageTrouble.code, repr(error), datetime.now(UTC) + pause)
                    return
                by_writer = isinstance(error, PersonError)
                code = error.code if isinstance(error, PersonError) else type(error).__name__
                if by_writer:
                    transaction.refuse(code, str(error))
                else:
                    trace = "".join(traceback.format_exception(error))
                    pause_s = self._retries.pause_s(transaction.tries)
                    if pause_s is not None:
                        transaction.retry(code, trace, datetime.now(UTC) + timedelta(seconds=pause_s))
                        return
                    transaction.fail(code, trace)
                failed = JobFailed(job=job.id, stage=stage, code=code, reason=str(error), by_writer=by_writer)
                transaction.emit(encode(failed))
        except LeaseLostError:
            return  # another process holds the job and will record its end


def _photos_received(job: Job) -> OutboxMessage:
    return encode(PhotosReceived(job=job.id))
