"""Folders that are deleted for sure: failures are said, a dead process's folders go, a living one's stay."""

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
"""What lies among owned folders and has no lock is another program's, or older than locks: it goes after a day."""
TRIES = 5


def delete_folder(folder: Path) -> None:
    """Deletes a folder with all it holds, if it is there, also where others delete it at the same time.

    Raises:
        OSError: something of it cannot be deleted.
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
    """A new folder that this process owns: a lock beside it says so as long as the process lives.

    It is deleted at the end; what cannot be deleted then is left to ``drop_abandoned``.
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
        # Between the two lines somebody may have taken the fresh file for an abandoned one and deleted it.
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
    """Deletes folders whose owners have died, and what has lain beside them for a day; says how many.

    Raises:
        OSError: one of them cannot be deleted; the others are.
    """
    dropped, trouble = 0, None
    for path in sorted(parent.glob(f"{prefix}*")):
        try:
            if path.name.endswith(LOCK):
                dropped += _drop_if_abandoned(path)
            elif not path.with_name(path.name + LOCK).exists() and time.time() - path.stat().st_mtime > UNOWNED_S:
                delete_folder(path) if path.is_dir() else path.unlink()
                dropped += 1
        except FileNotFoundError:
            continue  # another was faster
        except OSError as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return dropped


def _drop_if_abandoned(lock: Path) -> bool:
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        delete_folder(lock.with_name(lock.name.removesuffix(LOCK)))
        lock.unlink(missing_ok=True)
    except BlockingIOError:
        return False  # its owner lives
    finally:
        os.close(handle)
    return True
