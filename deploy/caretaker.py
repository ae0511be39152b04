"""The caretaker: publishes the outbox, hands out again what fell silent, deletes what is past its days."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from collector.events import DEAD_TOPIC, Bus, PhotosReceived, Relay, encode
from collector.store import Job, OutboxMessage, ProjectNotFoundError, Store
from collector.web import photo_path, picture_path
from deploy.artifacts import ArtifactFolder
from deploy.font_desk import FontDesk
from deploy.settings import Settings
from deploy.wiring import uploads_folder
from deploy.worker import failed

log = logging.getLogger("sonmat.caretaker")

PUBLISH_EVERY_S = 0.25
SWEEP_EVERY_S = 2.0
CLEAN_EVERY_S = 600.0
ECHO_S = 900.0
"""A job queued for so long is announced again, in case the broker has forgotten its event."""
STALE_WORKER = timedelta(minutes=10)
EVENT_DAYS = timedelta(days=7)
BATCH = 200
INCOMING_S = 3600.0


@dataclass
class Caretaker:
    """Any number may run at once; each round is small and can be repeated."""

    settings: Settings
    store: Store
    bus: Bus
    stop: threading.Event

    def run(self) -> None:
        """Works until asked to stop; a database or broker that is away is waited for."""
        relay, swept_s, cleaned_s = Relay(self.store.outbox, self.bus), 0.0, 0.0
        while not self.stop.wait(PUBLISH_EVERY_S):
            try:
                relay.drain()
                if time.monotonic() - swept_s > SWEEP_EVERY_S:
                    swept_s = time.monotonic()
                    self.sweep()
                if time.monotonic() - cleaned_s > CLEAN_EVERY_S:
                    cleaned_s = time.monotonic()
                    self.clean()
            except (SQLAlchemyError, KafkaError) as error:
                log.warning("database or broker is away, trying again: %s", error)
                self.stop.wait(2.0)

    def sweep(self) -> None:
        """Silent workers' jobs and rested jobs go back on the bus."""
        swept = self.store.operations.sweep(self.settings.most_tries, ECHO_S, _received, _lost)
        if swept.again or swept.lost:
            log.info("swept: %d handed out again, %d given up", swept.again, swept.lost)

    def clean(self) -> None:
        """Old photographs, forgotten projects, workers that never said good-bye, published events."""
        now, uploads = datetime.now(UTC), uploads_folder(self.settings)
        for project, number in self.store.projects.photos_before(now - timedelta(days=self.settings.photo_days), BATCH):
            for path in (photo_path(uploads / project, number), picture_path(uploads / project, number)):
                path.unlink(missing_ok=True)
            self.store.projects.photo_removed(project, number)
        for path in (uploads / "incoming").glob("*.upload"):
            # What a web process left behind when it died over a photograph.
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > INCOMING_S:
                    path.unlink()
        desk = FontDesk(self.store, ArtifactFolder(self.settings.data / "artifacts"), uploads)
        for project in self.store.projects.untouched_since(now - timedelta(days=self.settings.keep_days), BATCH):
            try:
                desk.forget(project, self.store.projects.delete(project))
            except ProjectNotFoundError:
                continue  # its writer was faster
        self.store.operations.forget_workers(now - STALE_WORKER)
        self.store.operations.forget_events(now - EVENT_DAYS, [DEAD_TOPIC])


def _received(job: Job) -> OutboxMessage:
    return encode(PhotosReceived(job=job.id))


def _lost(job: Job) -> OutboxMessage:
    return encode(failed(job, "worker.lost", job.error or ""))
