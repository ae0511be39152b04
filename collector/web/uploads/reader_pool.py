"""The processes that read photographs: what is hostile or huge in one harms nobody else."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from collector.errors import DamagedImage
from collector.reading import open_upload, prepare_process, read_kept

CALLS_A_PROCESS = 120
"""Processes are replaced after so much work each, which gives their memory back.

Not by the pool's own ``max_tasks_per_child``: in many releases of Python since 3.11 a pool waits for ever for a
process that has ended so (CPython's issue 115634).
"""


class ReaderPool:
    """A few processes, each with a thread that waits for it; whoever comes first is read first.

    Every process is a pool of its own: in a common one the end of one process ends all that the others read.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._own = threading.local()
        self._processes: set[_Process] = set()

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
        return await self._call(name, open_upload, source, folder, number, name)

    async def read(self, picture: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
        """Keeps a re-encoded picture as a project's photograph and reads it, as ``read_kept`` does.

        Raises:
            DamagedImage: the process died over it.
        """
        return await self._call(name, read_kept, picture, folder, number, name)

    async def _call(self, name: str, function: Any, *given: Any) -> dict[str, Any]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._serve, function, given)
        except BrokenProcessPool as error:
            raise DamagedImage(name) from error

    def _serve(self, function: Any, given: tuple[Any, ...]) -> dict[str, Any]:
        """In a reader's thread: its process does the work."""
        process: _Process | None = getattr(self._own, "process", None)
        if process is None or process.calls >= CALLS_A_PROCESS:
            process = self._replace(process)
        try:
            return process.call(function, given)
        except BrokenProcessPool:
            self._replace(process)
            raise

    def _replace(self, process: _Process | None) -> _Process:
        if process is not None:
            process.end()
            self._processes.discard(process)
        self._own.process = _Process()
        self._processes.add(self._own.process)
        fresh: _Process = self._own.process
        return fresh


class _Process:
    """One process, started by its first call."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=prepare_process)
        self.calls = 0

    def call(self, function: Any, given: tuple[Any, ...]) -> dict[str, Any]:
        self.calls += 1
        found: dict[str, Any] = self._pool.submit(function, *given).result()
        return found

    def end(self) -> None:
        """Does not wait for what it is doing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
