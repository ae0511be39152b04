"""One process that reads strangers' files: a program of its own, which gets nothing of this one but a pipe.

A forked or spawned process would inherit the environment, and with it the operator's token, the database's password
and the keys of the bucket.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from collector.reading.pipes import receive, send

log = logging.getLogger(__name__)

INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
"""Variables that a program needs to start, and no others."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Threads that began before a process was confined would not be."""

LONGEST_CALL_S = 1800.0
"""A call takes a minute of processor time at most; a process that has not answered by then never will."""


class ReaderDiedError(Exception):
    """The process ended over a call."""


class ReaderCallError(Exception):
    """A call raised an error in the process."""


def clean_environment() -> dict[str, str]:
    """The environment of a reading process."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | ONE_THREAD


class ReaderProcess:
    """One process, started by its first call; one call at a time."""

    def __init__(self, folder: Path) -> None:
        """``folder``: where it may write."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.calls = 0
        self.missing: tuple[str, ...] = ()
        """What confines processes elsewhere and is not there on this system; known after the first call."""

    def call(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        """What a function returns there; it must be JSON.

        Raises:
            ReaderDiedError: the process ended.
            OSError: the function met one.
            ReaderCallError: it met another error.
        """
        self.calls += 1
        message = pickle.dumps((function, given))
        try:
            answer = self._ask(self._process or self._start(), message)
        except (EOFError, BrokenPipeError, ValueError, RecursionError) as error:
            raise ReaderDiedError from error
        if "errno" in answer:
            raise OSError(answer["errno"], answer["raised"])
        if "raised" in answer:
            raise ReaderCallError(answer["raised"])
        return answer["value"]

    def _ask(self, process: subprocess.Popen[bytes], message: bytes) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        deadline = threading.Timer(LONGEST_CALL_S, process.kill)
        deadline.start()
        try:
            send(process.stdin, message)
            answer = json.loads(receive(process.stdout))
        finally:
            deadline.cancel()
        if not isinstance(answer, dict) or not {"value", "raised"} & answer.keys():
            raise ValueError("no answer of a reading process")
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "collector.reading", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(),
        )
        assert self._process.stdout is not None
        self.missing = tuple(json.loads(receive(self._process.stdout))["missing"])
        _tell_missing(self.missing)
        return self._process

    def end(self) -> None:
        """Ends the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()


@cache
def _tell_missing(missing: tuple[str, ...]) -> None:
    if missing:
        log.warning(
            "this system has no %s: processes that read photographs are less confined", " and no ".join(missing)
        )
