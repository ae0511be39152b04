"""One process of the service under test: ``python -m tests.service.worker_entry KIND IMPLEMENTATION``."""

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


class KillingBus(KafkaBus):
    """Kills its process after the broker has stored a batch and before the outbox marks it."""

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Publishes, then kills this process."""
        super().publish(messages)
        os.kill(os.getpid(), signal.SIGKILL)


def run_killed_relay(settings: Settings) -> None:
    """Publishes the outbox and is killed before it marks the events."""
    Relay(open_store(settings.database_url).outbox, KillingBus(settings.kafka_servers)).drain()


def main() -> None:
    """Runs a process of the service until it is stopped."""
    kind, implementation = sys.argv[1], IMPLEMENTATIONS[sys.argv[2]]
    settings = load_settings()
    if kind == "relay":
        relay(settings)
    elif kind == "killed-relay":
        run_killed_relay(settings)
    elif kind == "collect":
        collect(settings, implementation)
    else:
        work(settings, implementation)


if __name__ == "__main__":
    main()
