"""Protocols of the event bus: what publishers and consumers may rely on, whichever bus is used; dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from collector.store import OutboxMessage


@dataclass(frozen=True)
class Delivery:
    """One event as a consumer received it."""

    topic: str
    key: str
    payload: Mapping[str, Any]
    partition: int
    offset: int


class Consumer(Protocol):
    """One member of a group: the members of a group share a topic's events between them.

    A consumer belongs to the thread that uses it.
    """

    def poll(self, timeout_s: float) -> list[Delivery]:
        """The next events, in the order of each key; empty when none came within ``timeout_s``."""

    def idle(self, timeout_s: float) -> None:
        """Stays a member for ``timeout_s`` without receiving events, while a long job is carried out."""

    def commit(self, delivery: Delivery) -> None:
        """Marks this event, and all before it in its partition, as handled."""

    def close(self) -> None:
        """Leaves the group. Events that were not committed go to other members."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Bus(Protocol):
    """Carries events from the outbox to consumers, each at least once."""

    def prepare(self) -> bool:
        """Creates what the bus needs; True where all of it was missing: the bus is new, or has lost its events."""

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Returns when all events are stored; raises when one may not be."""

    def consume(self, topics: Sequence[str], group: str) -> Consumer:
        """Joins ``group``; a new group starts at the oldest stored event."""

    def close(self) -> None:
        """Closes connections."""


DEAD_TOPIC = "sonmat.dead"


def to_dead_letter(delivery: Delivery, reason: str) -> OutboxMessage:
    """Wraps an event that could not be handled, with the reason."""
    letter = {"topic": delivery.topic, "key": delivery.key, "payload": dict(delivery.payload), "reason": reason}
    return OutboxMessage(DEAD_TOPIC, delivery.key, letter)


def from_dead_letter(letter: Mapping[str, Any]) -> OutboxMessage:
    """Unwraps the event of a dead letter, to be published again on its own topic."""
    return OutboxMessage(letter["topic"], letter["key"], letter["payload"])
