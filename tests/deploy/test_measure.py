"""The cost of a stretch of work is its own, not that of what came before."""

import subprocess
import sys

import numpy as np
import pytest

from deploy.measure import Measure

TAKEN_MIB = 300


def take() -> None:
    np.ones(TAKEN_MIB << 17).sum()  # 8 bytes each


def test_the_peak_covers_what_was_freed_again() -> None:
    with Measure() as before:
        pass
    with Measure() as during:
        take()
    assert during.peak_memory_mib >= before.peak_memory_mib + 0.8 * TAKEN_MIB
    assert during.seconds > before.seconds


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process forget its peak")
def test_an_earlier_peak_is_not_counted_again() -> None:
    with Measure() as first:
        take()
    with Measure() as second:
        pass
    assert second.peak_memory_mib <= first.peak_memory_mib - 0.5 * TAKEN_MIB


def test_a_child_process_counts() -> None:
    with Measure() as alone:
        pass
    with Measure() as cost:
        subprocess.run([sys.executable, "-c", f"b'1' * ({2 * TAKEN_MIB} << 20)"], check=True)
    assert cost.peak_memory_mib >= alone.peak_memory_mib + 1.5 * TAKEN_MIB
