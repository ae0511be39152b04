"""A worker: consumes events of waiting jobs and has each job carried out by a process of its own, one at a time.

While a job runs the consumer stays in its group with its partitions paused. An event only names a job; the job's row
decides whether it is claimed. So an event that is delivered twice, late or to two workers does no harm. Where an event
is ignored, because another worker has the job or because the job waits for a retry, maintenance publishes it again when
the job's time has come. A lost event delays a job and loses none: idle workers poll the database.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psutil
from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from collector.events import (
    WORK_TOPICS,
    Bus,
    Consumer,
    Delivery,
    EventError,
    JobFailed,
    JobWaits,
    decode,
    encode,
    to_dead_letter,
)
from collector.store import Job, JobNotFoundError, JobState, Lease, LeaseLostError, Phase, Store, Worker
from deploy.jobs.process_pool import JobImplementation, JobProcess, JobProcessPool, JobTask
from deploy.jobs.runner import Retries

log = logging.getLogger("sonmat.worker")

POLL_S = 1.0
IDLE_S = 0.1
HEARTBEAT_EVERY_S = 3.0
RECONNECT_S = 2.0
CHECKS_PER_FALLBACK = 2
PROCESS_POLL_S = 0.02
NO_GPU = "cpu"
DEVICE_CHARS = 40
STOP_S = 5.0
"""The time in which a job's process must end when the worker is asked to stop; its job is requeued before that."""
MIB = 1024.0 * 1024.0


@dataclass(frozen=True)
class WorkerKind:
    """The phases that a worker runs, and its consumer group."""

    group: str
    phases: tuple[Phase, ...]


COLLECTOR = WorkerKind("sonmat-collectors", (Phase.COLLECT, Phase.BUILD))
"""Reads photographs and builds fonts; needs processors."""
DRAWER = WorkerKind("sonmat-workers", (Phase.DRAW,))
"""Learns the hand and draws; needs a GPU."""
EVERYTHING = WorkerKind("sonmat-all", tuple(Phase))


