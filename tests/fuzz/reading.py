"""Reads hostile files in a process with little memory, and says of each what came of it.

    python -m tests.fuzz.reading                 # 10,000 mutants and the giants
    python -m tests.fuzz.reading --count 200 --seed 7

As a child (``--child LIMIT_BYTES``) it reads the paths that come on standard input, one a line.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from collector.reading import in_time, prepare_process
from deploy.pipeline.resource_usage import ResourceUsage
from templates.errors import PersonError
from tests.fuzz.mutants import LONG_SIDE_PX, SMALL_PX, giants, mutants

MEMORY_BYTES = 1 << 30
"""Of private memory (heap and anonymous pages: RLIMIT_DATA) beside what libraries make ready when they are loaded,
which grows with the machine's processors."""
BATCH = 250
LARGE_EVERY = 20
"""One mutant in so many is of a page that can be read to the end: such readings take most of the time."""
TELL_EVERY = 250


@dataclass(frozen=True)
class Ending:
    """What came of one file."""

    name: str
    outcome: str
    """``read``, ``refused: CODE``, or how it broke."""
    seconds: float
    peak_mib: float
    """Of the process while it read it."""

    @property
    def is_orderly(self) -> bool:
        """Whether the reader did what it should."""
        return self.outcome == "read" or self.outcome.startswith("refused: ")


def read_all(files: Iterable[tuple[str, bytes]], memory_bytes: int = MEMORY_BYTES) -> Iterator[Ending]:
    """Reads files of names and bytes, a batch in each process; one that kills its process is named."""
    with tempfile.TemporaryDirectory() as folder:
        batch: list[Path] = []
        for name, data in files:
            path = Path(folder, name)
            path.write_bytes(data)
            batch.append(path)
            if len(batch) == BATCH:
                yield from _read_batch(batch, memory_bytes)
                batch = []
        yield from _read_batch(batch, memory_bytes)


def _read_batch(batch: list[Path], memory_bytes: int) -> Iterator[Ending]:
    while batch:
        command = [sys.executable, "-m", "tests.fuzz.reading", "--child", str(memory_bytes)]
        told = "".join(f"{path}\n" for path in batch)
        done = subprocess.run(command, input=told, capture_output=True, text=True)
        endings = [Ending(**json.loads(line)) for line in done.stdout.splitlines()]
        yield from endings
        rest = batch[len(endings) :]
        if rest:
            yield Ending(rest[0].name, f"killed the process: {done.returncode} {done.stderr[-300:].strip()}", 0.0, 0.0)
        for path in batch[: len(batch) - len(rest) + 1]:
            path.unlink()
        batch = rest[1:]


def _outcome(path: Path) -> str:
    from collector.capture import read_file

    try:
        list(read_file(path))
    except PersonError as refusal:
        return f"refused: {refusal.code}"
    except BaseException as error:
        return f"broke: {type(error).__name__}: {error}"
    return "read"


def _child(memory_bytes: int) -> None:
    prepare_process(memory_bytes)
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        started = time.process_time()
        with in_time(), ResourceUsage() as cost:
            outcome = _outcome(path)
        ending = Ending(path.name, outcome, round(time.process_time() - started, 3), round(cost.peak_memory_mib, 1))
        print(json.dumps(ending.__dict__), flush=True)


def main() -> int:
    """The bench; 1 when anything was not orderly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.child)
        return 0
    outcomes: Counter[str] = Counter()
    broken, slowest, peak_mib, started = [], Ending("", "", 0.0, 0.0), 0.0, time.monotonic()
    large = options.count // LARGE_EVERY
    files = chain(
        giants(),
        mutants(large, options.seed, LONG_SIDE_PX),
        mutants(options.count - large, options.seed + 1, SMALL_PX),
    )
    for number, ending in enumerate(read_all(files), start=1):
        outcomes[ending.outcome] += 1
        if number % TELL_EVERY == 0:
            print(f"{number} files, {len(broken)} not orderly, {peak_mib:.0f} MiB", file=sys.stderr, flush=True)
        slowest = max(slowest, ending, key=lambda each: each.seconds)
        peak_mib = max(peak_mib, ending.peak_mib)
        if not ending.is_orderly:
            broken.append(ending)
            print(f"{ending.name}: {ending.outcome}", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"{count:7d}  {outcome}")
    print(f"{sum(outcomes.values()):7d}  files, {len(broken)} not orderly, {time.monotonic() - started:.0f} s")
    print(f"{peak_mib:7.0f}  MiB at most; limit of private memory {MEMORY_BYTES >> 20} MiB")
    print(f"{slowest.seconds:7.1f}  s of processor time for the slowest: {slowest.name}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
