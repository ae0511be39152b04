"""Carries events from the outbox to the bus."""

from __future__ import annotations

from collector.events.bus import Bus
from collector.store import Outbox

BATCH = 100


class Relay:
    """Publishes what the outbox holds. Any number of relays may run at once.

    Promise: every committed event is published at least once, and in the order of its writing as long as one relay
    runs; an event of a transaction that was rolled back never is. An event comes twice only when a relay dies
    between publishing and marking it. The wait for the broker happens inside the database transaction, whose row
    locks keep other relays away from the batch.
    """

    def __init__(self, outbox: Outbox, bus: Bus) -> None:
        self._outbox = outbox
        self._bus = bus

    def drain(self) -> int:
        """Publishes until nothing is left and says how many events it published."""
        total = 0
        while True:
            with self._outbox.publishing(BATCH) as batch:
                if batch:
                    self._bus.publish([stored.message for stored in batch])
            total += len(batch)
            if len(batch) < BATCH:
                return total
