"""Publishes the events of the outbox on the bus."""

from __future__ import annotations

from collector.events.bus import Bus
from collector.store import Outbox

BATCH = 100


class Relay:
    """Publishes the events of the outbox. Any number of relays may run at once.

    Every committed event is published at least once, and in the order of the outbox while one relay runs. An event of
    a transaction that was rolled back is never published. An event is published twice only when a relay dies between
    publishing and marking it. The relay waits for the broker inside the database transaction, whose row locks keep
    other relays from the same batch.
    """

    def __init__(self, outbox: Outbox, bus: Bus) -> None:
        self._outbox = outbox
        self._bus = bus

    def drain(self) -> int:
        """Publishes until the outbox is empty; returns the number of events."""
        total = 0
        while True:
            with self._outbox.publishing(BATCH) as batch:
                if batch:
                    self._bus.publish([stored.message for stored in batch])
            total += len(batch)
            if len(batch) < BATCH:
                return total
