"""Measures the seconds and the peak memory of a piece of work."""

from __future__ import annotations

import re
import resource
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

MIB = 1024.0 * 1024.0
SAMPLE_EVERY_S = 0.5
"""Listing the children costs 4 ms of processor time among 180 processes: one per cent of a core at this interval."""


class ResourceUsage:
    """``with ResourceUsage() as cost: …``, then ``cost.seconds`` and ``cost.peak_memory_mib``.

    The peak is the larger of two: this process's largest resident set during the body (Linux; elsewhere since the
    process started), and the largest sum of the memory of this process and its children at one moment. Shared memory
    counts once in that sum (Linux). The children's own peaks are not used: a new child starts with its parent's.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_memory_mib = 0.0

    def __enter__(self) -> Self:
        _reset_peak()
        self._sampler = _TreeSampler()
        self._sampler.start()
        self._start_s = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start_s
        self.peak_memory_mib = max(_own_peak_mib(), self._sampler.stop())


class _TreeSampler(threading.Thread):
    """Samples the memory of this process and its children, while it has any."""

    def __init__(self) -> None:
        super().__init__(name="memory-sampler", daemon=True)
        self._stopped = threading.Event()
        self._peak_mib = 0.0

    def run(self) -> None:
        own = psutil.Process()
        while not self._stopped.wait(SAMPLE_EVERY_S):
            if children := own.children(recursive=True):
                self._peak_mib = max(self._peak_mib, sum(map(_memory_mib, [own, *children])))

    def stop(self) -> float:
        """Ends the thread and returns the largest sum, MiB; 0 where there were no children."""
        self._stopped.set()
        self.join()
        return self._peak_mib


def _memory_mib(process: psutil.Process) -> float:
    """A process's memory, shared pages divided by the number of their processes (Linux: PSS; elsewhere: USS)."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # ended meanwhile
        return 0.0
    return float(getattr(memory, "pss", memory.uss)) / MIB


def _reset_peak() -> None:
    # proc(5): writing 5 to clear_refs resets the peak resident set ("high water mark") to the present one.
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _own_peak_mib() -> float:
    # psutil tells the present resident set only. getrusage(2) tells a peak that may be the parent's, from before exec.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return _resource_peak_mib()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024.0 if found else _resource_peak_mib()


def _resource_peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024.0
