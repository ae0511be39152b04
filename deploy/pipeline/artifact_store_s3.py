"""Results of stages in an S3-compatible store, under the same keys as in a folder.

    artifacts/<stage>/<key>/facts.json                written last; names the writing that counts
    artifacts/<stage>/<key>/<writing>/<file>

Two processes that make the same result at once write apart; which of them wrote its facts last counts, whole.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.blobs import Bucket
from deploy.pipeline.artifact_store import DAY_S, FACTS, ArtifactFolder

ROOT = "artifacts"
COPY_DAYS = 900.0 / DAY_S
"""How long a process keeps its own copy of a result after its last use."""


class ArtifactBucket:
    """Results in a bucket, with this process's copies in a folder of its own."""

    def __init__(self, bucket: Bucket, copies: Path) -> None:
        self._bucket = bucket
        self._copies = ArtifactFolder(copies)

    def noted(self, stage: str, key: str) -> dict[str, Any] | None:
        """What was noted of a finished result, which is marked as used; None where there is none."""
        found = self._look(stage, key)
        return None if found is None else found["facts"]

    def _look(self, stage: str, key: str) -> dict[str, Any] | None:
        name = f"{ROOT}/{stage}/{key}/{FACTS}"
        read = self._bucket.read(name)
        if read is None:
            return None
        content, written_at = read
        if (datetime.now(UTC) - written_at).total_seconds() > DAY_S:
            self._bucket.write(name, content)  # used today
        found: dict[str, Any] = json.loads(content)
        return found

    def find(self, stage: str, key: str) -> Path | None:
        """This process's copy of a finished result, fetched where it has none; None where there is no result."""
        folder = self._copies.find(stage, key)
        if folder is not None:
            return folder
        found = self._look(stage, key)
        if found is None:
            return None
        with self._copies.draft() as draft:
            for file in found["files"]:
                path = draft / file
                path.parent.mkdir(parents=True, exist_ok=True)
                if not self._bucket.get(f"{ROOT}/{stage}/{key}/{found['writing']}/{file}", path):
                    return None  # deleted, or made anew, while we read
            return self._copies.keep(draft, stage, key, found["facts"])

    def draft(self) -> AbstractContextManager[Path]:
        """An empty folder to write a result into; what is not kept is deleted."""
        return self._copies.draft()

    def keep(self, draft: Path, stage: str, key: str, facts: Mapping[str, Any]) -> Path:
        """Sends a draft to the bucket, its facts last, and keeps it as a copy."""
        writing, place = uuid.uuid4().hex, f"{ROOT}/{stage}/{key}"
        files = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
        for file in files:
            self._bucket.put(f"{place}/{writing}/{file}", draft / file)
        noted = {"writing": writing, "files": files, "facts": dict(facts)}
        self._bucket.write(f"{place}/{FACTS}", json.dumps(noted, ensure_ascii=False).encode())
        return self._copies.keep(draft, stage, key, facts)

    def remove(self, stage: str, key: str) -> None:
        """Deletes one result, if it is there, and this process's copy."""
        self._bucket.remove(f"{ROOT}/{stage}/{key}/")
        self._copies.remove(stage, key)

    def prune(self, keep_days: float) -> int:
        """Deletes results not used for ``keep_days``, and writings that a crash left without facts for as long."""
        now, used = datetime.now(UTC), dict[str, datetime]()
        for each in self._bucket.list(f"{ROOT}/"):
            place = "/".join(each.name.split("/")[:3])
            used[place] = max(used.get(place, each.changed_at), each.changed_at)
        old = [place for place, at in used.items() if (now - at).total_seconds() / DAY_S > keep_days]
        for place in old:
            self._bucket.remove(f"{place}/")
        return len(old)

    def drop_copies(self) -> None:
        """Deletes copies that were not used lately."""
        self._copies.prune(COPY_DAYS)
