"""Keeps a child process running: it is started again when it ends by itself."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Sequence

log = logging.getLogger("sonmat.supervisor")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SOUND_S = 60.0
"""A child that ran so long was sound: its next pause is the first one again."""


class Supervisor:
    """Runs a command until ``stop``; after each end of the child it pauses, twice as long each time, and starts anew.

    The child's standard input is a pipe that closes when this process dies: children end by it.
    """

    def __init__(self, command: Sequence[str], first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._command = command
        self._first_pause_s = first_pause_s
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] = self._start()
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The running child's; None where there is none at the moment."""
        child = self._child
        return child.pid if child.poll() is None else None

    def stop(self, limit_s: float) -> None:
        """Asks the child to end and waits for it; kills it after ``limit_s``."""
        self._stopping.set()
        self._child.terminate()
        self._thread.join(limit_s)
        if self._thread.is_alive():
            self._child.kill()
            self._thread.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def _keep(self) -> None:
        pause_s, begun_s = self._first_pause_s, time.monotonic()
        while True:
            code = self._child.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - begun_s > SOUND_S:
                pause_s = self._first_pause_s
            log.error("%s ended by itself with exit code %s; next start in %.0f s", self._command, code, pause_s)
            if self._stopping.wait(pause_s):
                return
            pause_s, begun_s = min(2 * pause_s, LONGEST_PAUSE_S), time.monotonic()
            self._child = self._start()
            if self._stopping.is_set():
                self._child.terminate()  # told to stop between the two lines above
