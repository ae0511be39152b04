"""Maintenance of the service: publishes the outbox, requeues expired jobs, deletes files and rows past their days."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from collector.blobs import Uploads
from collector.events import DEAD_TOPIC, Bus, JobWaits, Relay, encode
from collector.store import Job, OutboxMessage, ProjectNotFoundError, Store
from collector.web import Interrupted, photo_path, picture_path
from deploy.jobs.worker import job_failed
from deploy.pipeline.artifact_store import Blobs
from deploy.settings import Settings

log = logging.getLogger("sonmat.maintenance")

PUBLISH_EVERY_S = 0.25
REQUEUE_EVERY_S = 2.0
CLEAN_EVERY_S = 600.0
BUS_EVERY_S = 5.0
RECONNECT_S = 2.0
SILENT_WORKER = timedelta(minutes=10)
EVENT_DAYS = timedelta(days=7)
BATCH = 200
INCOMING_S = 3600.0
UNREAD_EVERY_S = 30.0
UNREAD = timedelta(minutes=15)
"""Longer than a full queue of photographs takes: the process that should have read one is gone."""


@dataclass
class Maintenance:
    """Periodic tasks, each small and repeatable; any number of processes may run them at once."""

    settings: Settings
    store: Store
    bus: Bus
    blobs: Blobs
    stop: threading.Event

    def run(self) -> None:
        """Runs the tasks until ``stop`` is set; waits for a database, broker or bucket that is unavailable."""
        relay = Relay(self.store.outbox, self.bus)
        tasks = [
            _PeriodicTask(self.restore_bus, BUS_EVERY_S),
            _PeriodicTask(relay.drain, PUBLISH_EVERY_S),
            _PeriodicTask(self.requeue_expired, REQUEUE_EVERY_S),
            _PeriodicTask(self.fail_unread_uploads, UNREAD_EVERY_S),
            _PeriodicTask(self.clean, CLEAN_EVERY_S),
        ]
        while not self.stop.wait(PUBLISH_EVERY_S):
            for task in tasks:
                try:
                    task.run_when_due()
                except (SQLAlchemyError, KafkaError, BotoCoreError, ClientError) as error:
                    log.warning("the database, the broker or the bucket is unavailable, trying again: %s", error)
                    self.stop.wait(RECONNECT_S)
                    break

    def restore_bus(self) -> None:
        """Creates the topics of a broker that has lost them, and announces every waiting job again."""
        if self.bus.prepare():
            log.info("the bus is empty: announcing every waiting job")
            self.store.operations.announce_waiting(_job_waits)

    def requeue_expired(self) -> None:
        """Requeues jobs whose lease has expired or whose pause is over."""
        counts = self.store.operations.requeue_expired(self.settings.max_tries, _job_waits, _lease_expired)
        if counts.requeued or counts.failed:
            log.info("%d jobs requeued, %d failed after their last try", counts.requeued, counts.failed)

    def fail_unread_uploads(self) -> None:
        """Marks photographs as failed whose reading process died; their writer is asked to upload them again."""
        error = Interrupted()
        count = self.store.projects.give_up_readings(datetime.now(UTC) - UNREAD, error.code, str(error))
        if count:
            log.info("%d photographs were never read and must be uploaded again", count)

    def clean(self) -> None:
        """Deletes old photographs, unused projects, rows of dead workers, published events and unused results."""
        now, uploads = datetime.now(UTC), self.blobs.uploads
        for project, number in self.store.projects.photos_before(now - timedelta(days=self.settings.photo_days), BATCH):
            uploads.remove(project, [path(uploads.folder, number).name for path in (photo_path, picture_path)])
            self.store.projects.photo_removed(project, number)
        delete_leftovers(uploads)
        for project in self.store.projects.untouched_since(now - timedelta(days=self.settings.keep_days), BATCH):
            try:
                self.blobs.delete_project(project, self.store.projects.delete(project))
            except ProjectNotFoundError:
                continue  # deleted by its writer meanwhile
        self.store.operations.delete_silent_workers(now - SILENT_WORKER)
        self.store.operations.delete_published_events(now - EVENT_DAYS, [DEAD_TOPIC])
        self.blobs.artifacts.prune(self.settings.keep_days)


@dataclass
class _PeriodicTask:
    """A function that is called every ``every_s`` seconds."""

    function: Callable[[], object]
    every_s: float
    last_s: float = -math.inf

    def run_when_due(self) -> None:
        """Calls the function where it is due; when it raises, it stays due."""
        now_s = time.monotonic()
        if now_s - self.last_s >= self.every_s:
            self.function()
            self.last_s = now_s


def delete_leftovers(uploads: Uploads) -> None:
    """Deletes the files that a web process left on this machine when it died while it read a photograph."""
    for path in (uploads.folder / "incoming").glob("*.upload"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > INCOMING_S:
                path.unlink()


def _job_waits(job: Job) -> OutboxMessage:
    return encode(JobWaits(job=job.id, part=job.part))


def _lease_expired(job: Job) -> OutboxMessage:
    return encode(job_failed(job, "worker.lost", job.error or ""))
