"""Runs each job in a process of its own, forked from a server process that has imported everything already.

The memory and the crashes of a job end with its process; what all jobs need is loaded once. The server process has one
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

DEVICE_NAME_TIMEOUT_S = 60.0
"""Importing the network and initialising a GPU takes seconds; after this time the device stays unnamed."""


@dataclass(frozen=True)
class JobTask:
    """The arguments of a job's process."""

    job_id: str
    owner: str
    phases: tuple[Phase, ...]
    device: str


@dataclass(frozen=True)
class JobImplementation:
    """The functions that a job's process runs, and the modules they need."""

    carry_out: Callable[[JobTask], str]
    """A function of a module that carries a job out and returns in a word how it ended."""
    preload: Mapping[Phase, Sequence[str]] = field(default_factory=dict)
    """Modules that the stages of each phase import when they run."""
    device_name: Callable[[str], str] = str
    """A function of a module that names the device which ``auto``, ``cpu`` or ``cuda`` means on this machine."""


class JobProcess:
    """The process of one job."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self._process = process
        self._connection = connection

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    def wait(self, timeout_s: float) -> bool:
        """Waits up to ``timeout_s`` for its end; returns whether it has ended."""
        self._process.join(timeout_s)
        return self._process.exitcode is not None

    def stop(self, timeout_s: float) -> None:
        """Sends SIGTERM, and SIGKILL where it has not ended within ``timeout_s``."""
        self._process.terminate()
        if not self.wait(timeout_s):
            self._process.kill()
            self._process.join()

    def close(self) -> tuple[int, str]:
        """Waits for its end; returns the exit code and how the job ended, empty where the process did not say."""
        self._process.join()
        code = self._process.exitcode
        try:
            outcome = str(self._connection.recv()) if self._connection.poll() else ""
        except (EOFError, OSError):
            outcome = ""
        self._connection.close()
        return (0 if code is None else code), outcome


class JobProcessPool:
    """Starts the processes of one worker's jobs."""

    def __init__(self, implementation: JobImplementation, phases: Sequence[Phase]) -> None:
        self._implementation = implementation
        self._context = multiprocessing.get_context("forkserver")
        modules = dict.fromkeys(module for phase in phases for module in implementation.preload.get(phase, ()))
        self._context.set_forkserver_preload([implementation.carry_out.__module__, *modules])

    def start(self, task: JobTask) -> JobProcess:
        """Starts a process for a job."""
        args = (self._implementation.carry_out, task)
        return JobProcess(*self._fork(_job_process_main, args, f"job {task.job_id}"))

    def name_device(self, device: str) -> str:
        """The device's own name; ``device`` itself where there is no answer. This process does not touch the GPU."""
        process, connection = self._fork(_send_device_name, (self._implementation.device_name, device), "device")
        try:
            return str(connection.recv()) if connection.poll(DEVICE_NAME_TIMEOUT_S) else device
        except EOFError:
            return device
        finally:
            connection.close()
            process.kill()
            process.join()

    def _fork(self, target: Callable[..., None], args: tuple[Any, ...], name: str) -> tuple[BaseProcess, Connection]:
        connection, child_connection = self._context.Pipe()
        process = self._context.Process(target=target, args=(*args, child_connection), name=name)
        process.start()
        child_connection.close()
        return process, connection


def _job_process_main(carry_out: Callable[[JobTask], str], task: JobTask, connection: Connection) -> None:
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        threading.Thread(target=_watch_parent, args=(connection,), daemon=True).start()
        outcome = carry_out(task)
    except KeyboardInterrupt:
        outcome = "requeued"
    with suppress(OSError):  # the worker may be gone
        connection.send(outcome)


def _send_device_name(device_name: Callable[[str], str], device: str, connection: Connection) -> None:
    connection.send(device_name(device))


def _interrupt(signal_number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _watch_parent(connection: Connection) -> None:
    """Stops this process when the worker's end of the pipe closes: the worker is gone, the job is requeued."""
    try:
        connection.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
