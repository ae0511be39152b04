"""Measures capture on simulated pages with known truth, beside two baseline methods in the same run.

    python -m collector.simulator.bench --pages 1000 --workers 2 --out out/bench-capture
    python -m collector.simulator.bench --pages 60 --level hard --out out/bench-hard
    python -m collector.simulator.bench --profile

An interrupted run continues; ``--shard 2/4`` does the second quarter of the pages, for several machines
whose results are put into one folder. ``--out`` gets ``results*.jsonl``, the tables, and a picture of every page that
was refused or read badly: found ink in red, true ink in blue, both in black.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import cv2

from collector.simulator.cases import GRID, make_case
from collector.simulator.font_writer import FontWriter
from collector.simulator.profile import profile
from collector.simulator.reading import measure
from collector.simulator.results import OURS, Result, append, load
from collector.simulator.table import report

_HANDS = Path("corpus/valid")
_BASELINES_EVERY = 5


@dataclass(frozen=True)
class BenchPlan:
    """What every worker process needs."""

    level: str | None
    fonts: tuple[Path, ...]
    out: Path


def main() -> None:
    """Reads the command line, makes and measures the pages, prints tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000, help="how many pages")
    parser.add_argument("--level", choices=sorted(set(GRID)), help="one kind of page only")
    parser.add_argument("--hands", type=Path, default=_HANDS, help="a folder of handwriting fonts")
    parser.add_argument("--out", type=Path, default=Path("out/bench-capture"), help="a folder for results and pictures")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes, one core each")
    parser.add_argument("--shard", default="1/1", help="which part of the pages, as 2/4")
    parser.add_argument("--report", action="store_true", help="only print what the folder holds")
    parser.add_argument("--profile", action="store_true", help="only print the seconds of each step for one photograph")
    arguments = parser.parse_args()
    fonts = _fonts(parser, arguments.hands)
    if arguments.profile:
        print(profile(fonts[0]))
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.report:
        _run(
            BenchPlan(arguments.level, fonts, arguments.out.resolve()),
            arguments.pages,
            arguments.shard,
            arguments.workers,
        )
    text = report(load(arguments.out))
    (arguments.out / "tables.txt").write_text(text + "\n", encoding="utf-8")
    print(text)


def _fonts(parser: argparse.ArgumentParser, folder: Path) -> tuple[Path, ...]:
    fonts = sorted(path for path in folder.glob("*") if path.suffix in (".woff2", ".ttf", ".otf"))
    if not fonts and folder == _HANDS:
        print(f"{_HANDS} holds no font: the sheet's own label font writes. Name handwriting fonts with --hands.")
        fonts = [Path(str(resources.files("templates") / "data" / "label.ttf"))]
    elif not fonts:
        parser.error(f"no font in {folder}: name a folder of handwriting fonts with --hands")
    return tuple(fonts)


def _run(plan: BenchPlan, pages: int, shard: str, workers: int) -> None:
    part, parts = (int(number) for number in shard.split("/"))
    done = {result.number for result in load(plan.out) if result.method == OURS}
    todo = [number for number in range(pages) if number % parts == part - 1 and number not in done]
    path = plan.out / f"results-{part}of{parts}.jsonl"
    start = time.monotonic()
    for count, results in enumerate(_measured(plan, todo, workers), start=1):
        append(path, results)
        left_s = (time.monotonic() - start) / count * (len(todo) - count)
        print(f"\r{count}/{len(todo)}, {left_s / 60:.0f} min left  {_line(results[0])}".ljust(100), end="", flush=True)
    print("\n")


def _measured(plan: BenchPlan, numbers: list[int], workers: int) -> Iterator[list[Result]]:
    if workers == 1:
        yield from (_measure_page(plan, number) for number in numbers)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(_measure_page, plan, number) for number in numbers]):
            yield future.result()


@cache
def _hands() -> dict[Path, FontWriter]:
    """Holds the fonts opened in this process: opening one takes a second or two."""
    return {}


def _measure_page(plan: BenchPlan, number: int) -> list[Result]:
    cv2.setNumThreads(1)
    case = make_case(number, plan.level, list(plan.fonts), _hands(), plan.out)
    try:
        return measure(case, plan.out, baselines=number % _BASELINES_EVERY == 0)
    finally:
        for path in case.files:
            if not path.with_suffix(".png").exists() or path.suffix == ".png":
                path.unlink(missing_ok=True)


def _line(result: Result) -> str:
    if result.score is None:
        return f"{result.level} refused: {result.refused}"
    found = result.score
    return (
        f"{result.level} {found.placement_mm:.3f} mm, F1 {found.f1:.3f}, worst {found.worst_char} {found.worst_f1:.2f}"
    )


if __name__ == "__main__":
    main()
