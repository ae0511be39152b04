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


CHILD = """
import subprocess, sys
from deploy.measure import Measure
with Measure() as alone:
    pass
with Measure() as cost:
    subprocess.run([sys.executable, "-c", f"b'1' * ({sys.argv[1]} << 20)"], check=True)
print(cost.peak_memory_mib - alone.peak_memory_mib)
"""


def test_a_child_process_counts() -> None:
    # In a process of its own: a child counts only if it is larger than those before, and the suite has large ones.
    command = [sys.executable, "-c", CHILD, str(2 * TAKEN_MIB)]
    measured = subprocess.run(command, check=True, capture_output=True, text=True)
    assert float(measured.stdout) >= 1.5 * TAKEN_MIB
