"""A worker: takes jobs off the bus one at a time and has each carried out by a process of its own.

While a job runs the consumer stays in its group with its partitions paused. An event says only "look at this job":
its row decides. So an event that comes twice, late or to two workers does no harm, and whatever is dropped here because
another has the job, or because it rests before a retry, the caretaker announces again when its time has come. An event
that never comes costs time, no job: idle workers look for what waits undelivered.
"""

from __future__ import annotations

import logging
import os
import random
import re
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
LOOK_S = 0.1
BEAT_S = 3.0
AWAY_S = 2.0
CHECKS_PER_FALLBACK = 2
STEP_S = 0.02
NO_GPU = "cpu"
DEVICE_CHARS = 40
STOP_S = 5.0
"""How long a job's process may take to end when the worker is asked to stop; its job is given back before that."""


@dataclass(frozen=True)
class Kind:
    """What a worker takes up, and the consumer group of its like."""

    group: str
    parts: tuple[Phase, ...]


COLLECTOR = Kind("sonmat-collectors", (Phase.COLLECT, Phase.BUILD))
"""Wants processors: reads photographs, builds fonts."""
DRAWER = Kind("sonmat-workers", (Phase.DRAW,))
"""Wants a GPU: learns the hand, draws."""
EVERYTHING = Kind("sonmat-all", tuple(Phase))


