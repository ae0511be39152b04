"""The outbox: events as rows, written in the transaction that changes what they report.

Source of the method: C. Richardson, Microservices Patterns, "Transactional outbox" and "Polling publisher".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from collector.store.models import OffsetRow, OutboxRow
from collector.store.records import OutboxMessage, StoredMessage
from collector.store.transactions import Transactions


def add_messages(session: Session, messages: Sequence[OutboxMessage], now: datetime) -> None:
    """Inserts events into the transaction of ``session``."""
    for message in messages:
        row = OutboxRow(topic=message.topic, key=message.key, payload=dict(message.payload), created_at=now)
        session.add(row)
        session.flush()  # one by one: the rows are numbered in the order they were given


class Outbox(Transactions):
    """The outbox table: read by the relay, which publishes it, and by the in-process bus, whose log it is."""

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        """Inserts events that belong to no other change, in one transaction."""
        with self._write.begin() as session:
            add_messages(session, messages, self._clock())

    @contextmanager
    def publishing(self, limit: int) -> Iterator[list[StoredMessage]]:
        """Locks up to ``limit`` unpublished events, oldest first, while the body publishes them.

        When the body ends they are marked as published; when it raises, or the process dies, none is marked, and all
        are published again: at least once. Several relays may run at once (SKIP LOCKED on MySQL; on SQLite they take
        turns).
        """
        with self._write.begin() as session:
            query = (
                select(OutboxRow)
                .where(OutboxRow.published_at.is_(None))
                .order_by(OutboxRow.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            rows = session.scalars(query).all()
            yield [_stored(row) for row in rows]
            now = self._clock()
            for row in rows:
                row.published_at = now

    def replace(self, number: int, message: OutboxMessage) -> None:
        """Inserts an event and deletes the one of this number, in one transaction."""
        with self._write.begin() as session:
            session.execute(delete(OutboxRow).where(OutboxRow.id == number))
            add_messages(session, [message], self._clock())

    def pending(self) -> int:
        """The number of unpublished events."""
        with self._read() as session:
            count = select(func.count()).select_from(OutboxRow).where(OutboxRow.published_at.is_(None))
            return session.execute(count).scalar_one()

    def read_log(self, topic: str, from_id: int, limit: int) -> list[StoredMessage]:
        """The events of a topic from number ``from_id`` on, oldest first, published or not."""
        with self._read() as session:
            query = (
                select(OutboxRow)
                .where(OutboxRow.topic == topic, OutboxRow.id >= from_id)
                .order_by(OutboxRow.id)
                .limit(limit)
            )
            return [_stored(row) for row in session.scalars(query)]

    def offset(self, group: str, topic: str) -> int:
        """The number of the next event a group reads; 0 for a new group."""
        with self._read() as session:
            row = session.get(OffsetRow, (group, topic))
            return 0 if row is None else row.next_id

    def commit_offset(self, group: str, topic: str, next_id: int) -> None:
        """Stores that a group has handled every event below ``next_id``; the number never falls."""
        with self._write.begin() as session:
            row = session.get(OffsetRow, (group, topic), with_for_update=True)
            if row is None:
                session.add(OffsetRow(group_name=group, topic=topic, next_id=next_id))
            else:
                row.next_id = max(row.next_id, next_id)


def _stored(row: OutboxRow) -> StoredMessage:
    message = OutboxMessage(row.topic, row.key, row.payload)
    return StoredMessage(row.id, message, row.created_at, row.published_at)
