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
    held = f"import time; held = b'1' * ({sys.argv[1]} << 20); time.sleep(1)"
    subprocess.run([sys.executable, "-c", held], check=True)
print(cost.peak_memory_mib - alone.peak_memory_mib)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")
def test_a_child_process_counts() -> None:
    # In a process of its own: the suite has other children.
    command = [sys.executable, "-c", CHILD, str(2 * TAKEN_MIB)]
    measured = subprocess.run(command, check=True, capture_output=True, text=True)
    assert float(measured.stdout) >= 1.5 * TAKEN_MIB


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")
def test_a_child_that_holds_nothing_counts_nothing_however_large_its_parent_is() -> None:
    held = np.ones(TAKEN_MIB << 17)
    with Measure() as alone:
        pass
    with Measure() as cost:
        subprocess.run(["sleep", "0.5"], check=True)
    assert cost.peak_memory_mib <= alone.peak_memory_mib + 0.2 * TAKEN_MIB
    assert held.any()
