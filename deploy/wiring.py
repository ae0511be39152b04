"""Puts the parts together as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from collector.events import Bus, KafkaBus, LocalBus
from collector.store import Store, open_store
from deploy.artifacts import ArtifactFolder
from deploy.plan import font_plan
from deploy.runner import JobRunner
from deploy.settings import Settings


def open_bus(settings: Settings, store: Store) -> Bus:
    """The bus of this installation."""
    if settings.bus == "kafka":
        return KafkaBus(settings.kafka_servers)
    return LocalBus(store.outbox)


@contextmanager
def open_runner(settings: Settings) -> Iterator[JobRunner]:
    """A runner with its store, bus and folder; closed at the end."""
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    bus = open_bus(settings, store)
    try:
        artifacts = ArtifactFolder(settings.data / "artifacts")
        yield JobRunner(store, bus, artifacts, font_plan(), lease_s=settings.lease_s, keep_days=settings.keep_days)
    finally:
        bus.close()
        store.close()
