"""Photographs that wait for their reading: each under the lease of a web process; when that dies another reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from collector.store.errors import ProjectNotFoundError
from collector.store.glyph_instances import put_upload_reading
from collector.store.models import ProjectRow, UploadRow
from collector.store.records import NewUpload
from collector.store.tombstones import name_files
from collector.store.transactions import Transactions
from collector.store.upkeep_models import WaitingReadingRow


@dataclass(frozen=True)
class WaitingReading:
    """One photograph to read."""

    project_id: str
    number: int
    name: str
    """As the writer's device called it."""
    source: str
    """Name of the file among the project's own."""
    opened_by: int | None
    """Of a PDF's further page the number of its first; its source is a picture encoded anew."""
    tries: int


class ReadingEnd(StrEnum):
    """What came of noting a reading."""

    NOTED = "noted"
    DELETED = "deleted"
    """Its writer deleted the photograph meanwhile."""
    TAKEN_OVER = "taken over"
    """This process was silent for so long that another reads it, or has read it."""


class Readings(Transactions):
    """Every method is one transaction, as in the store that this belongs to."""

    def begin(
        self,
        project_id: str,
        upload: NewUpload,
        source: Callable[[int], str],
        owner: str,
        lease_s: float,
        opened_by: int | None = None,
    ) -> int:
        """A photograph that ``owner`` is going to read; ``source`` names its file by the number that is returned.

        Raises:
            ProjectNotFoundError: the project was deleted meanwhile.
        """
        with self._write.begin() as session:
            project = session.get(ProjectRow, project_id, with_for_update=True)
            if project is None:
                raise ProjectNotFoundError(project_id)
            now = self._clock()
            project.uploads_made += 1
            project.touched_at = now
            number = project.uploads_made
            session.add(UploadRow(project_id=project_id, number=number, created_at=now, **upload.columns()))
            session.flush()
            session.add(
                WaitingReadingRow(
                    project_id=project_id,
                    number=number,
                    source=source(number),
                    opened_by=opened_by,
                    owner=owner,
                    lease_until=now + timedelta(seconds=lease_s),
                    tries=1,
                )
            )
            return number

    def hold(self, owner: str, lease_s: float) -> None:
        """Holds on to all that ``owner`` reads."""
        with self._write.begin() as session:
            until = self._clock() + timedelta(seconds=lease_s)
            held = update(WaitingReadingRow).where(WaitingReadingRow.owner == owner)
            session.execute(held.values(lease_until=until).execution_options(synchronize_session=False))

    def release(self, owner: str, pause_s: float = 0.0, one: tuple[str, int] | None = None) -> None:
        """Gives back all that ``owner`` reads, or ``one`` (project and number), without counting the try."""
        row = WaitingReadingRow
        own = (
            [row.owner == owner]
            if one is None
            else [row.owner == owner, row.project_id == one[0], row.number == one[1]]
        )
        with self._write.begin() as session:
            until = self._clock() + timedelta(seconds=pause_s)
            given = update(row).where(*own).values(owner="", lease_until=until, tries=row.tries - 1)
            session.execute(given.execution_options(synchronize_session=False))

    def claim(self, owner: str, lease_s: float, limit: int) -> list[WaitingReading]:
        """Takes over photographs whose reader has fallen silent or has given them back, the oldest lease first.

        Of a PDF that is opened again the pages of the first time go.
        """
        now = self._clock()
        silent = WaitingReadingRow.lease_until < now
        with self._read() as session:
            if session.execute(select(WaitingReadingRow.number).where(silent).limit(1)).first() is None:
                return []
        with self._write.begin() as session:
            query = select(WaitingReadingRow).where(silent).order_by(WaitingReadingRow.lease_until).limit(limit)
            rows = list(session.scalars(query.with_for_update(skip_locked=True)))
            claimed = []
            for row in rows:
                if session.get(WaitingReadingRow, (row.project_id, row.number)) is None:
                    continue  # a page of a PDF that is opened again
                row.owner, row.lease_until, row.tries = owner, now + timedelta(seconds=lease_s), row.tries + 1
                self._drop_pages(session, row)
                claimed.append(_waiting(session, row))
            return claimed

    def _drop_pages(self, session: Session, first: WaitingReadingRow) -> None:
        query = select(WaitingReadingRow).where(
            WaitingReadingRow.project_id == first.project_id, WaitingReadingRow.opened_by == first.number
        )
        for page in session.scalars(query):
            name_files(session, page.project_id, [page.source], self._clock())
            session.execute(delete(UploadRow).where(_upload(page.project_id, page.number)))
            session.expunge(page)  # its row went with the upload's

    def end(self, project_id: str, number: int, owner: str, upload: NewUpload) -> ReadingEnd:
        """Notes what was read, its glyphs with it, or why nothing was; a tombstone names the source."""
        with self._write.begin() as session:
            row = session.get(WaitingReadingRow, (project_id, number), with_for_update=True)
            if row is None or row.owner != owner:
                known = session.execute(select(UploadRow.number).where(_upload(project_id, number))).first()
                return ReadingEnd.DELETED if known is None else ReadingEnd.TAKEN_OVER
            session.execute(update(UploadRow).where(_upload(project_id, number)).values(**upload.columns()))
            if upload.reading is not None:
                put_upload_reading(session, project_id, number, upload.reading)
            name_files(session, project_id, [row.source], self._clock())
            session.delete(row)
            return ReadingEnd.NOTED


def _upload(project_id: str, number: int) -> ColumnElement[bool]:
    return and_(UploadRow.project_id == project_id, UploadRow.number == number)


def _waiting(session: Session, row: WaitingReadingRow) -> WaitingReading:
    name = session.execute(select(UploadRow.name).where(_upload(row.project_id, row.number))).scalar_one()
    return WaitingReading(row.project_id, row.number, name, row.source, row.opened_by, row.tries)
