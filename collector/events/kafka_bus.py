"""Event bus on Apache Kafka, by kafka-python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import CommitFailedError, KafkaError, TopicAlreadyExistsError

from collector.events.bus import DEAD_TOPIC, Consumer, Delivery
from collector.events.schema import EVENT_TYPES
from collector.store import OutboxMessage

TOPICS = tuple(sorted({kind.TOPIC for kind in EVENT_TYPES.values() if kind.TOPIC} | {DEAD_TOPIC}))
PARTITIONS = 24
"""The largest number of workers that can share a topic; a partition costs little."""
PUBLISH_TIMEOUT_S = 15.0
REQUEST_TIMEOUT_MS = 10_000
METADATA_AGE_MS = 5_000
"""The time after which a consumer sees topics that were created after it started."""
MALFORMED = "malformed"
"""The only field of the payload of a message that is not a JSON object."""


@dataclass(frozen=True)
class KafkaOptions:
    """How to reach the brokers, and what they are asked to promise."""

    ca: str = ""
    """PEM file of the authority that signed the brokers' certificates, for TLS; empty: no encryption."""
    user: str = ""
    """Of SASL; empty: brokers ask for none."""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    """``PLAIN``, ``SCRAM-SHA-256`` or ``SCRAM-SHA-512``."""
    replicas: int = 1
    """Brokers that hold each partition of a topic that is created."""
    idempotence: bool = True
    """Whether brokers number what the producer sends and drop what comes twice."""

    def connection(self) -> dict[str, Any]:
        """The settings of kafka-python for a connection."""
        transport, login = ("SSL" if self.ca else "PLAINTEXT"), "SASL_" if self.user else ""
        options: dict[str, Any] = {"security_protocol": login + transport}
        if self.ca:
            options["ssl_cafile"] = self.ca
        if self.user:
            options |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.user}
            options["sasl_plain_password"] = self.password
        return options


class KafkaBus:
    """Events on Kafka: keyed by job, acknowledged by all replicas, offsets committed one by one."""

    def __init__(
        self, servers: str, *, session_timeout_s: float = 10.0, options: KafkaOptions = KafkaOptions()
    ) -> None:
        """``servers``: ``host:port``, several separated by commas."""
        self._connection = {"bootstrap_servers": servers.split(","), **options.connection()}
        self._options = options
        self._session_timeout_s = session_timeout_s
        self._producer: Any = None

    def prepare(self) -> bool:
        """Creates the missing topics; True where none existed."""
        return self.create_topics(TOPICS, PARTITIONS, self._options.replicas) == len(TOPICS)

    def create_topics(self, topics: Sequence[str], partitions: int, replicas: int = 1) -> int:
        """Creates the topics that do not exist yet and returns their number; one worker reads a partition at a time."""
        admin = KafkaAdminClient(**self._connection, request_timeout_ms=REQUEST_TIMEOUT_MS)
        created = 0
        try:
            for topic in sorted(set(topics) - set(admin.list_topics())):
                with suppress(TopicAlreadyExistsError):  # another process created it first
                    admin.create_topics({topic: {"num_partitions": partitions, "replication_factor": replicas}})
                    created += 1
        finally:
            admin.close()
        return created

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Sends all events and waits until the broker has stored them.

        Raises:
            kafka.errors.KafkaError: one may not be stored; publish all of them again.
        """
        if self._producer is None:
            self._producer = KafkaProducer(
                **self._connection,
                acks="all",
                # The order of a key holds when a batch is sent again. What the outbox publishes again comes twice all
                # the same, and consumers expect that.
                enable_idempotence=self._options.idempotence,
                max_in_flight_requests_per_connection=1,
                allow_auto_create_topics=False,
                max_block_ms=REQUEST_TIMEOUT_MS,
            )
        try:
            sent = [
                self._producer.send(message.topic, key=message.key.encode(), value=_to_bytes(message.payload))
                for message in messages
            ]
            self._producer.flush(timeout=PUBLISH_TIMEOUT_S)
            for future in sent:
                future.get(timeout=PUBLISH_TIMEOUT_S)
        except KafkaError:
            # Its sequence numbers and buffers may be invalid for the broker that answers next.
            self._producer.close(timeout=0)
            self._producer = None
            raise

    def consume(self, topics: Sequence[str], group: str) -> Consumer:
        """Joins the group; the broker assigns the partitions to its members."""
        consumer = KafkaConsumer(
            *topics,
            **self._connection,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metadata_max_age_ms=METADATA_AGE_MS,
            session_timeout_ms=round(self._session_timeout_s * 1000),
            heartbeat_interval_ms=round(self._session_timeout_s * 1000 / 12),
        )
        return _KafkaConsumer(consumer)

    def close(self) -> None:
        """Sends what is buffered and closes the connections."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None


class _KafkaConsumer:
    """One member of a consumer group."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._buffered: list[Delivery] = []

    def poll(self, timeout_s: float) -> list[Delivery]:
        """The next events; this or ``idle`` must be called more often than ``max.poll.interval`` (five minutes)."""
        if self._buffered:
            buffered, self._buffered = self._buffered, []
            return buffered
        self._consumer.resume(*self._consumer.paused())
        return self._fetch(timeout_s)

    def idle(self, timeout_s: float) -> None:
        """Polls with every partition paused; a rebalance assigns unpaused partitions, so it pauses each time."""
        self._consumer.pause(*self._consumer.assignment())
        self._buffered += self._fetch(timeout_s)

    def _fetch(self, timeout_s: float) -> list[Delivery]:
        batches = self._consumer.poll(timeout_ms=round(timeout_s * 1000))
        return [_delivery(record) for records in batches.values() for record in records]

    def commit(self, delivery: Delivery) -> None:
        """Waits until the broker has stored the offset.

        Does nothing for a partition that was assigned to another member meanwhile: that one receives the event again.
        """
        place = TopicPartition(delivery.topic, delivery.partition)
        if place not in self._consumer.assignment():
            return
        with suppress(CommitFailedError):
            self._consumer.commit({place: OffsetAndMetadata(delivery.offset + 1, "", -1)})

    def close(self) -> None:
        """Leaves the group, so that its partitions are reassigned before the session times out."""
        self._consumer.close(autocommit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _to_bytes(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _delivery(record: Any) -> Delivery:
    key = (record.key or b"").decode(errors="replace")
    return Delivery(record.topic, key, _payload(record.value), record.partition, record.offset)


def _payload(value: bytes | None) -> Mapping[str, Any]:
    # A foreign message must reach the consumer, which dead-letters it: an error here would block the partition.
    try:
        payload = json.loads(value or b"null")
    except ValueError:
        payload = None
    return payload if isinstance(payload, dict) else {MALFORMED: repr(value)}
