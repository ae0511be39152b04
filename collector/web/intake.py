"""Takes photographs in: looks at the beginning of the file, then has it read in another process."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import unicodedata
import uuid
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from collector.blobs import Uploads
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoError
from collector.store import NewUpload, ProjectNotFoundError, Store
from collector.web.config import WebConfig
from collector.web.reading import photo_path, picture_path, prepare_process, read_upload
from templates.errors import PersonError

BLOCK_BYTES = 1 << 20
NAME_LIMIT = 120
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
READINGS_A_PROCESS = 60
"""A reading process is replaced after so many photographs, which gives its memory back."""


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

    def __init__(self, config: WebConfig, store: Store, uploads: Uploads) -> None:
        self.uploads = uploads
        self._config = config
        self._store = store
        self._pool: ProcessPoolExecutor | None = None
        self._waiting = 0

    def close(self) -> None:
        """Ends the reading processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def take(self, project_id: str, file: UploadFile) -> int:
        """Keeps and reads one photograph; returns its number. What is wrong with it is kept beside it.

        Raises:
            TooBusy: it cannot be read soon; nothing was kept.
        """
        if self._waiting >= self._config.limits.waiting_readings:
            raise TooBusy
        self._waiting += 1
        name = shown_name(file.filename or "")
        try:
            number = await run_in_threadpool(self._store.projects.next_upload, project_id)
            upload = await self._read(project_id, number, name, file)
            await run_in_threadpool(self._keep, project_id, number, upload)
            return number
        finally:
            self._waiting -= 1

    def _keep(self, project_id: str, number: int, upload: NewUpload) -> None:
        try:
            self._store.projects.add_upload(project_id, number, upload)
        except ProjectNotFoundError:
            # The writer deleted everything while this was read: nothing may come back.
            self.uploads.forget(project_id)
            raise

    async def _read(self, project_id: str, number: int, name: str, file: UploadFile) -> NewUpload:
        folder = self.uploads.folder / project_id
        source = self._config.folder / "incoming" / f"{uuid.uuid4().hex}.upload"
        try:
            digest, size = await self._save(file, source, name)
            found = await self._read_apart(source, folder, number, name)
        except PersonError as error:
            return NewUpload(name, "", 0, error_code=error.code, error=str(error))
        finally:
            source.unlink(missing_ok=True)
        if "error" in found:
            generated = photo_path(folder, number).name
            told = "\n".join(found["error"][language] for language in ("korean", "english"))
            told = told.replace(generated, name).replace(source.name, name)
            return NewUpload(name, digest, size, error_code=found["error"]["code"], error=told)
        kept = photo_path(folder, number)
        digest, size = await run_in_threadpool(_hash, kept), kept.stat().st_size
        await run_in_threadpool(self.uploads.keep, project_id, [kept.name, picture_path(folder, number).name])
        return NewUpload(name, digest, size, reading=found["reading"])

    async def _save(self, file: UploadFile, source: Path, name: str) -> tuple[str, int]:
        """Writes the upload under a generated name, no longer than allowed and only if it begins as a picture."""
        source.parent.mkdir(parents=True, exist_ok=True)
        digest, size, limit = hashlib.sha256(), 0, self._config.limits.photo_bytes
        with source.open("wb") as out:
            while block := await file.read(BLOCK_BYTES):
                if not size and not looks_like_photo(block):
                    raise NotAnImage(name)
                size += len(block)
                if size > limit:
                    raise ImageTooLarge(name, f"{limit // 1_000_000} MB")
                digest.update(block)
                await run_in_threadpool(out.write, block)
        if not size:
            raise EmptyFile(name)
        return digest.hexdigest(), size

    async def _read_apart(self, source: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
        folder.mkdir(parents=True, exist_ok=True)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._config.readers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=prepare_process,
                max_tasks_per_child=READINGS_A_PROCESS,
            )
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, read_upload, source, folder, number)
        except BrokenProcessPool as error:
            # The process died over this photograph (or over a neighbour's): the next one gets a new process.
            if self._pool is pool:
                self._pool = None
            raise DamagedImage(name) from error


def looks_like_photo(beginning: bytes) -> bool:
    """Whether a file begins as JPEG, PNG, WebP, HEIC or AVIF does; its name and declared type count for nothing."""
    if beginning.startswith(_BEGINNINGS):
        return True
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return True
    return beginning[4:8] == b"ftyp" and beginning[8:12] in _BRANDS


def shown_name(name: str) -> str:
    """A file's name as it may be shown: no folder, no control or direction signs, not too long. Never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return clean[:NAME_LIMIT] or "photo"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