@dataclass
class JobWorker:
    """One worker; runs until ``stop`` is set."""

    store: Store
    bus: Bus
    implementation: JobImplementation
    device: str
    kind: Kind
    retries: Retries
    poll_fallback_s: float
    """Seconds that a job may wait before an idle worker takes it up without having heard of it."""
    stop: threading.Event

    def __post_init__(self) -> None:
        name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        now = datetime.now(UTC)
        self._shown = Worker(name, NO_GPU, None, 0.0, 0, now, now, self.kind.parts)
        self._beaten_s = 0.0
        self._looked_s = time.monotonic()
        self._undelivered = 0
        """Jobs that waited undelivered when this worker looked last: while there are any, the bus is not waited for."""
        self._process_pool = JobProcessPool(self.implementation, self.kind.parts)

    def run(self) -> None:
        """Takes events until asked to stop."""
        if Phase.DRAW in self.kind.parts:
            self._shown = replace(self._shown, device=self._process_pool.name_device(self.device)[:DEVICE_CHARS])
        log.info("worker %s on %s waits for jobs", self._shown.id, self._shown.device)
        topics = [WORK_TOPICS[part] for part in self.kind.parts]
        while not self.stop.is_set():
            try:
                with self.bus.consume(topics, self.kind.group) as consumer:
                    self._consume(consumer)
            except (SQLAlchemyError, KafkaError) as error:
                log.warning("database or broker is away, trying again: %s", error)
                self.stop.wait(AWAY_S)
        with suppress(SQLAlchemyError):
            self.store.operations.leave(self._shown.id)

    def _consume(self, consumer: Consumer) -> None:
        while not self.stop.is_set():
            self._beat()
            deliveries = consumer.poll(STEP_S if self._undelivered else POLL_S)
            for delivery in deliveries:
                self._take(delivery, consumer)
                if self.stop.is_set():
                    return  # an event not committed comes again, to whoever reads on
                consumer.commit(delivery)
            if not deliveries:
                self._look(consumer)

    def _look(self, consumer: Consumer) -> None:
        """Idle, takes up what waits although nobody heard of it: a bus may lose events, or be stuck.

        Who evaluation_points at once begin at different jobs, and one claim of two on the same job fails.
        """
        if time.monotonic() - self._looked_s < self.poll_fallback_s / CHECKS_PER_FALLBACK:
            return
        waiting = self.store.operations.undelivered(self.kind.parts, self.poll_fallback_s)
        self._undelivered = len(waiting)
        if not waiting:
            self._looked_s = time.monotonic()
            return
        job_id = random.choice(waiting)
        log.warning("job %s waits undelivered", job_id)
        if self._is_wanted(job_id):
            self._carry_out(job_id, consumer)

    def _take(self, delivery: Delivery, consumer: Consumer) -> None:
        try:
            event = decode(delivery.payload)
        except EventError as error:
            log.warning("dead letter on %s: %s", delivery.topic, error)
            self.store.outbox.add([to_dead_letter(delivery, str(error))])
            return
        if self._is_wanted(event.job):
            self._carry_out(event.job, consumer)

    def _is_wanted(self, job_id: str) -> bool:
        try:
            job = self.store.job(job_id)
        except JobNotFoundError:
            return False  # deleted by its writer
        rests = job.retry_at is not None and job.retry_at > datetime.now(UTC)
        is_mine = job.project_id is not None and job.part in self.kind.parts
        return is_mine and job.state is JobState.QUEUED and not rests

    def _carry_out(self, job_id: str, consumer: Consumer) -> None:
        log.info("job %s begins", job_id)
        self._shown = replace(self._shown, job_id=job_id)
        try:
            process = self._process_pool.start(JobTask(job_id, self._shown.id, self.kind.parts, self.device))
            self._accompany(process, job_id, consumer)
            code, said = process.close()
            log.info("job %s: %s (exit %s)", job_id, said or "no word", code)
            if self.stop.is_set():
                self._give_back(job_id)
            elif code != 0:
                self._note_death(job_id, code)
        finally:
            self._shown = replace(self._shown, job_id=None, memory_mib=0.0, done=self._shown.done + 1)

    def _accompany(self, process: JobProcess, job_id: str, consumer: Consumer) -> None:
        """Stays in the group until the job's process ends; asked to stop, gives the job back at once and ends it."""
        while not process.wait(STEP_S):
            if self.stop.is_set():
                self._give_back(job_id)
                process.end(STOP_S)
                return
            with suppress(SQLAlchemyError, KafkaError):  # the job's process finds out for itself
                consumer.idle(LOOK_S)
                self._beat(process.pid)

    def _give_back(self, job_id: str) -> None:
        """The job waits for another worker from this moment on; what its process still writes is refused."""
        try:
            job = self.store.job(job_id)
            if job.state is JobState.RUNNING and job.owner == self._shown.id:
                with self.store.lease_transaction(Lease(job.id, self._shown.id, job.attempt)) as transaction:
                    transaction.release()
                    transaction.emit(encode(JobWaits(job=job.id, part=job.part)))
        except (JobNotFoundError, LeaseLostError, SQLAlchemyError):
            return  # deleted, ended or taken over; or the database is away, and the lease runs out

    def _note_death(self, job_id: str, code: int) -> None:
        """The job's process died without a word (killed, out of memory): rest and retry, or give the job up."""
        try:
            job = self.store.job(job_id)
            if job.state is not JobState.RUNNING or job.owner != self._shown.id:
                return
            reason = f"the job's process died, exit code {code}"
            with self.store.lease_transaction(Lease(job.id, self._shown.id, job.attempt)) as transaction:
                pause_s = self.retries.pause_s(transaction.tries)
                if pause_s is not None:
                    transaction.retry("process.died", reason, datetime.now(UTC) + timedelta(seconds=pause_s))
                    return
                transaction.fail("process.died", reason)
                transaction.emit(encode(failed(job, "process.died", reason)))
        except (JobNotFoundError, LeaseLostError):
            return  # deleted, or taken over meanwhile

    def _beat(self, pid: int | None = None) -> None:
        if time.monotonic() - self._beaten_s < BEAT_S:
            return
        self._beaten_s = time.monotonic()
        memory_mib = _resident_mib(pid) if pid is not None else 0.0
        self._shown = replace(self._shown, heartbeat_at=datetime.now(UTC), memory_mib=memory_mib)
        self.store.operations.beat(self._shown)


def failed(job: Job, code: str, reason: str) -> JobFailed:
    """The event of a job that ended without a font and through no fault of its writer."""
    return JobFailed(job=job.id, stage=job.stage or "", code=code, reason=reason, by_writer=False)


def _resident_mib(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024.0 if found else 0.0
