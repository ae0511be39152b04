"""The bus of the embedded way to run: the outbox table is the log, and groups remember how far they have read.

Nothing can be lost that is not lost with the database itself. Meant for SQLite, where writers take turns and the
outbox numbers events in the order of their commits; on a database with concurrent writers a late commit of a lower
number would be overlooked, so there the bus is Kafka.
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
LOOK_AGAIN_S = 0.5
"""How often a waiting consumer looks for events that another process wrote, of which nobody wakes it."""


class LocalBus:
    """Events through the outbox table, with a wake-up for consumers in this process."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._news = threading.Condition()

    def prepare(self) -> bool:
        """The outbox table is all it needs."""
        return False

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Wakes the consumers: what is published is in the outbox already, which is what they read."""
        with self._news:
            self._news.notify_all()

    def consume(self, topics: Sequence[str], group: str) -> Consumer:
        """A reader of the log. One thread of one process reads for a group at a time."""
        return LocalConsumer(self._outbox, self._news, tuple(topics), group)

    def close(self) -> None:
        """Nothing to let go of: the store is its owner's."""


class LocalConsumer:
    """Reads the log from where its group has come to."""

    def __init__(self, outbox: Outbox, news: threading.Condition, topics: tuple[str, ...], group: str) -> None:
        self._outbox = outbox
        self._news = news
        self._group = group
        self._next = {topic: outbox.offset(group, topic) for topic in topics}

    def poll(self, timeout_s: float) -> list[Delivery]:
        """The next events; waits up to ``timeout_s`` for the first."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                found = [each for topic in self._next for each in self._read(topic)]
                left_s = deadline - time.monotonic()
                if found or left_s <= 0:
                    return found
                self._news.wait(min(left_s, LOOK_AGAIN_S))

    def idle(self, timeout_s: float) -> None:
        """Waits: nobody takes a reader of the log for dead."""
        time.sleep(timeout_s)

    def _read(self, topic: str) -> list[Delivery]:
        rows = self._outbox.read_log(topic, self._next[topic], BATCH)
        if rows:
            self._next[topic] = rows[-1].id + 1
        return [Delivery(topic, row.message.key, row.message.payload, 0, row.id) for row in rows]

    def commit(self, delivery: Delivery) -> None:
        """Remembers in the database that the group has dealt with this event."""
        self._outbox.commit_offset(self._group, delivery.topic, delivery.offset + 1)

    def close(self) -> None:
        """Stops reading."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
