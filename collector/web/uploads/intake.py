"""Takes photographs in: looks at the beginning of the file, then has it read in another process."""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from collector.blobs import Uploads
from collector.capture import is_readable
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoError
from collector.reading import photo_path, picture_path
from collector.store import NewUpload, ProjectNotFoundError, Store
from collector.web.config import WebConfig
from collector.web.uploads.reader_pool import Readers
from templates.errors import PersonError

BLOCK_BYTES = 1 << 20
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


@dataclass
class Taken:
    """A file that was taken in, and the reading of it."""

    numbers: list[int]
    """Its photographs so far: one, or one for each page of a PDF that was opened."""
    reading: asyncio.Task[None] | None
    """None where there was nothing to read."""


class Intake:
    """Takes photographs in for all writers of this process and reads one after another.

    A photograph is in the store from the moment it is here; its reading goes on when nobody waits for it any more.
    """

    def __init__(
        self, config: WebConfig, store: Store, uploads: Uploads, readers: Readers, count: Callable[[str], None]
    ) -> None:
        """``count`` is told what came of each photograph: ``read``, or the error's code."""
        self.uploads = uploads
        self._readers = readers
        self._config = config
        self._store = store
        self._count = count
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, project_id: str, file: UploadFile) -> Taken:
        """Keeps a file, to be read when its turn comes; what is wrong with it is kept beside it.

        Raises:
            TooBusy: it cannot be read soon; nothing was kept.
        """
        if len(self._tasks) >= self._config.limits.waiting_readings:
            raise TooBusy
        name = shown_name(file.filename or "")
        source = self._config.folder / "incoming" / f"{uuid.uuid4().hex}.upload"
        try:
            digest, size = await self._save(file, source, name)
            taken = Taken([await self._begin(project_id, NewUpload(name, digest, size))], None)
        except PersonError as error:
            source.unlink(missing_ok=True)
            self._count(error.code)
            return Taken([await self._begin(project_id, _failed(name, error))], None)
        except BaseException:
            source.unlink(missing_ok=True)
            raise
        taken.reading = asyncio.create_task(self._read(project_id, taken.numbers, name, source))
        self._tasks.add(taken.reading)
        taken.reading.add_done_callback(self._tasks.discard)
        return taken

    async def wait(self, taken: Sequence[Taken], patience_s: float) -> None:
        """Waits until all are read, but no longer than that: they are read all the same."""
        tasks = [each.reading for each in taken if each.reading is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)

    async def close(self) -> None:
        """Ends all readings; their writers are told to upload again."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, project_id: str, numbers: list[int], name: str, source: Path) -> None:
        """Reads a file's photographs under their numbers; whatever happens, none of them is left unread."""
        folder = self.uploads.folder / project_id
        try:
            found = await self._readers.open(source, folder, numbers[0], name)
            for shown, _ in found["rest"]:
                numbers.append(await self._begin(project_id, NewUpload(shown, "", 0)))
            await self._note(project_id, numbers[0], found["first"]["name"], found["first"])
            for number, (shown, path) in zip(numbers[1:], found["rest"], strict=True):
                await self._read_page(project_id, number, shown, Path(path))
        except ProjectNotFoundError:
            await run_in_threadpool(self.uploads.forget, project_id)  # its writer deleted everything meanwhile
        except DamagedImage as error:
            await self._give_up(project_id, numbers, error)
        except BaseException:
            await self._give_up(project_id, numbers, Interrupted())
            raise
        finally:
            for path in (source, *source.parent.glob(f"{source.stem}.*.jpg")):
                path.unlink(missing_ok=True)

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

    async def _begin(self, project_id: str, upload: NewUpload) -> int:
        number = await run_in_threadpool(self._store.projects.next_upload, project_id)
        await run_in_threadpool(self._store.projects.add_upload, project_id, number, upload)
        return number

    async def _end(self, project_id: str, number: int, upload: NewUpload) -> None:
        """Records what was read; of what its writer deleted meanwhile nothing may come back."""
        self._count(upload.error_code or "read")
        is_wanted = await run_in_threadpool(self._store.projects.end_reading, project_id, number, upload)
        if not is_wanted or upload.error:
            names = [path(self.uploads.folder, number).name for path in (photo_path, picture_path)]
            await run_in_threadpool(self.uploads.remove, project_id, names)
        if not is_wanted:
            await run_in_threadpool(self._forget_deleted, project_id)

    def _forget_deleted(self, project_id: str) -> None:
        try:
            self._store.projects.find(project_id)
        except ProjectNotFoundError:
            self.uploads.forget(project_id)

    async def _give_up(self, project_id: str, numbers: Sequence[int], error: PhotoError) -> None:
        uploads = await run_in_threadpool(self._store.projects.uploads, project_id)
        for each in uploads:
            if each.number in numbers and each.is_unread:
                await self._end(project_id, each.number, _failed(each.name, error))

    async def _save(self, file: UploadFile, source: Path, name: str) -> tuple[str, int]:
        """Writes the upload under a generated name, no longer than allowed and only if it begins as a picture."""
        source.parent.mkdir(parents=True, exist_ok=True)
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


def _refused(name: str, error: Mapping[str, str]) -> NewUpload:
    """A photograph that cannot be read, by the reader's word."""
    return NewUpload(name, "", 0, error_code=error["code"], error=f"{error['korean']}\n{error['english']}")


def _failed(name: str, error: PersonError) -> NewUpload:
    return NewUpload(name, "", 0, error_code=error.code, error=str(error))


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no folder, no control or direction signs, not too long. Never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return clean[:NAME_LIMIT] or "photo"
