"""Both buses deliver at least once and in order: the in-process one, and Kafka on a real broker."""

import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from collector.events import Bus, Delivery, KafkaBus, LocalBus, PhotosReceived, Relay, decode, encode
from collector.store import OutboxMessage, Store, open_store
from tests.service.servers import Broker

WAIT_S = 30.0


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture(params=["local", "kafka"])
def bus(request: pytest.FixtureRequest, embedded: Store) -> Iterator[Bus]:
    opened: Bus
    if request.param == "local":
        opened = LocalBus(embedded.outbox)
    else:
        opened = KafkaBus(request.getfixturevalue("broker").address, session_timeout_s=6)
    yield opened
    opened.close()


@pytest.fixture
def topic(bus: Bus) -> str:
    name = f"topic-{uuid.uuid4().hex}"
    if isinstance(bus, KafkaBus):
        bus.create_topics([name], partitions=1)
        bus.create_topics([name], partitions=1)  # a second worker starting up does no harm
    return name


def send(store: Store, bus: Bus, messages: Sequence[OutboxMessage]) -> None:
    store.outbox.add(messages)
    Relay(store.outbox, bus).drain()


def receive(bus: Bus, topic: str, group: str, count: int, commit: int | None = None) -> list[Delivery]:
    """The next ``count`` events of a new member of the group, of which it commits the one numbered ``commit``."""
    got: list[Delivery] = []
    deadline = time.monotonic() + WAIT_S
    with bus.consume([topic], group) as consumer:
        while len(got) < count and time.monotonic() < deadline:
            got += consumer.poll(1.0)
        if commit is not None:
            consumer.commit(got[commit])
    return got


def test_events_arrive_complete_and_in_order(embedded: Store, bus: Bus, topic: str) -> None:
    sent = [OutboxMessage(topic, "one job", {"number": i, "이름": "엄마 글씨 '😀'"}) for i in range(25)]
    send(embedded, bus, sent)
    got = receive(bus, topic, "group", 25)
    assert [(each.topic, each.key, each.payload) for each in got] == [(topic, "one job", each.payload) for each in sent]


def test_uncommitted_events_are_delivered_again_and_committed_ones_are_not(
    embedded: Store, bus: Bus, topic: str
) -> None:
    send(embedded, bus, [OutboxMessage(topic, "job", {"number": i}) for i in range(4)])
    first = receive(bus, topic, "group", 4, commit=1)
    assert [each.payload["number"] for each in first] == [0, 1, 2, 3]
    again = receive(bus, topic, "group", 2)
    assert [each.payload["number"] for each in again] == [2, 3]
    other_group = receive(bus, topic, "other", 4)
    assert [each.payload["number"] for each in other_group] == [0, 1, 2, 3]


def test_a_waiting_consumer_receives_new_events(embedded: Store, bus: Bus, topic: str) -> None:
    with bus.consume([topic], "group") as consumer:
        assert consumer.poll(0.1) == []
        event = encode(PhotosReceived(job=str(uuid.uuid4())))
        send(embedded, bus, [OutboxMessage(topic, event.key, event.payload)])
        got: list[Delivery] = []
        deadline = time.monotonic() + WAIT_S
        while not got and time.monotonic() < deadline:
            got = consumer.poll(1.0)
    assert [decode(each.payload) for each in got] == [PhotosReceived(job=event.key)]


def test_local_events_survive_the_process(embedded: Store, tmp_path: Path) -> None:
    embedded.outbox.add([OutboxMessage("t", "job", {"number": 1})])
    reopened = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    assert [each.payload for each in receive(LocalBus(reopened.outbox), "t", "g", 1)] == [{"number": 1}]
    reopened.close()


def test_foreign_bytes_on_a_topic_reach_the_consumer_and_block_nothing(broker: Broker, embedded: Store) -> None:
    from kafka import KafkaProducer

    bus, topic = KafkaBus(broker.address, session_timeout_s=6), f"topic-{uuid.uuid4().hex}"
    bus.create_topics([topic], partitions=1)
    producer = KafkaProducer(bootstrap_servers=broker.address)
    for value in (b"\xff\xfe", b"[1, 2]", b""):
        producer.send(topic, value=value)
    producer.close()
    send(embedded, bus, [OutboxMessage(topic, "job", {"number": 1})])
    got = receive(bus, topic, "group", 4)
    bus.close()
    assert [list(each.payload) for each in got] == [["malformed"]] * 3 + [["number"]]
