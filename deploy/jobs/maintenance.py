"""The caretaker: publishes the outbox, hands out again what fell silent, deletes what is past its days."""

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
from deploy.font_service import PipelineFontService
from deploy.jobs.worker import failed
from deploy.pipeline.artifact_store import Blobs
from deploy.settings import Settings

log = logging.getLogger("sonmat.caretaker")

PUBLISH_EVERY_S = 0.25
SWEEP_EVERY_S = 2.0
CLEAN_EVERY_S = 600.0
BUS_EVERY_S = 5.0
AWAY_S = 2.0
STALE_WORKER = timedelta(minutes=10)
EVENT_DAYS = timedelta(days=7)
BATCH = 200
INCOMING_S = 3600.0
READINGS_EVERY_S = 30.0
UNREAD = timedelta(minutes=15)
"""Longer than a full queue of photographs takes: whoever should have read one is gone."""


@dataclass
class Maintenance:
    """Any number may run at once; each round is small and can be repeated."""

    settings: Settings
    store: Store
    bus: Bus
    blobs: Blobs
    stop: threading.Event

    def run(self) -> None:
        """Works until asked to stop; a database, broker or bucket that is away is waited for."""
        relay = Relay(self.store.outbox, self.bus)
        rounds = [
            _Round(self.look_after_bus, BUS_EVERY_S),
            _Round(relay.drain, PUBLISH_EVERY_S),
            _Round(self.requeue_expired, SWEEP_EVERY_S),
            _Round(self.give_up_readings, READINGS_EVERY_S),
            _Round(self.clean, CLEAN_EVERY_S),
        ]
        while not self.stop.wait(PUBLISH_EVERY_S):
            for each in rounds:
                try:
                    each.run_when_due()
                except (SQLAlchemyError, KafkaError, BotoCoreError, ClientError) as error:
                    log.warning("database, broker or bucket is away, trying again: %s", error)
                    self.stop.wait(AWAY_S)
                    break

    def look_after_bus(self) -> None:
        """A broker that has forgotten everything gets its topics back and is told of all jobs that wait."""
        if self.bus.prepare():
            log.info("the bus is new: telling it of all waiting jobs")
            self.store.operations.announce_all(_waits)

    def requeue_expired(self) -> None:
        """Silent workers' jobs and rested jobs go back on the bus."""
        swept = self.store.operations.requeue_expired(self.settings.most_tries, _waits, _lost)
        if swept.again or swept.lost:
            log.info("swept: %d handed out again, %d given up", swept.again, swept.lost)

    def give_up_readings(self) -> None:
        """Photographs whose reader died are told to be uploaded again."""
        error = Interrupted()
        given_up = self.store.projects.give_up_readings(datetime.now(UTC) - UNREAD, error.code, str(error))
        if given_up:
            log.info("%d photographs were left unread", given_up)

    def clean(self) -> None:
        """Old photographs, forgotten projects, workers that never said good-bye, published events."""
        now, uploads = datetime.now(UTC), self.blobs.uploads
        for project, number in self.store.projects.photos_before(now - timedelta(days=self.settings.photo_days), BATCH):
            uploads.remove(project, [path(uploads.folder, number).name for path in (photo_path, picture_path)])
            self.store.projects.photo_removed(project, number)
        drop_leftovers(uploads)
        font_service = PipelineFontService(self.store, self.blobs.artifacts, uploads)
        for project in self.store.projects.untouched_since(now - timedelta(days=self.settings.keep_days), BATCH):
            try:
                font_service.forget(project, self.store.projects.delete(project))
            except ProjectNotFoundError:
                continue  # its writer was faster
        self.store.operations.forget_workers(now - STALE_WORKER)
        self.store.operations.forget_events(now - EVENT_DAYS, [DEAD_TOPIC])
        self.blobs.artifacts.prune(self.settings.keep_days)


@dataclass
class _Round:
    """Something to do every so often."""

    do: Callable[[], object]
    every_s: float
    done_s: float = -math.inf

    def run_when_due(self) -> None:
        """Does it when its time has come; when it raises, its time has come still."""
        now_s = time.monotonic()
        if now_s - self.done_s >= self.every_s:
            self.do()
            self.done_s = now_s


def drop_leftovers(uploads: Uploads) -> None:
    """Deletes what a web process left behind on this machine when it died over a photograph."""
    for path in (uploads.folder / "incoming").glob("*.upload"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > INCOMING_S:
                path.unlink()


def _waits(job: Job) -> OutboxMessage:
    return encode(JobWaits(job=job.id, part=job.part))


def _lost(job: Job) -> OutboxMessage:
    return encode(failed(job, "worker.lost", job.error or ""))
