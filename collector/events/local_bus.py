"""In-process event bus: the outbox table is the log, and each group's offset is stored in the database.

Events are as safe as the database. For SQLite only, where writers take turns and the outbox numbers events in the
order of their commits; with concurrent writers a late commit of a lower number would be skipped, so other databases
need Kafka.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from collector.events.bus import Consumer, Delivery
from collector.store import Outbox, OutboxMessage

BATCH = 100
POLL_S = 0.5
"""How often a waiting consumer reads the table: events of other processes do not wake it."""


class LocalBus:
    """Delivers events from the outbox table; publishing wakes the consumers of this process."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._published = threading.Condition()

    def prepare(self) -> bool:
        """Does nothing: the outbox table exists already."""
        return False

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Wakes the consumers, which read the outbox; the events are there already."""
        with self._published:
            self._published.notify_all()

    def consume(self, topics: Sequence[str], group: str) -> Consumer:
        """Opens a consumer. Only one thread of one process may consume for a group at a time."""
        return LocalConsumer(self._outbox, self._published, tuple(topics), group)

    def close(self) -> None:
        """Does nothing: the store is closed by its owner."""


class LocalConsumer:
    """Reads the outbox table from the offset of its group."""

    def __init__(self, outbox: Outbox, published: threading.Condition, topics: tuple[str, ...], group: str) -> None:
        self._outbox = outbox
        self._published = published
        self._group = group
        self._next = {topic: outbox.offset(group, topic) for topic in topics}

    def poll(self, timeout_s: float) -> list[Delivery]:
        """The next events; waits up to ``timeout_s`` for the first."""
        deadline = time.monotonic() + timeout_s
        with self._published:
            while True:
                found = [each for topic in self._next for each in self._read(topic)]
                left_s = deadline - time.monotonic()
                if found or left_s <= 0:
                    return found
                self._published.wait(min(left_s, POLL_S))

    def idle(self, timeout_s: float) -> None:
        """Waits; a consumer of the table has no session that could time out."""
        time.sleep(timeout_s)

    def _read(self, topic: str) -> list[Delivery]:
        rows = self._outbox.read_log(topic, self._next[topic], BATCH)
        if rows:
            self._next[topic] = rows[-1].id + 1
        return [Delivery(topic, row.message.key, row.message.payload, 0, row.id) for row in rows]

    def commit(self, delivery: Delivery) -> None:
        """Stores in the database that the group has handled this event."""
        self._outbox.commit_offset(self._group, delivery.topic, delivery.offset + 1)

    def close(self) -> None:
        """Does nothing: there is no connection of its own."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
