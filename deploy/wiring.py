"""Puts the parts together as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.events import Bus, KafkaBus, LocalBus
from collector.store import Store, open_store
from deploy.artifacts import ArtifactFolder
from deploy.plan import font_plan
from deploy.runner import JobRunner, Plan, Retries
from deploy.settings import Settings


def open_bus(settings: Settings, store: Store) -> Bus:
    """The bus of this installation."""
    if settings.bus == "kafka":
        return KafkaBus(settings.kafka_servers)
    return LocalBus(store.outbox)


def uploads_folder(settings: Settings) -> Path:
    """Where the service keeps writers' photographs."""
    return settings.data / "uploads"


@contextmanager
def open_runner(
    settings: Settings, plan: Plan | None = None, *, most_tries: int = 1
) -> Iterator[tuple[JobRunner, Store]]:
    """A runner with its store, bus and folder; closed at the end."""
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    bus = open_bus(settings, store)
    try:
        artifacts = ArtifactFolder(settings.data / "artifacts")
        runner = JobRunner(
            store,
            bus,
            artifacts,
            plan or font_plan(),
            lease_s=settings.lease_s,
            keep_days=settings.keep_days,
            retries=Retries(most_tries),
        )
        yield runner, store
    finally:
        bus.close()
        store.close()
