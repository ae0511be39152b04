"""The outbox hands events out in their order, at least once, and forgets only what was published."""

import pytest

from collector.store import OutboxMessage, Store
from tests.collector.store.samples import Clock


def numbered(count: int, topic: str = "t") -> list[OutboxMessage]:
    return [OutboxMessage(topic, "key", {"number": number}) for number in range(count)]


def numbers(store: Store, limit: int = 9) -> list[int]:
    """Publishes up to ``limit`` events."""
    with store.outbox.publishing(limit) as messages:
        return [each.message.payload["number"] for each in messages]


def test_events_are_handed_out_in_their_order_up_to_the_limit(store: Store) -> None:
    store.outbox.add(numbered(5))
    assert store.outbox.pending() == 5
    assert numbers(store, limit=3) == [0, 1, 2]
    assert store.outbox.pending() == 2
    assert numbers(store) == [3, 4]
    assert numbers(store) == []


def test_what_could_not_be_published_is_handed_out_again(store: Store) -> None:
    store.outbox.add(numbered(2))
    with pytest.raises(ConnectionError), store.outbox.publishing(9):
        raise ConnectionError
    assert store.outbox.pending() == 2
    assert numbers(store) == [0, 1]


def test_an_event_remembers_when_it_was_written_and_published(timed_store: Store, clock: Clock) -> None:
    written = clock.now
    timed_store.outbox.add(numbered(1))
    clock.pass_s(5)
    numbers(timed_store)
    [event] = timed_store.outbox.read_log("t", 0, 9)
    assert (event.created_at, event.published_at) == (written, clock.now)


def test_a_replaced_event_comes_again_at_the_end(store: Store) -> None:
    store.outbox.add(numbered(3))
    first, *_ = store.outbox.read_log("t", 0, 9)
    store.outbox.replace(first.id, OutboxMessage("t", "key", {"number": 7}))
    assert numbers(store) == [1, 2, 7]


def test_a_log_is_read_by_topic_from_a_number_on_published_or_not(store: Store) -> None:
    store.outbox.add([*numbered(3), *numbered(1, "other")])
    numbers(store, limit=1)
    log = store.outbox.read_log("t", 0, 9)
    assert [each.message.payload["number"] for each in log] == [0, 1, 2]
    assert store.outbox.read_log("t", log[1].id, 1) == [log[1]]
    assert store.outbox.read_log("t", log[2].id + 1, 9) == []


def test_offsets_belong_to_a_group_and_a_topic_and_never_go_back(store: Store) -> None:
    assert store.outbox.offset("g", "t") == 0
    store.outbox.commit_offset("g", "t", 7)
    store.outbox.commit_offset("g", "t", 4)
    assert store.outbox.offset("g", "t") == 7
    store.outbox.commit_offset("g", "t", 9)
    assert store.outbox.offset("g", "t") == 9
    assert (store.outbox.offset("h", "t"), store.outbox.offset("g", "u")) == (0, 0)
