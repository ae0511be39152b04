"""A worker: takes jobs off the bus one at a time and has each carried out by a process of its own.

While a job runs the consumer stays in its group with its partitions paused. An event says only "look at this job":
its row decides. So an event that comes twice, late or to two workers does no harm, and whatever is dropped here because
another has the job, or because it rests before a retry, the caretaker announces again when its time has come.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from collector.events import Bus, Consumer, Delivery, EventError, JobFailed, PhotosReceived, bury, decode, encode
from collector.store import Job, JobNotFoundError, JobState, Lease, LeaseLostError, Store, Worker
from deploy.runner import Retries

log = logging.getLogger("sonmat.worker")

GROUP = "sonmat-workers"
POLL_S = 1.0
LOOK_S = 0.25
BEAT_S = 3.0
AWAY_S = 2.0
STEP_S = 0.05
STOP_S = 30.0
"""How long a job's process may take to give its job back when the worker is asked to stop."""


@dataclass
class JobWorker:
    """One worker; runs until ``stop`` is set."""

    store: Store
    bus: Bus
    command: Sequence[str]
    """Starts the process of a job; the job's id and the owner's name are added."""
    device: str
    retries: Retries
    stop: threading.Event

    def __post_init__(self) -> None:
        name = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        now = datetime.now(UTC)
        self._shown = Worker(name, self.device, None, 0.0, 0, now, now)
        self._beaten_s = 0.0

    def run(self) -> None:
        """Takes events until asked to stop."""
        log.info("worker %s waits for jobs", self._shown.id)
        while not self.stop.is_set():
            try:
                with self.bus.consume([PhotosReceived.TOPIC], GROUP) as consumer:
                    self._consume(consumer)
            except (SQLAlchemyError, KafkaError) as error:
                log.warning("database or broker is away, trying again: %s", error)
                self.stop.wait(AWAY_S)
        with suppress(SQLAlchemyError):
            self.store.operations.leave(self._shown.id)

    def _consume(self, consumer: Consumer) -> None:
        while not self.stop.is_set():
            self._beat()
            for delivery in consumer.poll(POLL_S):
                self._take(delivery, consumer)
                if self.stop.is_set():
                    return  # an event not committed comes again, to whoever reads on
                consumer.commit(delivery)

    def _take(self, delivery: Delivery, consumer: Consumer) -> None:
        try:
            event = decode(delivery.payload)
        except EventError as error:
            log.warning("dead letter on %s: %s", delivery.topic, error)
            self.store.outbox.add([bury(delivery, str(error))])
            return
        if self._is_wanted(event.job):
            self._carry_out(event.job, consumer)

    def _is_wanted(self, job_id: str) -> bool:
        try:
            job = self.store.job(job_id)
        except JobNotFoundError:
            return False  # deleted by its writer
        rests = job.retry_at is not None and job.retry_at > datetime.now(UTC)
        return job.project_id is not None and job.state is JobState.QUEUED and not rests

    def _carry_out(self, job_id: str, consumer: Consumer) -> None:
        command = [*self.command, job_id, self._shown.id]
        log.info("job %s begins", job_id)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            self._shown = replace(self._shown, job_id=job_id)
            asked_s: float | None = None
            while process.poll() is None:
                time.sleep(STEP_S)
                with suppress(SQLAlchemyError, KafkaError):  # the job's process finds out for itself
                    consumer.idle(LOOK_S)
                    self._beat(process.pid)
                if self.stop.is_set() and asked_s is None:
                    asked_s = time.monotonic()
                    process.terminate()
                if asked_s is not None and time.monotonic() - asked_s > STOP_S:
                    process.kill()
            assert process.stdout is not None
            said = process.stdout.read().strip().rsplit("\n", 1)[-1]
        log.info("job %s: %s (exit %s)", job_id, said or "no word", process.returncode)
        if process.returncode != 0:
            self._note_death(job_id, process.returncode)
        self._shown = replace(self._shown, job_id=None, memory_mib=0.0, done=self._shown.done + 1)

    def _note_death(self, job_id: str, code: int) -> None:
        """The job's process died without a word (killed, out of memory): rest and retry, or give the job up."""
        try:
            job = self.store.job(job_id)
            if job.state is not JobState.RUNNING or job.owner != self._shown.id:
                return
            reason = f"the job's process died, exit code {code}"
            with self.store.work(Lease(job.id, self._shown.id, job.attempt)) as work:
                pause_s = self.retries.pause_s(work.tries)
                if pause_s is not None:
                    work.retry("process.died", reason, datetime.now(UTC) + timedelta(seconds=pause_s))
                    return
                work.fail("process.died", reason)
                work.emit(encode(failed(job, "process.died", reason)))
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
