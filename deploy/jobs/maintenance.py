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

from collector.blobs import INCOMING, drop_abandoned
from collector.events import DEAD_TOPIC, Bus, JobWaits, Relay, encode
from collector.reading import file_names
from collector.store import Job, OutboxMessage, ProjectNotFoundError, Store
from collector.web import Interrupted
from deploy.jobs.worker import job_failed
from deploy.pipeline.artifact_store import COPIES, Blobs
from deploy.pipeline.file_deletion import FileDeletion
from deploy.settings import Settings

log = logging.getLogger("sonmat.maintenance")

PUBLISH_EVERY_S = 0.25
REQUEUE_EVERY_S = 2.0
DELETE_EVERY_S = 10.0
CLEAN_EVERY_S = 600.0
NOTE_EVERY_S = 15.0
BUS_EVERY_S = 5.0
RECONNECT_S = 2.0
SILENT_WORKER = timedelta(minutes=10)
EVENT_DAYS = timedelta(days=7)
BATCH = 200
MANY = 20
UNREAD_EVERY_S = 30.0
UNREAD = timedelta(minutes=15)
"""Longer than a full queue of photographs takes: the process that should have read one is gone."""
UNAVAILABLE = (SQLAlchemyError, KafkaError, BotoCoreError, ClientError)


@dataclass
class Maintenance:
    """Periodic tasks, each small and repeatable; any number of processes may run them at once."""

    settings: Settings
    store: Store
    bus: Bus
    blobs: Blobs
    stop: threading.Event

    def run(self) -> None:
        """Runs the tasks until ``stop`` is set; a task that raises is logged and stays due, and the others go on."""
        note = self.store.operations.note_maintenance
        tasks = [
            _PeriodicTask("bus", self.restore_bus, BUS_EVERY_S),
            _PeriodicTask("publish", Relay(self.store.outbox, self.bus).drain, PUBLISH_EVERY_S),
            _PeriodicTask("requeue", self.requeue_expired, REQUEUE_EVERY_S),
            _PeriodicTask("unread", self.fail_unread_uploads, UNREAD_EVERY_S),
            _PeriodicTask("delete", self.delete_files, DELETE_EVERY_S),
            _PeriodicTask("clean", self.clean, CLEAN_EVERY_S),
        ]
        while not self.stop.wait(PUBLISH_EVERY_S):
            for task in tasks:
                try:
                    task.run_when_due(note)
                except UNAVAILABLE as error:
                    log.warning("the database, the broker or the bucket is unavailable, trying again: %s", error)
                    self.stop.wait(RECONNECT_S)
                except Exception:
                    log.exception("%s failed, trying again", task.name)
                    self.stop.wait(RECONNECT_S)

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

    def delete_files(self) -> None:
        """Deletes the files of deleted projects and photographs."""
        FileDeletion(self.store, self.blobs).run()

    def clean(self) -> None:
        """Deletes old photographs, unused projects, rows of dead workers, published events, results, leftovers.

        Raises:
            Exception: the first step's that failed; the others are done all the same.
        """
        now, operations = datetime.now(UTC), self.store.operations
        steps: list[Callable[[], object]] = [
            lambda: self._remove_photos(now - timedelta(days=self.settings.photo_days)),
            lambda: self._delete_projects(now - timedelta(days=self.settings.keep_days)),
            lambda: operations.delete_silent_workers(now - SILENT_WORKER),
            lambda: operations.delete_published_events(now - EVENT_DAYS, [DEAD_TOPIC]),
            lambda: drop_abandoned(self.blobs.uploads.folder / INCOMING),
            self._delete_unknown_projects,
            lambda: self.blobs.artifacts.prune(self.settings.keep_days),
            lambda: drop_abandoned(self.settings.data, COPIES),
        ]
        errors = [error for error in map(_error_of, steps) if error is not None]
        for error in errors[1:]:
            log.error("a step of cleaning failed", exc_info=error)
        if errors:
            raise errors[0]

    def _remove_photos(self, before: datetime) -> None:
        for project, number in self.store.projects.photos_before(before, BATCH):
            self.store.projects.remove_photo(project, number, file_names(number))

    def _delete_projects(self, before: datetime) -> None:
        for project in self.store.projects.untouched_since(before, BATCH):
            with suppress(ProjectNotFoundError):  # deleted by its writer meanwhile
                self.store.projects.delete(project)

    def _delete_unknown_projects(self) -> None:
        """Deletes files of projects without a row: a process died between deleting and writing.

        A database that knows none of many is rather another one than that of these files: nothing is deleted then.
        """
        names = self.blobs.uploads.projects()
        batches = [names[begin : begin + BATCH] for begin in range(0, len(names), BATCH)]
        unknown = [project for batch in batches for project in self.store.projects.missing(batch)]
        if len(unknown) == len(names) >= MANY:
            log.error("the database knows none of %d projects that have files: is it the right one?", len(names))
            return
        for project in unknown:
            self.blobs.uploads.forget(project)


def _error_of(step: Callable[[], object]) -> Exception | None:
    try:
        step()
    except Exception as error:
        return error
    return None


@dataclass
class _PeriodicTask:
    """A function that is called every ``every_s`` seconds."""

    name: str
    function: Callable[[], object]
    every_s: float
    last_s: float = -math.inf
    noted_s: float = -math.inf

    def run_when_due(self, note: Callable[[str], object]) -> None:
        """Calls the function where it is due, and now and then notes its success; when it raises, it stays due."""
        now_s = time.monotonic()
        if now_s - self.last_s < self.every_s:
            return
        self.function()
        self.last_s = now_s
        if now_s - self.noted_s >= NOTE_EVERY_S:
            note(self.name)
            self.noted_s = now_s


def _job_waits(job: Job) -> OutboxMessage:
    return encode(JobWaits(job=job.id, part=job.part))


def _lease_expired(job: Job) -> OutboxMessage:
    return encode(job_failed(job, "worker.lost", job.error or ""))
