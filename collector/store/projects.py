"""Writers' projects: photographs handed in, letters drawn again, and the jobs made of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from typing import cast as as_type

from sqlalchemy import CursorResult, Text, and_, cast, delete, exists, func, select, update
from sqlalchemy.orm import Session, load_only

from collector.instances import PhotoReading, Strokes
from collector.store.errors import DrawingsFullError, ProjectFullError, ProjectNotFoundError
from collector.store.glyph_instances import of_upload, put_upload_reading, readings_of
from collector.store.models import JobRow, LetterRow, OutboxRow, ProjectRow, ReadingRow, UploadRow
from collector.store.records import JobState, JobStatus, Letter, LetterMark, NewUpload, Project, Upload
from collector.store.rows import STATUS_COLUMNS, to_job_status
from collector.store.tombstones import name_files, name_project, name_rows
from collector.store.transactions import Transactions
from collector.store.upkeep_models import ResultRow, WaitingReadingRow


class Projects(Transactions):
    """Every method is one transaction, as in the store that this belongs to."""

    def create(self, project_id: str) -> None:
        """A new, empty project."""
        now = self._clock()
        with self._write.begin() as session:
            session.add(ProjectRow(id=project_id, created_at=now, touched_at=now))

    def find(self, project_id: str) -> Project:
        """One project as it stands.

        Raises:
            ProjectNotFoundError: there is none.
        """
        with self._read() as session:
            row = _get(session, project_id)
            return Project(
                row.id, row.name, row.english_name, row.designer, row.licence, row.created_at, row.touched_at
            )

    def call(self, project_id: str, name: str, english_name: str, designer: str, licence: str) -> None:
        """Names the font and chooses its licence."""
        with self._write.begin() as session:
            row = _get(session, project_id, for_update=True)
            row.name, row.english_name, row.designer, row.licence = name, english_name, designer, licence
            row.touched_at = self._clock()

    def next_upload(self, project_id: str) -> int:
        """The number of the next photograph, from 1; no number is given twice."""
        with self._write.begin() as session:
            row = _get(session, project_id, for_update=True)
            row.uploads_made += 1
            row.touched_at = self._clock()
            return row.uploads_made

    def add_upload(self, project_id: str, number: int, upload: NewUpload, most: int | None = None) -> None:
        """Keeps a photograph that was read or refused; for one that waits for its reading see ``Readings``.

        Raises:
            ProjectNotFoundError: the project was deleted meanwhile.
            ProjectFullError: it has ``most`` photographs already.
        """
        with self._write.begin() as session:
            _get(session, project_id, for_update=True)
            check_room(session, project_id, most)
            session.add(UploadRow(project_id=project_id, number=number, created_at=self._clock(), **upload.columns()))
            session.flush()
            if upload.reading is not None:
                put_upload_reading(session, project_id, number, upload.reading)

    def give_up_readings(self, before: datetime, code: str, error: str) -> int:
        """Photographs from before then whose file nobody kept for a reading will not be read any more."""
        waits = exists().where(
            WaitingReadingRow.project_id == UploadRow.project_id, WaitingReadingRow.number == UploadRow.number
        )
        is_read = exists().where(of_upload(UploadRow.project_id, UploadRow.number))
        unread = and_(~is_read, UploadRow.error.is_(None), UploadRow.created_at < before, ~waits)
        with self._write.begin() as session:
            given_up = session.execute(update(UploadRow).where(unread).values(error_code=code, error=error))
            return as_type(CursorResult[Any], given_up).rowcount

    def uploads(self, project_id: str) -> list[Upload]:
        """A project's photographs in the order they came."""
        with self._read() as session:
            query = select(UploadRow).where(UploadRow.project_id == project_id).order_by(UploadRow.number)
            readings = readings_of(session, project_id)
            return [_upload(row, readings.get(row.number)) for row in session.scalars(query)]

    def remove_upload(self, project_id: str, number: int, names: Sequence[str]) -> None:
        """Forgets a photograph and what was read in it; tombstones name its files."""
        with self._write.begin() as session:
            row = session.get(UploadRow, (project_id, number))
            if row is None:
                return
            has_reading = (
                session.scalars(select(ReadingRow.id).where(of_upload(project_id, number))).first() is not None
            )
            is_read = has_reading or row.error is not None
            session.delete(row)
            name_files(session, project_id, names, self._clock(), is_worked_on=not is_read)
            name_rows(session, project_id, self._clock())

    def letters(self, project_id: str) -> list[Letter]:
        """What the writer said about single letters."""
        with self._read() as session:
            query = select(LetterRow).where(LetterRow.project_id == project_id).order_by(LetterRow.char)
            return [Letter(row.char, row.strokes, row.is_wrong, row.changed_at) for row in session.scalars(query)]

    def letter_marks(self, project_id: str) -> list[LetterMark]:
        """As ``letters``, without strokes."""
        is_drawn = LetterRow.strokes.is_not(None)
        with self._read() as session:
            query = select(LetterRow.char, is_drawn, LetterRow.is_wrong).where(LetterRow.project_id == project_id)
            return [LetterMark(*row) for row in session.execute(query.order_by(LetterRow.char))]

    def letter(self, project_id: str, char: str) -> Letter | None:
        """What the writer said about one letter."""
        with self._read() as session:
            row = session.get(LetterRow, (project_id, char))
            return None if row is None else Letter(row.char, row.strokes, row.is_wrong, row.changed_at)

    def draw_letter(self, project_id: str, char: str, strokes: Strokes | None, most_bytes: int | None = None) -> None:
        """A letter drawn again by hand, no longer wrong; None takes the drawing back.

        Raises:
            DrawingsFullError: with it the project's drawings would take more than ``most_bytes`` of JSON.
        """
        with self._write.begin() as session:
            row = self._letter(session, project_id, char)
            if strokes and most_bytes is not None:
                others = LetterRow.project_id == project_id, LetterRow.char != char, LetterRow.strokes.is_not(None)
                taken = select(func.sum(func.length(cast(LetterRow.strokes, Text)))).where(*others)
                if (session.execute(taken).scalar_one() or 0) + len(json.dumps(strokes)) > most_bytes:
                    raise DrawingsFullError(project_id, most_bytes)
            if strokes:
                row.strokes = [[list(point) for point in line] for line in strokes]
                row.is_wrong = False
            else:
                session.delete(row)

    def mark_letter(self, project_id: str, char: str, is_wrong: bool) -> None:
        """Marks a letter as wrong, or takes the mark back."""
        with self._write.begin() as session:
            row = self._letter(session, project_id, char)
            row.is_wrong = is_wrong
            if row.strokes is None and not is_wrong:
                session.delete(row)

    def _letter(self, session: Session, project_id: str, char: str) -> LetterRow:
        project = _get(session, project_id, for_update=True)
        project.touched_at = self._clock()
        row = session.get(LetterRow, (project_id, char))
        if row is None:
            row = LetterRow(project_id=project_id, char=char, is_wrong=False)
            session.add(row)
        row.changed_at = self._clock()
        session.flush()
        return row

    def jobs(self, project_id: str) -> list[JobStatus]:
        """Where a project's jobs stand, the oldest first."""
        with self._read() as session:
            query = select(JobRow).where(JobRow.project_id == project_id).order_by(JobRow.created_at, JobRow.id)
            return [to_job_status(row) for row in session.scalars(query.options(load_only(*STATUS_COLUMNS)))]

    def delete(self, project_id: str) -> None:
        """Deletes a project with everything the database knows of it; whoever works on it loses the lease.

        Tombstones name what is to be deleted elsewhere: its files, and results that no other job names.
        """
        with self._write.begin() as session:
            _get(session, project_id, for_update=True)
            found = session.execute(select(JobRow.id, JobRow.state).where(JobRow.project_id == project_id))
            states = {row.id: row.state for row in found}
            job_ids = tuple(states)
            is_worked_on = JobState.RUNNING.value in states.values()
            results = _own_results(session, job_ids)
            name_project(session, project_id, results, self._clock(), is_worked_on=is_worked_on)
            session.execute(delete(OutboxRow).where(OutboxRow.key.in_(job_ids)))
            session.execute(delete(JobRow).where(JobRow.id.in_(job_ids)))
            session.execute(delete(ProjectRow).where(ProjectRow.id == project_id))

    def untouched_since(self, moment: datetime, limit: int) -> list[str]:
        """Projects that nobody changed or looked at since then, but those that wait for a worker or have one."""
        busy = select(JobRow.project_id).where(JobRow.state.in_(("queued", "running")), JobRow.project_id.is_not(None))
        with self._read() as session:
            query = select(ProjectRow.id).where(ProjectRow.touched_at < moment, ProjectRow.id.not_in(busy))
            return list(session.scalars(query.limit(limit)))

    def touch(self, project_id: str) -> None:
        """The writer was here: the days until deletion count from now."""
        with self._write.begin() as session:
            session.execute(update(ProjectRow).where(ProjectRow.id == project_id).values(touched_at=self._clock()))

    def photos_before(self, moment: datetime, limit: int) -> list[tuple[str, int]]:
        """Photographs handed in before then that are still kept: project and number."""
        with self._read() as session:
            query = select(UploadRow.project_id, UploadRow.number).where(
                UploadRow.created_at < moment, UploadRow.removed_at.is_(None)
            )
            return [(project, number) for project, number in session.execute(query.limit(limit))]

    def remove_photo(self, project_id: str, number: int, names: Sequence[str]) -> None:
        """Keeps what was read in a photograph, and no longer the photograph: tombstones name its files."""
        one = and_(UploadRow.project_id == project_id, UploadRow.number == number)
        with self._write.begin() as session:
            session.execute(update(UploadRow).where(one).values(removed_at=self._clock()))
            name_files(session, project_id, names, self._clock())

    def missing(self, project_ids: Sequence[str]) -> set[str]:
        """Those of some ids that no project has."""
        with self._read() as session:
            known = session.scalars(select(ProjectRow.id).where(ProjectRow.id.in_(project_ids)))
            return set(project_ids) - set(known)


