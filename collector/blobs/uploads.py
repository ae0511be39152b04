"""Stores writers' photographs and the flat pictures of their pages, a folder for each project."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from collector.blobs.bucket import Bucket
from collector.blobs.folders import delete_folder

INCOMING = "incoming"
"""The folder of files that are being received, beside the projects' folders."""
COPY_S = 900.0
"""Seconds that a process keeps its copy of a shared file."""


def photo_path(folder: Path, number: int) -> Path:
    """Where a project keeps a photograph: a generated name, whatever the writer's device called it."""
    return folder / f"photo-{number}.jpg"


def source_path(folder: Path, number: int) -> Path:
    """Where a project keeps an uploaded file until it is read."""
    return folder / f"source-{number}.upload"


def file_names(number: int) -> list[str]:
    """The names of all files that a project may keep of a photograph."""
    return [path(Path(), number).name for path in (source_path, photo_path, picture_path)]


def picture_path(folder: Path, number: int) -> Path:
    """Where a project keeps the flat page of a photograph."""
    return folder / f"page-{number}.jpg"


class Uploads(Protocol):
    """Storage of uploaded files, shared by all machines."""

    @property
    def folder(self) -> Path:
        """The folder that this machine writes into: ``folder / project / name``."""

    def keep(self, project: str, names: Sequence[str]) -> None:
        """Makes files that were written into ``folder`` available to all machines; skips those that do not exist."""

    def fetch(self, project: str, name: str) -> Path | None:
        """The path of a file on this machine; None where there is no such file."""

    def remove(self, project: str, names: Sequence[str]) -> None:
        """Deletes files that exist."""

    def forget(self, project: str) -> None:
        """Deletes all files of a project; after an error some of them may be left."""

    def projects(self) -> list[str]:
        """The ids of the projects that have files."""

    def drop_copies(self) -> None:
        """Deletes this process's copies that were not fetched for ``COPY_S``."""


class UploadFolder:
    """Storage in a folder that all processes share."""

    def __init__(self, root: Path) -> None:
        self.folder = root

    def keep(self, project: str, names: Sequence[str]) -> None:
        """Does nothing: the files are in the shared folder already."""

    def fetch(self, project: str, name: str) -> Path | None:
        """The path of the file itself."""
        path = self.folder / project / name
        return path if path.is_file() else None

    def remove(self, project: str, names: Sequence[str]) -> None:
        """Deletes files that exist."""
        for name in names:
            (self.folder / project / name).unlink(missing_ok=True)

    def forget(self, project: str) -> None:
        """Deletes the project's folder."""
        delete_folder(self.folder / project)

    def projects(self) -> list[str]:
        """The ids of the projects that have a folder."""
        if not self.folder.is_dir():
            return []
        return [each.name for each in self.folder.iterdir() if each.is_dir() and each.name != INCOMING]

    def drop_copies(self) -> None:
        """Does nothing: there are no copies."""


class UploadBucket:
    """Storage in a bucket, as ``uploads/<project>/<name>``; ``folder`` holds files being written and copies."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket = bucket
        self.folder = folder

    def keep(self, project: str, names: Sequence[str]) -> None:
        """Moves files into the bucket."""
        for name in names:
            path = self.folder / project / name
            if path.is_file():
                self._bucket.put(f"uploads/{project}/{name}", path)
                path.unlink()

    def fetch(self, project: str, name: str) -> Path | None:
        """The path of a copy of the file, which is kept for later calls."""
        path = self.folder / project / name
        if path.is_file():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path if self._bucket.get(f"uploads/{project}/{name}", path) else None

    def drop_copies(self) -> None:
        """Deletes copies that were not fetched for ``COPY_S``."""
        before_s = time.time() - COPY_S
        for path in self.folder.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before_s:
                    path.unlink()

    def remove(self, project: str, names: Sequence[str]) -> None:
        """Deletes objects, and this machine's copies."""
        for name in names:
            self._bucket.remove(f"uploads/{project}/{name}")
            (self.folder / project / name).unlink(missing_ok=True)

    def forget(self, project: str) -> None:
        """Deletes all objects of a project, and this machine's copies."""
        self._bucket.remove(f"uploads/{project}/")
        delete_folder(self.folder / project)

    def projects(self) -> list[str]:
        """The ids of the projects that have objects."""
        return list(self._bucket.folders("uploads/"))
