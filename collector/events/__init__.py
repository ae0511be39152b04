"""Versioned events about jobs, carried by a bus that delivers each at least once.

    Relay(store.outbox, bus).drain()         publishes the events that transactions wrote into the outbox
    with bus.consume([topic], "worker") as consumer:
        for delivery in consumer.poll(1.0):
            event = decode(delivery.payload)
            ...                              # must be safe to repeat
            consumer.commit(delivery)

An event may come again, after a crash or a rebalance. Its consumer reads the job's row, whose lease lets the work be
done once. ``LocalBus`` runs inside one process on the embedded database;
``KafkaBus`` on Apache Kafka.
"""

from collector.events.bus import DEAD_TOPIC, Bus, Consumer, Delivery, from_dead_letter, to_dead_letter
from collector.events.kafka_bus import TOPICS, KafkaBus, KafkaOptions
from collector.events.local_bus import LocalBus
from collector.events.relay import Relay
from collector.events.schema import (
    EVENT_TYPES,
    WORK_TOPICS,
    DrawingsReady,
    Event,
    EventError,
    FontReady,
    GlyphsReady,
    JobFailed,
    JobWaits,
    MalformedEventError,
    PhotosReceived,
    UnknownEventError,
    decode,
    encode,
)

__all__ = [
    "DEAD_TOPIC",
    "EVENT_TYPES",
    "TOPICS",
    "WORK_TOPICS",
    "Bus",
    "Consumer",
    "Delivery",
    "DrawingsReady",
    "Event",
    "EventError",
    "FontReady",
    "GlyphsReady",
    "JobFailed",
    "JobWaits",
    "KafkaBus",
    "KafkaOptions",
    "LocalBus",
    "MalformedEventError",
    "PhotosReceived",
    "Relay",
    "UnknownEventError",
    "decode",
    "encode",
    "from_dead_letter",
    "to_dead_letter",
]
