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

READINGS_A_PROCESS = 120
"""A process is replaced after so much work, which gives its memory back."""


class Readers:
    """A few processes, started when the first photograph comes."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

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
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=prepare_process,
                max_tasks_per_child=READINGS_A_PROCESS,
            )
        pool = self._pool
        try:
            found: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(pool, function, *given)
            return found
        except BrokenProcessPool as error:
            # The process died over this photograph (or over a neighbour's): the next one gets a new process.
            if self._pool is pool:
                self._pool = None
            raise DamagedImage(name) from error
