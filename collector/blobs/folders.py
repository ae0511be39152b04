"""Deletes folders and reports failures; temporary folders that are deleted after their process has died."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = ".lock"
UNOWNED_S = 86400.0
"""Folders without a lock are another program's, or older than locks: they are deleted after a day."""
TRIES = 5


def delete_folder(folder: Path) -> None:
    """Deletes a folder and its contents, if it exists, also where other processes delete it at the same time.

    Raises:
        OSError: some of it cannot be deleted.
    """
    for _ in range(TRIES):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                return
        else:
            return
    shutil.rmtree(folder)


@contextmanager
def owned_folder(parent: Path, prefix: str = "") -> Iterator[Path]:
    """Creates a temporary folder with a lock beside it that lasts as long as this process; deletes it at the end.

    A folder that cannot be deleted then is left to ``drop_abandoned``.
    """
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / f"{prefix}{uuid.uuid4().hex}"
    with _held(folder.with_name(folder.name + LOCK)) as lock:
        folder.mkdir()
        try:
            yield folder
        finally:
            with suppress(OSError):
                delete_folder(folder)
                lock.unlink(missing_ok=True)


@contextmanager
def _held(lock: Path) -> Iterator[Path]:
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Between the two lines another process may have deleted the new file as abandoned.
        if _is_file_of(lock, handle):
            break
        os.close(handle)
    try:
        yield lock
    finally:
        os.close(handle)


def _is_file_of(lock: Path, handle: int) -> bool:
    try:
        return lock.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def drop_abandoned(parent: Path, prefix: str = "") -> int:
    """Deletes folders whose processes have died, and those without a lock after a day; returns their number.

    Raises:
        OSError: one of them cannot be deleted; the others are.
    """
    dropped, failure = 0, None
    for path in sorted(parent.glob(f"{prefix}*")):
        try:
            if path.name.endswith(LOCK):
                dropped += _drop_if_abandoned(path)
            elif not path.with_name(path.name + LOCK).exists() and time.time() - path.stat().st_mtime > UNOWNED_S:
                delete_folder(path) if path.is_dir() else path.unlink()
                dropped += 1
        except FileNotFoundError:
            continue  # deleted by another process
        except OSError as error:
            failure = error
    if failure is not None:
        raise failure
    return dropped


def _drop_if_abandoned(lock: Path) -> bool:
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        delete_folder(lock.with_name(lock.name.removesuffix(LOCK)))
        lock.unlink(missing_ok=True)
    except BlockingIOError:
        return False  # its process is alive
    finally:
        os.close(handle)
    return True
