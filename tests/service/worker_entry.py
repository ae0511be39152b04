"""One process of the service under test: ``python -m tests.service.worker_entry KIND TRADE``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from collector.events import KafkaBus, Relay
from collector.store import OutboxMessage, open_store
from deploy.processes import collect, relay, work
from deploy.settings import Settings, load_settings
from tests.service.stub_stages import IMPLEMENTATIONS


class DeadlyBus(KafkaBus):
    """Ends its process after the broker has taken a batch, before the outbox knows."""

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Publishes and dies."""
        super().publish(messages)
        os.kill(os.getpid(), signal.SIGKILL)


def relay_that_dies(settings: Settings) -> None:
    """Publishes what the outbox holds and is killed before it can say so."""
    Relay(open_store(settings.database_url).outbox, DeadlyBus(settings.kafka_servers)).drain()


def main() -> None:
    """Runs until it is told to stop."""
    kind, implementation = sys.argv[1], IMPLEMENTATIONS[sys.argv[2]]
    settings = load_settings()
    if kind == "relay":
        relay(settings)
    elif kind == "relay-that-dies":
        relay_that_dies(settings)
    elif kind == "collect":
        collect(settings, implementation)
    else:
        work(settings, implementation)


if __name__ == "__main__":
    main()
