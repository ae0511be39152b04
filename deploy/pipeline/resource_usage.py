"""Seconds and peak memory of a stretch of work."""

from __future__ import annotations

import os
import re
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

MIB = 1024.0 * 1024.0
LOOK_S = 0.25


class ResourceUsage:
    """``with ResourceUsage() as cost: …``, then ``cost.seconds`` and ``cost.peak_memory_mib``.

    The peak is this process's largest resident set during the stretch (Linux; elsewhere: since the process began),
    or what it and its child processes were seen to hold together (Linux), whichever is more. What they share is counted
    once; the children's own records would not do, for a child begins with that of the process that started it.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_memory_mib = 0.0

    def __enter__(self) -> Self:
        _forget_peak()
        self._family = _Family()
        self._family.start()
        self._start_s = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start_s
        self.peak_memory_mib = max(_own_peak_mib(), self._family.most_mib())


class _Family(threading.Thread):
    """Looks several times a second at what this process and its children hold together, if it has any."""

    def __init__(self) -> None:
        super().__init__(name="measure", daemon=True)
        self._ended = threading.Event()
        self._most_mib = 0.0

    def run(self) -> None:
        while not self._ended.wait(LOOK_S):
            if children := list(_descendants(os.getpid())):
                self._most_mib = max(self._most_mib, sum(map(_proportional_mib, [os.getpid(), *children])))

    def most_mib(self) -> float:
        """The most that was seen; ends the looking."""
        self._ended.set()
        self.join()
        return self._most_mib


def _descendants(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # a thread that has ended meanwhile
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _proportional_mib(pid: int) -> float:
    """A process's memory, of what it shares its part: the kernel's Pss."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # ended meanwhile
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found.group(1)) / 1024.0 if found else 0.0


def _forget_peak() -> None:
    # proc(5): writing 5 to clear_refs resets the peak resident set ("high water mark") to the present one.
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _own_peak_mib() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return _resource_peak_mib()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024.0 if found else _resource_peak_mib()


def _resource_peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024.0
