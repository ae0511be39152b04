"""Seconds and peak memory of a stretch of work."""

from __future__ import annotations

import re
import resource
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

MIB = 1024.0 * 1024.0


class Measure:
    """``with Measure() as cost: …``, then ``cost.seconds`` and ``cost.peak_memory_mib``.

    The peak is this process's largest resident set during the stretch (Linux; elsewhere: since the process began),
    plus that of the largest child process that ended in it and was larger than those before.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_memory_mib = 0.0

    def __enter__(self) -> Self:
        _forget_peak()
        self._children_mib = _resource_peak_mib(resource.RUSAGE_CHILDREN)
        self._start_s = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start_s
        children_mib = _resource_peak_mib(resource.RUSAGE_CHILDREN)
        self.peak_memory_mib = _own_peak_mib() + (children_mib if children_mib > self._children_mib else 0.0)


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
        return _resource_peak_mib(resource.RUSAGE_SELF)
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found.group(1)) / 1024.0 if found else _resource_peak_mib(resource.RUSAGE_SELF)


def _resource_peak_mib(who: int) -> float:
    peak = resource.getrusage(who).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024.0