@dataclass
class JobWorker:
    """Carries out jobs, one at a time, until ``stop`` is set."""

    store: Store
    bus: Bus
    implementation: JobImplementation
    device: str
    kind: WorkerKind
    retries: Retries
    poll_fallback_s: float
    """Seconds that a job waits until an idle worker claims it without an event."""
    stop: threading.Event

    def __post_init__(self) -> None:
        name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        now = datetime.now(UTC)
        self._state = Worker(name, NO_GPU, None, 0.0, 0, now, now, self.kind.phases)
        self._heartbeat_at_s = 0.0
        self._polled_at_s = time.monotonic()
        self._undelivered = 0
        """Jobs without an event at the latest poll of the database: while there are any, the bus is not waited for."""
        self._process_pool = JobProcessPool(self.implementation, self.kind.phases)

    def run(self) -> None:
        """Consumes events until ``stop`` is set."""
        if Phase.DRAW in self.kind.phases:
            self._state = replace(self._state, device=self._process_pool.name_device(self.device)[:DEVICE_CHARS])
        log.info("worker %s on %s is waiting for jobs", self._state.id, self._state.device)
        topics = [WORK_TOPICS[phase] for phase in self.kind.phases]
        while not self.stop.is_set():
            try:
                with self.bus.consume(topics, self.kind.group) as consumer:
                    self._consume(consumer)
            except (SQLAlchemyError, KafkaError) as error:
                log.warning("the database or the broker is unavailable, trying again: %s", error)
                self.stop.wait(RECONNECT_S)
        with suppress(SQLAlchemyError):
            self.store.operations.remove_worker(self._state.id)

    def _consume(self, consumer: Consumer) -> None:
        while not self.stop.is_set():
            self._send_heartbeat()
            deliveries = consumer.poll(PROCESS_POLL_S if self._undelivered else POLL_S)
            for delivery in deliveries:
                self._handle(delivery, consumer)
                if self.stop.is_set():
                    return  # an event that is not committed goes to another member of the group
                consumer.commit(delivery)
            if not deliveries:
                self._poll_database(consumer)

    def _poll_database(self, consumer: Consumer) -> None:
        """Carries out a job that waits without an event: a bus may lose events, or stand still.

        The job is chosen at random, so that workers that poll at once rarely choose the same; only one claim succeeds.
        """
        if time.monotonic() - self._polled_at_s < self.poll_fallback_s / CHECKS_PER_FALLBACK:
            return
        waiting = self.store.operations.undelivered(self.kind.phases, self.poll_fallback_s)
        self._undelivered = len(waiting)
        if not waiting:
            self._polled_at_s = time.monotonic()
            return
        job_id = random.choice(waiting)
        log.warning("job %s waits without an event", job_id)
        if self._can_claim(job_id):
            self._carry_out(job_id, consumer)

    def _handle(self, delivery: Delivery, consumer: Consumer) -> None:
        try:
            event = decode(delivery.payload)
        except EventError as error:
            log.warning("dead letter on %s: %s", delivery.topic, error)
            self.store.outbox.add([to_dead_letter(delivery, str(error))])
            return
        if self._can_claim(event.job):
            self._carry_out(event.job, consumer)

    def _can_claim(self, job_id: str) -> bool:
        try:
            job = self.store.job(job_id)
        except JobNotFoundError:
            return False  # deleted by its writer
        is_paused = job.retry_at is not None and job.retry_at > datetime.now(UTC)
        is_of_this_kind = job.project_id is not None and job.phase in self.kind.phases
        return is_of_this_kind and job.state is JobState.QUEUED and not is_paused

    def _carry_out(self, job_id: str, consumer: Consumer) -> None:
        log.info("job %s: started", job_id)
        self._state = replace(self._state, job_id=job_id)
        try:
            process = self._process_pool.start(JobTask(job_id, self._state.id, self.kind.phases, self.device))
            self._wait_for_end(process, job_id, consumer)
            code, outcome = process.close()
            log.info("job %s: %s (exit code %s)", job_id, outcome or "ended without an outcome", code)
            if self.stop.is_set():
                self._requeue(job_id)
            elif code != 0:
                self._record_death(job_id, code)
        finally:
            self._state = replace(self._state, job_id=None, memory_mib=0.0, done=self._state.done + 1)

    def _wait_for_end(self, process: JobProcess, job_id: str, consumer: Consumer) -> None:
        """Waits in the group until the job's process ends; if asked to stop, requeues the job and stops the process."""
        while not process.wait(PROCESS_POLL_S):
            if self.stop.is_set():
                self._requeue(job_id)
                process.stop(STOP_S)
                return
            with suppress(SQLAlchemyError, KafkaError):  # the job's process notices it itself
                consumer.idle(IDLE_S)
                self._send_heartbeat(process.pid)

    def _requeue(self, job_id: str) -> None:
        """Requeues a job; later writes of its process are refused."""
        try:
            job = self.store.job(job_id)
            if job.state is JobState.RUNNING and job.owner == self._state.id:
                with self.store.lease_transaction(Lease(job.id, self._state.id, job.attempt)) as transaction:
                    transaction.release()
                    transaction.emit(encode(JobWaits(job=job.id, phase=job.phase)))
        except (JobNotFoundError, LeaseLostError, SQLAlchemyError):
            return  # deleted, ended or claimed by another; or the database is unavailable and the lease will expire

    def _record_death(self, job_id: str, code: int) -> None:
        """Requeues a job whose process was killed (for example for its memory), or fails it after its last try."""
        try:
            job = self.store.job(job_id)
            if job.state is not JobState.RUNNING or job.owner != self._state.id:
                return
            reason = f"the job's process died, exit code {code}"
            with self.store.lease_transaction(Lease(job.id, self._state.id, job.attempt)) as transaction:
                pause_s = self.retries.pause_s(transaction.tries)
                if pause_s is not None:
                    transaction.retry("process.died", reason, datetime.now(UTC) + timedelta(seconds=pause_s))
                    return
                transaction.fail("process.died", reason)
                transaction.emit(encode(job_failed(job, "process.died", reason)))
        except (JobNotFoundError, LeaseLostError):
            return  # deleted, or claimed by another meanwhile

    def _send_heartbeat(self, pid: int | None = None) -> None:
        if time.monotonic() - self._heartbeat_at_s < HEARTBEAT_EVERY_S:
            return
        self._heartbeat_at_s = time.monotonic()
        memory_mib = _resident_mib(pid) if pid is not None else 0.0
        self._state = replace(self._state, heartbeat_at=datetime.now(UTC), memory_mib=memory_mib)
        self.store.operations.record_heartbeat(self._state)


def job_failed(job: Job, code: str, reason: str) -> JobFailed:
    """The event of a job that ended without a font for a reason that its writer cannot mend."""
    return JobFailed(job=job.id, stage=job.stage or "", code=code, reason=reason, by_writer=False)


def _resident_mib(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / MIB
    except psutil.Error:  # ended meanwhile
        return 0.0
