"""Prints the results of the benchmarks of faults and load, each with a reference."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from collector.store import open_store
from tests.service.cluster import open_cluster
from tests.service.deletion import delete_under_faults
from tests.service.faults import FAULTS, Trial, run_faults
from tests.service.load import WebProcess, fill, load_uploads, operator, pages_of, quantile
from tests.service.servers import MariaDb

SETTINGS = {"max_tries": "3"}
LEASE_SHARE = 0.2
"""Leases and polls scale with the pause, so that a small trial does not wait long."""
LEAST_WAIT_S = 10.0
"""On a busy machine a heartbeat may come too late for a shorter lease."""
FEW_ROWS = 250
BAR_MS = 200.0


def main() -> int:
    """Runs the chosen benchmarks; returns 0 when every job ended exactly once and no upload failed."""
    options = _options()
    console = Console()
    is_good = True
    if "faults" in options.what:
        is_good = _faults(options, console)
    if "load" in options.what:
        is_good = _load(options, console) and is_good
    return 0 if is_good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.service", description=__doc__)
    parser.add_argument("what", nargs="*", default=["faults", "load"], help="faults, load (both)")
    parser.add_argument("--jobs", type=int, default=50, help="jobs in flight at each fault")
    parser.add_argument("--work", type=float, default=0.5, help="seconds that the stub of the network draws")
    parser.add_argument("--pause", type=float, default=60.0, help="seconds that the broker is away; the rest scales")
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds after which a job counts as hanging")
    parser.add_argument("--photos", type=Path, nargs="*", default=[], help="real photographs: all but the network real")
    parser.add_argument("--only", nargs="*", default=[], choices=[*FAULTS], help="faults to try")
    parser.add_argument("--uploads", type=int, default=500)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--photo", type=Path, default=Path("tests/samples/page1.jpg"), help="what clients upload")
    parser.add_argument("--rows", type=int, default=25_000, help="jobs in the table behind operators' pages")
    return parser.parse_args()


def _faults(options: argparse.Namespace, console: Console) -> bool:
    wait_s = max(LEAST_WAIT_S, LEASE_SHARE * options.pause)
    settings = SETTINGS | {"lease_s": str(wait_s), "poll_fallback_s": str(wait_s), "retry_s": str(wait_s / 4)}
    trial = Trial(options.jobs, options.work, options.pause, options.limit)
    table = Table("fault", "jobs", "fonts", "named failures", "tries", "seconds", "of reference", "", title="Faults")
    reference_s, is_good = 0.0, True
    with open_cluster("real" if options.photos else "stub", options.photos, settings) as cluster:
        for found in run_faults(cluster, trial, options.only):
            reference_s = reference_s or found.seconds
            tally = found.tally
            is_good = is_good and tally.is_whole
            counts = (tally.jobs, tally.fonts, f"{tally.named} {' '.join(tally.codes)}", tally.tries)
            row = (found.fault, *counts, f"{found.seconds:.1f}", f"{found.seconds / reference_s:.2f}", found.detail)
            table.add_row(*map(str, row))
            console.print(*map(str, row), sep=" | ", markup=False)
        left = [] if options.photos else delete_under_faults(cluster, trial)
    console.print(table)
    if options.photos:
        return is_good
    console.print(f"{trial.jobs} projects deleted during their jobs, with the bucket paused and all workers killed:")
    console.print("nothing of them is left" if not left else "\n".join(left), markup=False)
    return is_good and not left


def _load(options: argparse.Namespace, console: Console) -> bool:
    with tempfile.TemporaryDirectory(prefix="sonmat-bench-") as root, MariaDb(Path(root, "db")) as mariadb:
        is_good = _uploads(options, console, Path(root), mariadb)
        return _pages(options, console, Path(root), mariadb) and is_good


def _uploads(options: argparse.Namespace, console: Console, root: Path, mariadb: MariaDb) -> bool:
    with WebProcess(root / "uploads", {"SONMAT_DATABASE": mariadb.create("uploads")}) as web:
        found = load_uploads(web, options.photo, options.uploads, options.clients)
    title = f"{found.uploads} uploads by {found.clients} clients: {len(found.errors)} errors"
    table = Table("seconds until", "alone", "p50", "p95", "most", title=title)
    waits = (
        ("the answer", found.alone.answer_s, found.answers_s),
        ("the verdict", found.alone.verdict_s, found.verdicts_s),
    )
    for name, alone_s, times in waits:
        row = (alone_s, quantile(times, 0.5), quantile(times, 0.95), times[-1])
        table.add_row(name, *(f"{each:.2f}" for each in row))
    console.print(table)
    console.print(
        f"{found.uploads / found.seconds:.2f} uploads a second; web and readers: {found.peak_mib:.0f} MiB at most"
    )
    for error in sorted(set(found.errors)):
        console.print(error, markup=False)
    return not found.errors


def _pages(options: argparse.Namespace, console: Console, root: Path, mariadb: MariaDb) -> bool:
    measured = [_page_times(root, mariadb, rows) for rows in (FEW_ROWS, options.rows)]
    few, many = measured
    heads = ("operator's page", f"{FEW_ROWS} jobs, ms", f"{options.rows} jobs, ms", "ratio", f"bar {BAR_MS:.0f} ms")
    table = Table(*heads, title="Operators' pages, median")
    for name, own in many.items():
        kept = "kept" if own <= BAR_MS else "missed"
        table.add_row(name, f"{few[name]:.0f}", f"{own:.0f}", f"{own / few[name]:.2f}", kept)
    console.print(table)
    return all(own <= BAR_MS for own in many.values())


def _page_times(root: Path, mariadb: MariaDb, rows: int) -> dict[str, float]:
    url = mariadb.create(f"pages{rows}")
    store = open_store(url)
    some = fill(store, rows)
    store.close()
    with WebProcess(root / f"pages{rows}", {"SONMAT_DATABASE": url}) as web, operator(web) as page_ms:
        return {name: page_ms(path) for name, path in pages_of(some[-1]).items()}


if __name__ == "__main__":
    sys.exit(main())
