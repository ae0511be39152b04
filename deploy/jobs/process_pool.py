"""Processes for jobs, each forked from one that has everything imported already.

What a job eats or breaks ends with its process; what all jobs need is loaded once. The process that forks has one
thread and has computed nothing, so that forking it is safe.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from collector.store import Phase

ANSWER_S = 60.0
"""Importing the network and waking a GPU takes seconds; a machine that takes longer does not say what it has."""


@dataclass(frozen=True)
class JobTask:
    """What a job's process is told."""

    job_id: str
    owner: str
    parts: tuple[Phase, ...]
    device: str


@dataclass(frozen=True)
class JobImplementation:
    """How jobs are carried out."""

    carry_out: Callable[[JobTask], str]
    """A module's function that carries a job out and says in a word how that ended."""
    needs: Mapping[Phase, Sequence[str]] = field(default_factory=dict)
    """Modules that the stages of each part import when they run."""
    device_name: Callable[[str], str] = str
    """A module's function that says what ``auto``, ``cpu`` or ``cuda`` is on this machine."""


class JobProcess:
    """One job's process."""

    def __init__(self, process: BaseProcess, ours: Connection) -> None:
        self._process = process
        self._ours = ours

    @property
    def pid(self) -> int | None:
        """Its number in the system."""
        return self._process.pid

    def wait(self, timeout_s: float) -> bool:
        """Waits for its end; whether that has come."""
        self._process.join(timeout_s)
        return self._process.exitcode is not None

    def end(self, patience_s: float) -> None:
        """Asks it to end, and ends it when it does not."""
        self._process.terminate()
        if not self.wait(patience_s):
            self._process.kill()
            self._process.join()

    def close(self) -> tuple[int, str]:
        """Its exit code and its last word, empty where it had none."""
        self._process.join()
        code = self._process.exitcode
        try:
            said = str(self._ours.recv()) if self._ours.poll() else ""
        except (EOFError, OSError):
            said = ""
        self._ours.close()
        return (0 if code is None else code), said


class JobProcessPool:
    """Starts the processes of one worker's jobs."""

    def __init__(self, implementation: JobImplementation, parts: Sequence[Phase]) -> None:
        self._trade = implementation
        self._context = multiprocessing.get_context("forkserver")
        needs = dict.fromkeys(module for part in parts for module in implementation.needs.get(part, ()))
        self._context.set_forkserver_preload([implementation.carry_out.__module__, *needs])

    def start(self, task: JobTask) -> JobProcess:
        """Forks a process for a job."""
        return JobProcess(*self._fork(_job_process_main, (self._trade.carry_out, task), f"job {task.job_id}"))

    def name_device(self, asked: str) -> str:
        """The device's own name; as it was asked for where no answer comes. A GPU is not touched in this process."""
        process, ours = self._fork(_tell, (self._trade.device_name, asked), "device")
        try:
            return str(ours.recv()) if ours.poll(ANSWER_S) else asked
        except EOFError:
            return asked
        finally:
            ours.close()
            process.kill()
            process.join()

    def _fork(self, live: Callable[..., None], args: tuple[Any, ...], name: str) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=live, args=(*args, theirs), name=name)
        process.start()
        theirs.close()
        return process, ours


def _job_process_main(carry_out: Callable[[JobTask], str], task: JobTask, theirs: Connection) -> None:
    try:
        signal.signal(signal.SIGTERM, _stop)
        threading.Thread(target=_watch_parent, args=(theirs,), daemon=True).start()
        ended = carry_out(task)
    except KeyboardInterrupt:
        ended = "given back"
    with suppress(OSError):  # nobody listens where the worker is gone
        theirs.send(ended)


def _tell(device_name: Callable[[str], str], asked: str, theirs: Connection) -> None:
    theirs.send(device_name(asked))


def _stop(signal_number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _watch_parent(theirs: Connection) -> None:
    """When the worker's end of the pipe closes, the worker is gone: the job is given back."""
    try:
        theirs.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
