"""Writers' photographs and the flat pictures of their pages, a folder for each project."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from collector.blobs.bucket import Bucket
from collector.blobs.folders import delete_folder

INCOMING = "incoming"
"""Among the projects' folders the one of files that are just coming in."""
COPY_S = 900.0
"""How long a process keeps its own copy of a shared file for the next reader."""


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
    """Where the files are kept, whoever wrote them."""

    @property
    def folder(self) -> Path:
        """Where this machine writes them: ``folder / project / name``."""

    def keep(self, project: str, names: Sequence[str]) -> None:
        """Keeps files that were just written, for all machines; those that were not written are left out."""

    def fetch(self, project: str, name: str) -> Path | None:
        """A file on this machine to read; None where there is none."""

    def remove(self, project: str, names: Sequence[str]) -> None:
        """Deletes files, if they are there."""

    def forget(self, project: str) -> None:
        """Deletes all files of a project; an error says that something of it may be left."""

    def projects(self) -> list[str]:
        """The projects that have files."""

    def drop_copies(self) -> None:
        """Deletes this process's copies that nobody fetched lately; who holds none has nothing to do."""


class UploadFolder:
    """A folder that all processes see."""

    def __init__(self, root: Path) -> None:
        self.folder = root

    def keep(self, project: str, names: Sequence[str]) -> None:
        """They lie where they belong already."""

    def fetch(self, project: str, name: str) -> Path | None:
        """The file itself."""
        path = self.folder / project / name
        return path if path.is_file() else None

    def remove(self, project: str, names: Sequence[str]) -> None:
        """Deletes files, if they are there."""
        for name in names:
            (self.folder / project / name).unlink(missing_ok=True)

    def forget(self, project: str) -> None:
        """Deletes the project's folder."""
        delete_folder(self.folder / project)

    def projects(self) -> list[str]:
        """The projects that have a folder."""
        if not self.folder.is_dir():
            return []
        return [each.name for each in self.folder.iterdir() if each.is_dir() and each.name != INCOMING]

    def drop_copies(self) -> None:
        """There are none."""


class UploadBucket:
    """Objects ``uploads/<project>/<name>``; ``folder`` holds what is being written and copies of what was read."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket = bucket
        self.folder = folder

    def keep(self, project: str, names: Sequence[str]) -> None:
        """Moves files to the bucket."""
        for name in names:
            path = self.folder / project / name
            if path.is_file():
                self._bucket.put(f"uploads/{project}/{name}", path)
                path.unlink()

    def fetch(self, project: str, name: str) -> Path | None:
        """A copy of the file, which later readers of this machine find for a while."""
        path = self.folder / project / name
        if path.is_file():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        return path if self._bucket.get(f"uploads/{project}/{name}", path) else None

    def drop_copies(self) -> None:
        """Deletes copies that nobody fetched lately."""
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
        """The projects that have objects."""
        return list(self._bucket.folders("uploads/"))
