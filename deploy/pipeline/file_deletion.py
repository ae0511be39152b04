"""Deletes the files that tombstones name."""

from __future__ import annotations

import logging

from botocore.exceptions import BotoCoreError, ClientError

from collector.store import Store, Tombstone, TombstoneKind
from deploy.pipeline.artifact_store import Blobs

log = logging.getLogger("sonmat.deletion")

BATCH = 200


class FileDeletion:
    """Deletes files of deleted projects and photographs; failed deletions are tried again later."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs

    def run(self, project_id: str | None = None) -> bool:
        """Deletes the files that are due, of one project or of all; returns whether none is left."""
        is_all_gone = True
        for tombstone in self._store.tombstones.due(BATCH, project_id):
            try:
                is_gone = self._delete(tombstone)
            except (OSError, BotoCoreError, ClientError) as error:
                log.warning("%s of a deleted project is left, trying again: %s", tombstone.kind, error)
                self._store.tombstones.failed(tombstone)
                is_all_gone = False
                if not isinstance(error, OSError):
                    break  # the store is unavailable: the next deletion would wait as long
                continue
            if is_gone:
                self._store.tombstones.done(tombstone)
            is_all_gone = is_all_gone and is_gone
        return is_all_gone

    def _delete(self, tombstone: Tombstone) -> bool:
        match tombstone.kind:
            case TombstoneKind.PROJECT:
                self._blobs.uploads.forget(tombstone.project_id)
            case TombstoneKind.FILE:
                self._blobs.uploads.remove(tombstone.project_id, [tombstone.name])
            case TombstoneKind.RESULT:
                self._blobs.artifacts.remove(tombstone.stage, tombstone.name)
            case TombstoneKind.ROWS:
                return self._store.clear_log()
        return True