def _get(session: Session, project_id: str, *, for_update: bool = False) -> ProjectRow:
    row = session.get(ProjectRow, project_id, with_for_update=for_update or None)
    if row is None:
        raise ProjectNotFoundError(project_id)
    return row


def _own_results(session: Session, job_ids: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    named = select(ResultRow.stage, ResultRow.key)
    mine = {(stage, key) for stage, key in session.execute(named.where(ResultRow.job_id.in_(job_ids)))}
    keys = {key for _, key in mine}
    others = session.execute(named.where(ResultRow.key.in_(keys), ResultRow.job_id.not_in(job_ids)))
    return tuple(sorted(mine - {(stage, key) for stage, key in others}))


def _upload(row: UploadRow, reading: PhotoReading | None) -> Upload:
    return Upload(
        row.number,
        row.name,
        row.sha256,
        row.size_bytes,
        reading,
        row.error_code,
        row.error,
        row.created_at,
        row.removed_at,
    )


def check_room(session: Session, project_id: str, most: int | None) -> None:
    """Raises ProjectFullError where a project has ``most`` photographs; its row is locked by then."""
    own = select(func.count()).select_from(UploadRow).where(UploadRow.project_id == project_id)
    if most is not None and session.execute(own).scalar_one() >= most:
        raise ProjectFullError(project_id, most)
