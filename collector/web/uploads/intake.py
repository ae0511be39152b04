"""Takes uploaded photographs: looks at the beginning of the file, then has it read in another process."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import socket
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from collector.blobs import INCOMING, Uploads, file_names, owned_folder, photo_path, picture_path, source_path
from collector.capture import is_readable
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoError
from collector.storage_trouble import StorageTrouble, is_storage_trouble
from collector.store import NewUpload, ProjectFullError, ProjectNotFoundError, ReadingEnd, Store, WaitingReading
from collector.web.config import WebConfig
from collector.web.uploads.reader_pool import ReaderPool
from templates.errors import PersonError
from templates.names import visible_text

log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
LEASE_S = 15.0
"""After so much silence of a web process others read its photographs."""
BEAT_S = 4.0
READINGS_A_READER = 4
"""So many photographs of silent processes are taken over at once for each process that reads."""
MOST_TRIES = 3
STORAGE_PAUSE_S = 10.0
NAME_LIMIT = 120


class TooBusy(PhotoError):
    """More photographs wait than can be read soon."""

    code = "photo.too_busy"

    def __init__(self) -> None:
        super().__init__(
            "지금 사진을 올리는 사람이 많습니다. 1분쯤 뒤에 다시 올려 주세요.",
            "Many photographs are being read right now: please upload again in a minute.",
        )


class Interrupted(PhotoError):
    """The process that read a photograph ended before it had."""

    code = "photo.interrupted"

    def __init__(self) -> None:
        super().__init__(
            "이 사진을 읽다가 멈췄습니다. 한 번 더 올려 주세요.",
            "The reading of this photograph was interrupted: please upload it once more.",
        )


class NoRoom(PhotoError):
    """The project has as many photographs as it may have; pages of a PDF are photographs."""

    code = "photo.no_room"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"사진은 PDF의 쪽까지 쳐서 {most}장까지 올릴 수 있습니다. 필요 없는 사진을 먼저 지워 주세요.",
            f"There is room for {most} photographs, pages of a PDF counted: remove some you do not need first.",
        )


SpendPhotos = Callable[[int], Awaitable[None]]
"""Counts so many photographs for whoever uploaded them; raises PersonError where there were too many."""


@dataclass
class AcceptedFile:
    """A file that was accepted, and the reading of it."""

    numbers: list[int]
    """Its photographs so far: one, or one for each page of a PDF that was opened."""
    reading: asyncio.Task[None] | None
    """None where there was nothing to read."""


class Intake:
    """Takes the photographs of all writers of this process and has one after another read.

    A photograph is in the store from the moment it is here, with its file; its reading goes on when nobody waits for it
    any more, and in another web process when this one dies.
    """

    def __init__(
        self, config: WebConfig, store: Store, uploads: Uploads, readers: ReaderPool, count: Callable[[str], None]
    ) -> None:
        """``count`` is told what came of each photograph: ``read``, or the error's code."""
        self.uploads = uploads
        self._readers = readers
        self._config = config
        self._store = store
        self._count = count
        self._accepted: dict[asyncio.Task[None], AcceptedFile] = {}
        self._owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._resources = ExitStack()
        self._incoming = Path()

    def open(self) -> None:
        """Makes the folder in which this process keeps files while they come in and are read."""
        self._incoming = self._resources.enter_context(owned_folder(self._config.folder / INCOMING))

    async def take(self, project_id: str, file: UploadFile, spend: SpendPhotos) -> AcceptedFile:
        """Keeps a file, to be read when its turn comes; what is wrong with it is kept beside it.

        Args:
            spend: counts the further photographs of a file, the pages of a PDF.

        Raises:
            TooBusy: it cannot be read soon; nothing was kept.
            NoRoom: the project is full; nothing was kept.
        """
        self._check_queue(1)
        name = shown_name(file.filename or "")
        source = self._incoming / f"{uuid.uuid4().hex}.upload"
        try:
            digest, size = await self._save(file, source, name)
            number = await run_in_threadpool(self._begin, project_id, NewUpload(name, digest, size), source)
        except NoRoom:
            source.unlink(missing_ok=True)
            raise
        except PersonError as error:
            source.unlink(missing_ok=True)
            self._count(error.code)
            return AcceptedFile([await run_in_threadpool(self._refuse, project_id, _failed(name, error))], None)
        except BaseException:
            source.unlink(missing_ok=True)
            raise
        accepted = AcceptedFile([number], None)
        self._start(accepted, self._read(project_id, accepted.numbers, name, source, spend))
        return accepted

    def _start(self, accepted: AcceptedFile, reading: Coroutine[Any, Any, None]) -> None:
        accepted.reading = asyncio.create_task(reading)
        self._accepted[accepted.reading] = accepted
        accepted.reading.add_done_callback(self._accepted.pop)

    def _check_queue(self, count: int) -> None:
        waiting = sum(len(each.numbers) for each in self._accepted.values())
        if waiting + count > self._config.limits.waiting_readings:
            raise TooBusy

    async def wait(self, accepted: Sequence[AcceptedFile], timeout_s: float) -> None:
        """Waits until all are read, but no longer than that: they are read all the same."""
        tasks = [each.reading for each in accepted if each.reading is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)

    async def keep_reading(self) -> None:
        """Holds on to what this process reads, and takes over what others have left; until it is cancelled."""
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.beat()
            except Exception as error:
                log.warning("photographs that wait could not be looked for, trying again: %s", error)

    async def beat(self) -> None:
        """Once of ``keep_reading``."""
        readings = self._store.readings
        if self._accepted:
            await run_in_threadpool(readings.hold, self._owner, LEASE_S)
        room = READINGS_A_READER * self._config.readers - len(self._accepted)
        if room > 0:
            for waiting in await run_in_threadpool(readings.claim, self._owner, LEASE_S, room):
                await self._take_over(waiting)

    async def _take_over(self, waiting: WaitingReading) -> None:
        """Reads what another process has left, unless that has been tried often, or its file is gone."""
        kept = await run_in_threadpool(self.uploads.fetch, waiting.project_id, waiting.source)
        if kept is None or waiting.tries > MOST_TRIES:
            await self._end(waiting.project_id, waiting.number, _failed(waiting.name, Interrupted()))
            return
        source = self._incoming / f"{uuid.uuid4().hex}.upload"
        await run_in_threadpool(_copy, kept, source)
        accepted = AcceptedFile([waiting.number], None)
        reading = self._read(waiting.project_id, accepted.numbers, waiting.name, source, None, waiting.opened_by)
        self._start(accepted, reading)

    async def close(self) -> None:
        """Ends all readings: other web processes, or the next one here, go on with them."""
        tasks = tuple(self._accepted)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await run_in_threadpool(self._store.readings.release, self._owner)
        finally:
            self._resources.close()

    async def _read(
        self,
        project_id: str,
        numbers: list[int],
        name: str,
        source: Path,
        spend: SpendPhotos | None,
        opened_by: int | None = None,
    ) -> None:
        """Reads a file's photographs under their numbers; what cannot be read to its end now waits for another time."""
        try:
            if opened_by is None:
                await self._read_file(project_id, numbers, name, source, spend)
            else:
                await self._read_page(project_id, numbers[0], name, source)
        except ProjectNotFoundError:
            await run_in_threadpool(self.uploads.forget, project_id)  # its writer deleted everything meanwhile
        except PersonError as error:
            await self._give_up(project_id, numbers, error)
        except Exception as error:
            log.warning("a photograph was not read to its end and waits to be read again: %r", error)
            if is_storage_trouble(error):
                self._count(StorageTrouble.code)
                for number in numbers:
                    one = (project_id, number)
                    await run_in_threadpool(self._store.readings.release, self._owner, STORAGE_PAUSE_S, one)
        finally:
            for path in (source, *source.parent.glob(f"{source.stem}.*.jpg")):
                path.unlink(missing_ok=True)

    async def _read_file(
        self, project_id: str, numbers: list[int], name: str, source: Path, spend: SpendPhotos | None
    ) -> None:
        found = await self._readers.open(source, self.uploads.folder / project_id, numbers[0], name)
        pages = [(NewUpload(shown, "", 0), Path(path)) for shown, path in found["rest"]]
        await self._check_pages(project_id, len(pages), spend)
        for page, path in pages:
            numbers.append(await run_in_threadpool(self._begin, project_id, page, path, numbers[0]))
        await self._note(project_id, numbers[0], found["first"]["name"], found["first"])
        for number, (page, path) in zip(numbers[1:], pages, strict=True):
            await self._read_page(project_id, number, page.name, path)

    async def _check_pages(self, project_id: str, count: int, spend: SpendPhotos | None) -> None:
        """Makes sure that there is room for all further pages of a PDF; they are photographs like others.

        Raises:
            PersonError: there is none in the project or in the queue, or its writer uploaded too many.
        """
        most = self._config.limits.photos_a_project
        if count and len(await run_in_threadpool(self._store.projects.uploads, project_id)) + count > most:
            raise NoRoom(most)
        self._check_queue(count)
        if spend is not None and count:
            await spend(count)

    async def _read_page(self, project_id: str, number: int, name: str, picture: Path) -> None:
        """A further page of a PDF."""
        try:
            found = await self._readers.read(picture, self.uploads.folder / project_id, number, name)
        except DamagedImage as error:
            await self._end(project_id, number, _failed(name, error))
            return
        await self._note(project_id, number, name, found)

    async def _note(self, project_id: str, number: int, name: str, found: Mapping[str, Any]) -> None:
        """What a reader found in a photograph."""
        if "error" in found:
            await self._end(project_id, number, _refused(name, found["error"]))
            return
        names = [path(self.uploads.folder, number).name for path in (photo_path, picture_path)]
        await run_in_threadpool(self.uploads.keep, project_id, names)
        await self._end(
            project_id, number, NewUpload(name, found["sha256"], found["size_bytes"], reading=found["reading"])
        )

    def _refuse(self, project_id: str, upload: NewUpload) -> int:
        number, most = self._store.projects.next_upload(project_id), self._config.limits.photos_a_project
        try:
            self._store.projects.add_upload(project_id, number, upload, most)
        except ProjectFullError as error:
            raise NoRoom(most) from error
        return number

    def _begin(self, project_id: str, upload: NewUpload, source: Path, opened_by: int | None = None) -> int:
        """Puts a photograph that is to be read into the store, and its file where every process finds it."""
        most = self._config.limits.photos_a_project
        try:
            number = self._store.readings.begin(
                project_id,
                upload,
                lambda number: source_path(Path(), number).name,
                self._owner,
                LEASE_S,
                opened_by,
                most,
            )
        except ProjectFullError as error:
            raise NoRoom(most) from error
        kept = source_path(self.uploads.folder / project_id, number)
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            _copy(source, kept)
            self.uploads.keep(project_id, [kept.name])
        except BaseException:
            self._store.projects.remove_upload(project_id, number, file_names(number))
            raise
        return number

    async def _end(self, project_id: str, number: int, upload: NewUpload) -> None:
        """Records what was read; of what its writer deleted meanwhile nothing may come back."""
        self._count(upload.error_code or "read")
        end = await run_in_threadpool(self._store.readings.end, project_id, number, self._owner, upload)
        if end is ReadingEnd.TAKEN_OVER:
            return
        names = file_names(number)
        if end is ReadingEnd.NOTED and not upload.error:
            names = [source_path(Path(), number).name]
        await run_in_threadpool(self.uploads.remove, project_id, names)
        if end is ReadingEnd.DELETED:
            await run_in_threadpool(self._forget_deleted, project_id)

    def _forget_deleted(self, project_id: str) -> None:
        try:
            self._store.projects.find(project_id)
        except ProjectNotFoundError:
            self.uploads.forget(project_id)

    async def _give_up(self, project_id: str, numbers: Sequence[int], error: PersonError) -> None:
        uploads = await run_in_threadpool(self._store.projects.uploads, project_id)
        for each in uploads:
            if each.number in numbers and each.is_unread:
                await self._end(project_id, each.number, _failed(each.name, error))

    async def _save(self, file: UploadFile, source: Path, name: str) -> tuple[str, int]:
        """Writes the upload under a generated name, no longer than allowed and only if it begins as a picture."""
        digest, size, limit = hashlib.sha256(), 0, self._config.limits.photo_bytes
        with source.open("wb") as out:
            while block := await file.read(BLOCK_BYTES):
                if not size and not is_readable(block):
                    raise NotAnImage(name)
                size += len(block)
                if size > limit:
                    raise ImageTooLarge(name, f"{limit // 1_000_000} MB")
                digest.update(block)
                await run_in_threadpool(out.write, block)
        if not size:
            raise EmptyFile(name)
        return digest.hexdigest(), size


def _copy(source: Path, target: Path) -> None:
    """A second name for a file, or a copy where the file system has no such thing."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError as error:
        if is_storage_trouble(error):
            raise
        shutil.copyfile(source, target)


def _refused(name: str, error: Mapping[str, str]) -> NewUpload:
    """A photograph that cannot be read, by the reader's word."""
    return NewUpload(name, "", 0, error_code=error["code"], error=f"{error['korean']}\n{error['english']}")


def _failed(name: str, error: PersonError) -> NewUpload:
    return NewUpload(name, "", 0, error_code=error.code, error=str(error))


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no folder, no control or direction signs, not too long. Never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return visible_text(last)[:NAME_LIMIT] or "photo"
