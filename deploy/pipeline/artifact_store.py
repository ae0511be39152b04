"""Results of stages, each under a key made of its inputs; whole, or not there at all."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from collector.blobs import Uploads, delete_folder, drop_abandoned, owned_folder

FACTS = "facts.json"
"""Written last: a folder that has it is whole."""
DAY_S = 86400.0
COPIES = "copies-"
"""Prefix of the folders in which processes keep copies of the bucket's files."""


class ResultGoneError(Exception):
    """A result that a run counts on was deleted meanwhile; the run can be repeated."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"the result of {stage} is gone, or lies where this process does not see it")


class Artifacts(Protocol):
    """Where results are kept, for any number of processes."""

    def noted(self, stage: str, key: str) -> dict[str, Any] | None:
        """What was noted of a finished result, which is marked as used now; None where there is none."""

    def find(self, stage: str, key: str) -> Path | None:
        """A folder on this machine with a finished result, marked as used now; None where there is none."""

    def draft(self) -> AbstractContextManager[Path]:
        """An empty folder to write a result into; what is not kept is deleted."""

    def keep(self, draft: Path, stage: str, key: str, facts: Mapping[str, Any]) -> Path:
        """Keeps what a draft holds in one step and returns a folder on this machine with it."""

    def remove(self, stage: str, key: str) -> None:
        """Deletes one result, if it is there; an error says that something of it may be left."""

    def prune(self, keep_days: float) -> int:
        """Deletes results not used for ``keep_days``, and what crashes left behind; says how many."""

    def drop_copies(self) -> None:
        """Deletes this process's copies that were not used lately; who holds none has nothing to do."""


class ArtifactFolder:
    """``root/<stage>/<key>/`` holds one result. Any number of processes may share a root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._drafts = root / "drafts"
        self._trash = root / "trash"

    def find(self, stage: str, key: str) -> Path | None:
        """The folder of a finished result, marked as used now; None where there is none."""
        folder = self._root / stage / key
        try:
            os.utime(folder / FACTS)
        except FileNotFoundError:
            return None
        return folder

    def draft(self) -> AbstractContextManager[Path]:
        """An empty folder to write a result into; what is not kept is deleted."""
        return owned_folder(self._drafts)

    def keep(self, draft: Path, stage: str, key: str, facts: Mapping[str, Any]) -> Path:
        """Moves a draft to its place in one step and returns the place.

        Another process may have made the same result meanwhile; then that one stays.
        """
        (draft / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        for path in draft.rglob("*"):
            _sync(path)
        place = self._root / stage / key
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.rename(place)
        except OSError:
            if self.find(stage, key) is None:
                self._move_aside(place)  # half of a result: somebody failed to delete it
                draft.rename(place)
        _sync(place.parent)
        return place

    def noted(self, stage: str, key: str) -> dict[str, Any] | None:
        """What was noted of a finished result, which is marked as used now; None where there is none."""
        folder = self.find(stage, key)
        if folder is None:
            return None
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return facts

    def remove(self, stage: str, key: str) -> None:
        """Deletes one result, if it is there.

        It is moved aside first: what cannot be deleted now is in nobody's way, and is tried again.

        Raises:
            OSError: something of it, or of an earlier one under the same key, cannot be deleted.
        """
        place = self._root / stage / key
        self._move_aside(place)
        for folder in self._trash.glob(f"{_trash_name(place)}*"):
            delete_folder(folder)

    def prune(self, keep_days: float) -> int:
        """Deletes results not used for ``keep_days``, and what crashes left behind; says how many.

        Raises:
            OSError: something cannot be deleted; the rest is.
        """
        trouble: list[OSError] = []
        pruned = _count(trouble, lambda: drop_abandoned(self._drafts))
        for folder in self._results():
            age_days = _age_days(folder)
            if age_days is not None and age_days > keep_days:
                pruned += _count(trouble, partial(self._delete, folder))
        for folder in self._trash.glob("*"):
            _count(trouble, partial(delete_folder, folder))
        if trouble:
            raise trouble[0]
        return pruned

    def drop_copies(self) -> None:
        """There are none."""

    def _results(self) -> Iterator[Path]:
        for stage in self._root.glob("*"):
            if stage.is_dir() and stage not in (self._drafts, self._trash):
                yield from stage.iterdir()

    def _delete(self, place: Path) -> int:
        self.remove(place.parent.name, place.name)
        return 1

    def _move_aside(self, place: Path) -> None:
        self._trash.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            place.rename(self._trash / f"{_trash_name(place)}{uuid.uuid4().hex}")


def _trash_name(place: Path) -> str:
    return f"{place.parent.name}.{place.name}."


def _age_days(folder: Path) -> float | None:
    """Days since a result was used, or since half a result was left behind; None where it is just being deleted."""
    for mark in (folder / FACTS, folder):
        with suppress(FileNotFoundError):
            return (time.time() - mark.stat().st_mtime) / DAY_S
    return None


def _count(trouble: list[OSError], delete: Callable[[], int | None]) -> int:
    try:
        return delete() or 0
    except OSError as error:
        trouble.append(error)
        return 0


def _sync(path: Path) -> None:
    # A rename may reach the disk before the bytes it names; a power cut would leave a whole name and half a file.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Blobs:
    """The files that belong to the rows of the database."""

    artifacts: Artifacts
    uploads: Uploads
