"""Takes photographs in: looks at the beginning of the file, then has it read in another process."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from collector.blobs import Uploads
from collector.capture import is_readable
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoError
from collector.store import NewUpload, ProjectNotFoundError, Store
from collector.web.config import WebConfig
from collector.web.readers import Readers
from collector.web.reading import photo_path, picture_path
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


class Intake:
    """Reads photographs one after another for all writers of this process."""

    def __init__(self, config: WebConfig, store: Store, uploads: Uploads, readers: Readers) -> None:
        self.uploads = uploads
        self._readers = readers
        self._config = config
        self._store = store
        self._waiting = 0

    async def take(self, project_id: str, file: UploadFile) -> list[int]:
        """Keeps and reads a file: one photograph, or the pages of a PDF; returns their numbers.

        What is wrong with one is kept beside it.

        Raises:
            TooBusy: it cannot be read soon; nothing was kept.
        """
        if self._waiting >= self._config.limits.waiting_readings:
            raise TooBusy
        self._waiting += 1
        name = shown_name(file.filename or "")
        try:
            return await self._read(project_id, name, file)
        finally:
            self._waiting -= 1

    async def _read(self, project_id: str, name: str, file: UploadFile) -> list[int]:
        source = self._config.folder / "incoming" / f"{uuid.uuid4().hex}.upload"
        try:
            digest, size = await self._save(file, source, name)
            found = await self._readers.open(source, name)
        except PersonError as error:
            return [await self._keep(project_id, NewUpload(name, "", 0, error_code=error.code, error=str(error)))]
        finally:
            source.unlink(missing_ok=True)
        if "error" in found:
            return [await self._keep(project_id, _refused(name, digest, size, found["error"]))]
        return [await self._read_one(project_id, shown, Path(path)) for shown, path in found["pictures"]]

    async def _read_one(self, project_id: str, name: str, picture: Path) -> int:
        folder = self.uploads.folder / project_id
        number = await run_in_threadpool(self._store.projects.next_upload, project_id)
        try:
            found = await self._readers.read(picture, folder, number, name)
        except DamagedImage as error:
            refused = NewUpload(name, "", 0, error_code=error.code, error=str(error))
            return await self._keep(project_id, refused, number)
        finally:
            picture.unlink(missing_ok=True)
        if "error" in found:
            return await self._keep(project_id, _refused(name, "", 0, found["error"]), number)
        kept = photo_path(folder, number)
        digest, size = await run_in_threadpool(_hash, kept), kept.stat().st_size
        await run_in_threadpool(self.uploads.keep, project_id, [kept.name, picture_path(folder, number).name])
        return await self._keep(project_id, NewUpload(name, digest, size, reading=found["reading"]), number)

    async def _keep(self, project_id: str, upload: NewUpload, number: int | None = None) -> int:
        projects = self._store.projects
        given = await run_in_threadpool(projects.next_upload, project_id) if number is None else number
        try:
            await run_in_threadpool(projects.add_upload, project_id, given, upload)
        except ProjectNotFoundError:
            # The writer deleted everything while this was read: nothing may come back.
            await run_in_threadpool(self.uploads.forget, project_id)
            raise
        return given

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


def _refused(name: str, digest: str, size: int, error: dict[str, str]) -> NewUpload:
    told = f"{error['korean']}\n{error['english']}"
    return NewUpload(name, digest, size, error_code=error["code"], error=told)


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no folder, no control or direction signs, not too long. Never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return clean[:NAME_LIMIT] or "photo"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
