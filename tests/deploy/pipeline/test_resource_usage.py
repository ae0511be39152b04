"""Resource usage is that of the measured work alone, not of earlier work."""

import subprocess
import sys

import numpy as np
import pytest

from deploy.pipeline.resource_usage import ResourceUsage

ALLOCATED_MIB = 300


def allocate() -> None:
    np.ones(ALLOCATED_MIB << 17).sum()  # 8 bytes each


def test_the_peak_covers_what_was_freed_again() -> None:
    with ResourceUsage() as before:
        pass
    with ResourceUsage() as during:
        allocate()
    assert during.peak_memory_mib >= before.peak_memory_mib + 0.8 * ALLOCATED_MIB
    assert during.seconds > before.seconds


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can reset the peak")
def test_an_earlier_peak_is_not_counted_again() -> None:
    with ResourceUsage() as first:
        allocate()
    with ResourceUsage() as second:
        pass
    assert second.peak_memory_mib <= first.peak_memory_mib - 0.5 * ALLOCATED_MIB


IN_ITS_OWN_PROCESS = """
import os, subprocess, sys, time
import numpy as np
from deploy.pipeline.resource_usage import ResourceUsage
mib = int(sys.argv[1])
held = np.ones(mib << 17)
with ResourceUsage() as alone:
    pass
with ResourceUsage() as cost:
    {child}
print(cost.peak_memory_mib - alone.peak_memory_mib)
"""
LARGE = (
    """subprocess.run([sys.executable, "-c", f"import time; own = b'1' * ({mib} << 20); time.sleep(1)"], check=True)"""
)
FORKED = """
    child = os.fork()
    if not child:
        time.sleep(1)
        os._exit(0)
    os.waitpid(child, 0)
"""


def measure_child(child: str) -> float:
    """The memory that a child adds, measured in a separate process: this one has other children."""
    command = [sys.executable, "-c", IN_ITS_OWN_PROCESS.replace("{child}", child.strip()), str(ALLOCATED_MIB)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory is known on Linux only")
def test_a_child_process_counts() -> None:
    assert measure_child(LARGE) >= 0.8 * ALLOCATED_MIB


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory is known on Linux only")
def test_what_a_child_shares_with_its_parent_counts_once() -> None:
    assert measure_child(FORKED) <= 0.2 * ALLOCATED_MIB
