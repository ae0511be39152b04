"""The processes that read photographs: what is hostile or huge in one harms nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from collector.errors import DamagedImage
from collector.reading import open_upload, read_kept
from collector.reading.answers import with_reading
from collector.web.uploads.reader_process import ReaderDiedError, ReaderProcess

CALLS_A_PROCESS = 120
"""Processes are replaced after so much work each, which gives their memory back."""


class ReaderPool:
    """A few processes, each with a thread that waits for it; whoever comes first is read first."""

    def __init__(self, count: int, folder: Path) -> None:
        """``folder``: the only one in which the processes may write."""
        self._folder = folder
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._of_thread = threading.local()
        self._processes: set[ReaderProcess] = set()

    def close(self) -> None:
        """Ends the processes; what has not begun is not begun any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in tuple(self._processes):
            process.end()

    async def open(self, source: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
        """Opens an uploaded file and reads its first picture, as ``open_upload`` does.

        Raises:
            DamagedImage: the process died over it.
        """
        found = await self._call(name, open_upload, source, folder, number, name)
        return {**found, "first": _validated(name, found["first"])}

    async def read(self, picture: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
        """Keeps a re-encoded picture as a project's photograph and reads it, as ``read_kept`` does.

        Raises:
            DamagedImage: the process died over it.
        """
        return _validated(name, await self._call(name, read_kept, picture, folder, number, name))

    async def _call(self, name: str, function: Callable[..., Any], *given: Any) -> dict[str, Any]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._call_process, function, given)
        except ReaderDiedError as error:
            raise DamagedImage(name) from error

    def _call_process(self, function: Callable[..., Any], given: tuple[Any, ...]) -> dict[str, Any]:
        """In a thread of the pool: its process does the work."""
        process: ReaderProcess | None = getattr(self._of_thread, "process", None)
        if process is None or process.calls >= CALLS_A_PROCESS:
            process = self._replace(process)
        try:
            found: dict[str, Any] = process.call(function, given)
            return found
        except ReaderDiedError:
            self._replace(process)
            raise

    def _replace(self, process: ReaderProcess | None) -> ReaderProcess:
        if process is not None:
            process.end()
            self._processes.discard(process)
        new = self._of_thread.process = ReaderProcess(self._folder)
        self._processes.add(new)
        return new


def _validated(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """What was found in a photograph, as long as it is what a sound process finds."""
    try:
        return with_reading(found)
    except ValueError as error:
        raise DamagedImage(name) from error
