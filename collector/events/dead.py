"""Dead letters: events that nobody can read, kept with the reason until an operator replays or drops them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.events.bus import Delivery
from collector.store import OutboxMessage

DEAD_TOPIC = "sonmat.dead"


def bury(delivery: Delivery, reason: str) -> OutboxMessage:
    """The dead letter of an event."""
    letter = {"topic": delivery.topic, "key": delivery.key, "payload": dict(delivery.payload), "reason": reason}
    return OutboxMessage(DEAD_TOPIC, delivery.key, letter)


def exhume(letter: Mapping[str, Any]) -> OutboxMessage:
    """The event of a dead letter, to be published once more where it was."""
    return OutboxMessage(letter["topic"], letter["key"], letter["payload"])
