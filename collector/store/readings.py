"""Photographs that wait to be read, each under the lease of a web process; after its death another claims it."""

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
from collector.store.projects import check_room
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
    """The file's name on the writer's device."""
    source: str
    """The name of the stored file."""
    opened_by: int | None
    """For a further page of a PDF the number of its first; its source is a re-encoded picture."""
    tries: int


class ReadingEnd(StrEnum):
    """The outcome of storing a reading."""

    NOTED = "noted"
    DELETED = "deleted"
    """The writer deleted the photograph meanwhile."""
    TAKEN_OVER = "taken over"
    """The lease expired and another process reads the photograph or has read it."""


class Readings(Transactions):
    """The photographs to read; every call is one transaction."""

    def begin(
        self,
        project_id: str,
        upload: NewUpload,
        source: Callable[[int], str],
        owner: str,
        lease_s: float,
        opened_by: int | None = None,
        most: int | None = None,
    ) -> int:
        """Adds a photograph that ``owner`` will read; ``source`` makes its file name from the number that is returned.

        Raises:
            ProjectNotFoundError: the project was deleted meanwhile.
            ProjectFullError: it has ``most`` photographs already.
        """
        with self._write.begin() as session:
            project = session.get(ProjectRow, project_id, with_for_update=True)
            if project is None:
                raise ProjectNotFoundError(project_id)
            check_room(session, project_id, most)
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
        """Renews the leases of ``owner``."""
        with self._write.begin() as session:
            until = self._clock() + timedelta(seconds=lease_s)
            held = update(WaitingReadingRow).where(WaitingReadingRow.owner == owner)
            session.execute(held.values(lease_until=until).execution_options(synchronize_session=False))

    def release(self, owner: str, pause_s: float = 0.0, one: tuple[str, int] | None = None) -> None:
        """Releases the leases of ``owner``, or of ``one`` photograph (project and number), without counting the try."""
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
        """Claims photographs whose lease has expired or was released, the oldest lease first.

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
        """Stores the reading with its glyphs, or the reason of its failure, and adds a tombstone of the source."""
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
