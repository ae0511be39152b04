"""Tombstones: files to delete, recorded in the transaction that deletes their rows and removed after the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from collector.store.transactions import Transactions
from collector.store.upkeep_models import ResultRow, TombstoneRow

LATE_WRITER = timedelta(hours=1)
"""The time in which a process that lost its lease may still write files: they are deleted again after it."""


class TombstoneKind(StrEnum):
    """The kinds of things to delete."""

    PROJECT = "project"
    """All files of a project."""
    FILE = "file"
    """One file of a project."""
    RESULT = "result"
    """A stage's result; ``name`` is its key."""
    ROWS = "rows"
    """The contents of deleted rows in the database's own files."""


@dataclass(frozen=True)
class Tombstone:
    """One file, result or project to delete."""

    id: int
    project_id: str
    kind: TombstoneKind
    stage: str
    name: str


def name_files(
    session: Session, project_id: str, names: Iterable[str], now: datetime, *, is_worked_on: bool = False
) -> None:
    """Adds tombstones of files of a project, within a transaction."""
    again = now + LATE_WRITER if is_worked_on else None
    session.add_all([_row(project_id, TombstoneKind.FILE, now, name=name, again=again) for name in names])


def name_rows(session: Session, project_id: str, now: datetime) -> None:
    """Adds the tombstone of deleted rows in the database's own files, within a transaction."""
    session.add(_row(project_id, TombstoneKind.ROWS, now))


def name_project(
    session: Session, project_id: str, results: Iterable[tuple[str, str]], now: datetime, *, is_worked_on: bool
) -> None:
    """Adds tombstones of a project's files, results (stage and key) and rows, within a transaction."""
    again = now + LATE_WRITER if is_worked_on else None
    name_rows(session, project_id, now)
    session.add(_row(project_id, TombstoneKind.PROJECT, now))
    for stage, key in results:
        session.add(_row(project_id, TombstoneKind.RESULT, now, stage, key, again))


def _row(
    project_id: str, kind: TombstoneKind, now: datetime, stage: str = "", name: str = "", again: datetime | None = None
) -> TombstoneRow:
    return TombstoneRow(
        project_id=project_id, kind=kind.value, stage=stage, name=name, created_at=now, due_at=now, repeat_at=again
    )


class Tombstones(Transactions):
    """The tombstones in the database; every call is one transaction."""

    def add_results(self, project_id: str, results: Sequence[tuple[str, str]]) -> None:
        """Adds tombstones of results (stage and key) that no row names."""
        with self._write.begin() as session:
            now = self._clock()
            session.add_all([_row(project_id, TombstoneKind.RESULT, now, stage, key) for stage, key in results])

    def due(self, limit: int, project_id: str | None = None) -> list[Tombstone]:
        """The tombstones that are due, of one project or of all, those with the fewest failures first.

        Results that another job names by now are no longer to be deleted.
        """
        wanted = and_(
            TombstoneRow.kind == TombstoneKind.RESULT.value,
            exists().where(ResultRow.stage == TombstoneRow.stage, ResultRow.key == TombstoneRow.name),
        )
        query = select(TombstoneRow).where(TombstoneRow.due_at <= self._clock())
        if project_id is not None:
            query = query.where(TombstoneRow.project_id == project_id)
        with self._write.begin() as session:
            session.execute(delete(TombstoneRow).where(wanted).execution_options(synchronize_session=False))
            rows = session.scalars(query.order_by(TombstoneRow.tries, TombstoneRow.id).limit(limit))
            return [Tombstone(row.id, row.project_id, TombstoneKind(row.kind), row.stage, row.name) for row in rows]

    def failed(self, tombstone: Tombstone) -> None:
        """Counts a failed deletion, so that others come first the next time."""
        with self._write.begin() as session:
            one = update(TombstoneRow).where(TombstoneRow.id == tombstone.id)
            session.execute(one.values(tries=TombstoneRow.tries + 1))

    def done(self, tombstone: Tombstone) -> None:
        """Removes the tombstone of a deleted thing, unless a process may still be writing it."""
        with self._write.begin() as session:
            row = session.get(TombstoneRow, tombstone.id)
            if row is None:
                return
            if row.repeat_at is None:
                session.delete(row)
            else:
                row.due_at, row.repeat_at = row.repeat_at, None

    def oldest_s(self) -> float:
        """The seconds that the oldest tombstone has been due; 0 where none is."""
        with self._read() as session:
            first = session.execute(select(func.min(TombstoneRow.due_at))).scalar_one()
        return 0.0 if first is None else max(0.0, (self._clock() - first).total_seconds())
