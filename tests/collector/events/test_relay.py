"""The relay on SQLite and MariaDB publishes all committed events and no others, twice only after a crash."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.events import Relay
from collector.events.relay import BATCH
from collector.store import OutboxMessage, Store
from tests.collector.store.samples import new_job, submitted


class RecordingBus:
    """A bus that records events, and fails or waits where a test asks for it."""

    def __init__(self) -> None:
        self.seen: list[OutboxMessage] = []
        self.break_after = -1
        self.before_publish = threading.Event()
        self.before_publish.set()
        self.entered = threading.Event()

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        self.entered.set()
        self.before_publish.wait(20)
        for message in messages:
            if len(self.seen) == self.break_after:
                raise ConnectionError("the broker is gone")
            self.seen.append(message)

    def consume(self, topics: Sequence[str], group: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


def numbered(count: int, start: int = 0) -> list[OutboxMessage]:
    return [OutboxMessage("t", f"job {i % 7}", {"number": i, "글": "손맛"}) for i in range(start, start + count)]


def test_everything_is_published_once_and_in_order(store: Store) -> None:
    bus, count = RecordingBus(), 2 * BATCH + 1
    store.outbox.add(numbered(count))
    assert store.outbox.pending() == count
    assert Relay(store.outbox, bus).drain() == count
    assert bus.seen == numbered(count)
    assert Relay(store.outbox, bus).drain() == 0
    assert store.outbox.pending() == 0


def test_no_event_is_lost_when_the_broker_fails_in_between(store: Store) -> None:
    bus = RecordingBus()
    store.outbox.add(numbered(10))
    bus.break_after = 4
    with pytest.raises(ConnectionError):
        Relay(store.outbox, bus).drain()
    assert store.outbox.pending() == 10
    bus.break_after = -1
    Relay(store.outbox, bus).drain()
    times = Counter(message.payload["number"] for message in bus.seen)
    assert times == {i: 2 if i < 4 else 1 for i in range(10)}
    assert store.outbox.pending() == 0


def test_concurrent_relays_publish_no_event_twice(store: Store) -> None:
    count = 5 * BATCH
    store.outbox.add(numbered(count))
    buses = [RecordingBus() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        totals = list(pool.map(lambda bus: Relay(store.outbox, bus).drain(), buses))
    assert sum(totals) == count
    assert sorted(message.payload["number"] for bus in buses for message in bus.seen) == list(range(count))


@pytest.mark.parametrize("store", ["mariadb"], indirect=True)
def test_a_relay_that_waits_for_the_broker_blocks_neither_writers_nor_other_relays(store: Store) -> None:
    store.outbox.add(numbered(BATCH))
    slow, quick = RecordingBus(), RecordingBus()
    slow.before_publish.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Relay(store.outbox, slow).drain)
        assert slow.entered.wait(20)
        store.submit(new_job(), submitted)
        assert Relay(store.outbox, quick).drain() == 1
        assert [message.topic for message in quick.seen] == ["sonmat.photos"]
        slow.before_publish.set()
        assert waiting.result(20) == BATCH
    assert store.outbox.pending() == 0
