"""Results of stages, each under a key made of its inputs; whole, or not there at all."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from collector.blobs import Uploads
from collector.store import Remains

FACTS = "facts.json"
"""Written last: a folder that has it is whole."""
DAY_S = 86400.0


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
        """Deletes one result, if it is there."""

    def prune(self, keep_days: float) -> int:
        """Deletes results not used for ``keep_days``, and drafts that a crash left behind; says how many."""


class ArtifactFolder:
    """``root/<stage>/<key>/`` holds one result. Any number of processes may share a root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._drafts = root / "drafts"

    def find(self, stage: str, key: str) -> Path | None:
        """The folder of a finished result, marked as used now; None where there is none."""
        folder = self._root / stage / key
        try:
            os.utime(folder / FACTS)
        except FileNotFoundError:
            return None
        return folder

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder to write a result into; what is not kept is deleted."""
        folder = self._drafts / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

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
                raise
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
        """Deletes one result, if it is there."""
        shutil.rmtree(self._root / stage / key, ignore_errors=True)

    def prune(self, keep_days: float) -> int:
        """Deletes results not used for ``keep_days``, and drafts that a crash left behind; says how many."""
        now, pruned = time.time(), 0
        for folder in self._root.glob("*/*"):
            is_draft = folder.parent == self._drafts
            mark = folder if is_draft else folder / FACTS
            try:
                age_days = (now - mark.stat().st_mtime) / DAY_S
            except FileNotFoundError:
                continue
            if age_days > (1.0 if is_draft else keep_days):
                shutil.rmtree(folder, ignore_errors=True)
                pruned += 1
        return pruned


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

    def delete_project(self, project_id: str, remains: Remains) -> None:
        """Deletes a project's photographs and the results that its deleted rows named."""
        for stage, key in remains.results:
            self.artifacts.remove(stage, key)
        self.uploads.forget(project_id)
