"""What was written, from the database: of a job of the command line, or of a project of the web."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from collector.blobs import Uploads, photo_path
from collector.errors import PhotoDeleted
from collector.instances import Chosen, PhotoReading, Preference, SheetJudgement, judge_sheet
from collector.store import Job, LeaseTransaction, Store
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.pipeline.cache_keys import hash_sources
from deploy.pipeline.font_plan import CAPTURE_CODE
from deploy.pipeline.written_hand import UnreadPhoto


class _StoredHand(ABC):
    """Reads rows once, and again after more were written."""

    preference: Preference

    def __init__(self, store: Store, job: Job) -> None:
        self._store = store
        self._job = job
        self._judged: SheetJudgement | None = None

    @abstractmethod
    def _readings(self) -> Sequence[PhotoReading]:
        """All that was read, without ink."""

    def judged(self) -> SheetJudgement:
        """What all that was read says together; without ink."""
        if self._judged is None:
            self._judged = judge_sheet(retry_while_unavailable(self._readings), self.preference)
        return self._judged

    def inked(self) -> Sequence[Chosen]:
        """The instances that go into the font, with their ink."""
        good = self.judged().good
        load = partial(self._store.instances.with_ink, [each.instance for each in good])
        inked = retry_while_unavailable(load)
        return [replace(each, instance=instance) for each, instance in zip(good, inked, strict=True)]


class JobHand(_StoredHand):
    """What was written on photographs given on the command line: of two good instances the better counts."""

    preference = Preference.BEST

    def __init__(self, store: Store, job: Job, photos: Sequence[Path]) -> None:
        """``photos``: the job's photographs on this machine, in its order."""
        super().__init__(store, job)
        self._photos = photos

    def unread(self) -> Sequence[UnreadPhoto]:
        """The photographs that today's code has not read; of copies one."""
        known = retry_while_unavailable(partial(self._store.instances.read_by, self._job.id, _capture_code()))
        unread: dict[str, UnreadPhoto] = {}
        for number, photo in enumerate(retry_while_unavailable(partial(self._store.photos, self._job.id))):
            if photo.sha256 not in known and photo.sha256 not in unread:
                path = self._photos[number]
                unread[photo.sha256] = UnreadPhoto(number, path.name, photo.sha256, partial(Path, path))
        return list(unread.values())

    def keep(self, work: LeaseTransaction, readings: Sequence[PhotoReading]) -> None:
        """Keeps what was read in them."""
        work.photos_read(readings, _capture_code())
        self._judged = None

    def _readings(self) -> Sequence[PhotoReading]:
        return self._store.instances.of_job(self._job.id)


class ProjectHand(_StoredHand):
    """What was written on the uploads of a project that a job is made of: of two good instances the newer counts."""

    preference = Preference.NEWEST

    def __init__(self, store: Store, job: Job, uploads: Uploads) -> None:
        super().__init__(store, job)
        self._uploads = uploads

    def unread(self) -> Sequence[UnreadPhoto]:
        """The photographs that were read before glyphs were kept, where a glyph of theirs counts."""
        bare = {each.reading.number: each.reading for each in self.judged().good if each.instance.ink is None}
        if not bare:
            return []
        uploads = retry_while_unavailable(partial(self._store.projects.uploads, str(self._job.project_id)))
        return [
            UnreadPhoto(each.number, each.name, each.sha256, partial(self._fetch, bare[each.number]))
            for each in uploads
            if each.number in bare
        ]

    def _fetch(self, reading: PhotoReading) -> Path:
        name = photo_path(self._uploads.folder, reading.number).name
        path = self._uploads.fetch(str(self._job.project_id), name)
        if path is None:
            raise PhotoDeleted(reading.photo)
        return path

    def keep(self, work: LeaseTransaction, readings: Sequence[PhotoReading]) -> None:
        """Keeps what was read in them."""
        work.uploads_read(readings)
        self._judged = None

    def _readings(self) -> Sequence[PhotoReading]:
        return self._store.instances.of_project(str(self._job.project_id), self._job.options["numbers"])


def _capture_code() -> str:
    return hash_sources(CAPTURE_CODE)
