"""The processes that read photographs: what is hostile or huge in one harms nobody else."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from collector.errors import DamagedImage
from collector.web.reading import open_upload, prepare_process, read_kept

CALLS_A_PROCESS = 120
"""Processes are replaced after so much work each, which gives their memory back.

Not by the pool's own ``max_tasks_per_child``: in many releases of Python since 3.11 a pool waits for ever for a
process that has ended so (CPython's issue 115634).
"""


class Readers:
    """A few processes, started when the first photograph comes."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._calls = 0

    def close(self) -> None:
        """Ends the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def open(self, source: Path, name: str) -> dict[str, Any]:
        """Opens an uploaded file: ``pictures`` re-encoded beside it, or ``error``.

        Raises:
            DamagedImage: a process died over it.
        """
        return await self._call(name, open_upload, source, name)

    async def read(self, picture: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
        """Keeps a re-encoded picture as a project's photograph and reads it: ``reading``, or ``error``.

        Raises:
            DamagedImage: a process died over it.
        """
        return await self._call(name, read_kept, picture, folder, number, name)

    async def _call(self, name: str, function: Any, *given: Any) -> dict[str, Any]:
        pool = self._at_hand()
        try:
            found: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(pool, function, *given)
            return found
        except BrokenProcessPool as error:
            # The process died over this photograph (or over a neighbour's): the next one gets a new process.
            if self._pool is pool:
                self._pool = None
            raise DamagedImage(name) from error

    def _at_hand(self) -> ProcessPoolExecutor:
        if self._pool is not None and self._calls >= CALLS_A_PROCESS * self._count:
            self._pool.shutdown(wait=False)  # what it was given it still does
            self._pool = None
        if self._pool is None:
            self._calls = 0
            self._pool = ProcessPoolExecutor(
                self._count, mp_context=multiprocessing.get_context("spawn"), initializer=prepare_process
            )
        self._calls += 1
        return self._pool
