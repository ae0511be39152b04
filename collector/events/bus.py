"""The bus between the parts: what a publisher and a consumer may rely on, whichever bus it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from collector.store import OutboxMessage


@dataclass(frozen=True)
class Delivery:
    """One event as it came off the bus."""

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
        """Stays a member for ``timeout_s`` without taking events: for whoever is busy with one for long."""

    def commit(self, delivery: Delivery) -> None:
        """This event, and all before it in its partition, need not come again."""

    def close(self) -> None:
        """Leaves the group. What was not committed comes again, to whoever reads on."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Bus(Protocol):
    """Carries events from the outbox to consumers, each at least once."""

    def prepare(self) -> bool:
        """Makes ready what the bus needs; True where all of it was missing: the bus is new, or has forgotten all."""

    def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Returns when all are kept safe; raises when any may not be."""

    def consume(self, topics: Sequence[str], group: str) -> Consumer:
        """A member of ``group``; a new group starts at the oldest event kept."""

    def close(self) -> None:
        """Lets go of connections."""


DEAD_TOPIC = "sonmat.dead"


def to_dead_letter(delivery: Delivery, reason: str) -> OutboxMessage:
    """The dead letter of an event."""
    letter = {"topic": delivery.topic, "key": delivery.key, "payload": dict(delivery.payload), "reason": reason}
    return OutboxMessage(DEAD_TOPIC, delivery.key, letter)


def from_dead_letter(letter: Mapping[str, Any]) -> OutboxMessage:
    """The event of a dead letter, to be published once more where it was."""
    return OutboxMessage(letter["topic"], letter["key"], letter["payload"])
