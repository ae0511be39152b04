"""Measures capture on simulated photographs, beside two ordinary methods in the same run.

    python -m collector.simulator.bench --pages 200 --level everyday --hands corpus/valid --out out/bench-capture

Prints one table over all photographs and one by pen and by condition; ``--out`` also gets ``capture.json`` and, for
every photograph that was refused or read badly, the picture and its worst cells.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from collector.capture import PageReading, Verdict, read_page
from collector.capture.cells import raster_area
from collector.capture.decode import load_photo
from collector.errors import PhotoError
from collector.simulator.conditions import LEVELS, Conditions
from collector.simulator.hand import Hand
from collector.simulator.ordinary import ORDINARY, four_corners, ordinary_ink
from collector.simulator.photo import Photograph, photograph
from collector.simulator.score import Score, score
from templates.sheet import SET_NAMES, Page, Sheet, build_sheet

OURS = "Sonmat"
BARS = {"everyday": (1.00, 0.2, 0.95, 2.0), "hard": (0.95, 0.5, 0.85, 4.0)}
"""By level: pages read, placement in mm, ink F1, seconds a photograph."""
_SEED = 2026
_HANDS = Path("corpus/valid")


@dataclass(frozen=True)
class Result:
    """What became of one photograph under one method."""

    number: int
    method: str
    page: str
    hand: str
    conditions: Conditions
    refused: str | None
    """The refusal's code, None where the page was read."""
    seconds: float
    """Processor time of the whole reading, decoding included."""
    score: Score | None


def main() -> None:
    """Read the command line, photograph, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="how many photographs")
    parser.add_argument("--level", choices=sorted(LEVELS), default="everyday")
    parser.add_argument("--hands", type=Path, default=_HANDS, help="a folder of handwriting fonts")
    parser.add_argument("--out", type=Path, help="a folder for capture.json and the failures' pictures")
    arguments = parser.parse_args()
    fonts = sorted(path for path in arguments.hands.glob("*") if path.suffix in (".woff2", ".ttf", ".otf"))
    if not fonts and arguments.hands == _HANDS:
        fonts = [Path(str(resources.files("templates") / "data" / "label.ttf"))]
        print(f"{_HANDS} holds no font: the sheet's own label font writes. Name handwriting fonts with --hands.")
    elif not fonts:
        parser.error(f"no font in {arguments.hands}: name a folder of handwriting fonts with --hands")
    cv2.setNumThreads(1)
    results = []
    for photo, number, hand in _photographs(arguments.pages, arguments.level, fonts):
        found = list(_measure(photo, number, hand, arguments.out))
        results += found
        print(f"\r{number + 1}/{arguments.pages} {_line(found[0])}".ljust(100), end="", flush=True)
    print("\n")
    print(report(results, arguments.level))
    if arguments.out:
        text = json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1)
        (arguments.out / "capture.json").write_text(text + "\n", encoding="utf-8")


def _photographs(count: int, level: str, fonts: list[Path]) -> Iterator[tuple[Photograph, int, str]]:
    """As many photographs as asked for, over all sets, pages and hands, the same ones every time."""
    places: list[tuple[Sheet, Page]] = [(sheet, page) for sheet in map(build_sheet, SET_NAMES) for page in sheet.pages]
    hands: dict[Path, Hand] = {}
    for number in range(count):
        rng = np.random.default_rng((_SEED, number))
        sheet, page = places[number % len(places)]
        font = fonts[int(rng.integers(len(fonts)))]
        hand = hands.get(font) or hands.setdefault(font, Hand(font))
        yield photograph(sheet, page.index, hand, LEVELS[level](rng)), number, font.stem


def _measure(photo: Photograph, number: int, hand: str, out: Path | None) -> Iterator[Result]:
    """The photograph's results under our method, then under the ordinary ones."""
    folder = (out or Path("out/bench-capture")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path = photo.save(folder / f"{number:04d}.jpg")
    sheet, page = photo.written.sheet, photo.written.page
    place = f"{sheet.set_name}/{page.index + 1}"
    try:
        yield _ours(photo, path, number, place, hand)
        start = time.process_time()
        pixels = load_photo(path)
        where = four_corners(pixels, sheet, page)
        found = ordinary_ink(pixels, where, sheet, page) if where is not None else {method: {} for method in ORDINARY}
        seconds = time.process_time() - start
        for method, glyphs in found.items():
            if where is None:
                yield Result(number, method, place, hand, photo.conditions, "corner not seen", 0.0, None)
                continue
            yield Result(number, method, place, hand, photo.conditions, None, seconds, score(photo, where, glyphs))
    finally:
        if not path.with_suffix(".png").exists():
            path.unlink()


def _ours(photo: Photograph, path: Path, number: int, place: str, hand: str) -> Result:
    start = time.process_time()
    try:
        reading = read_page(path)
    except PhotoError as error:
        seconds = time.process_time() - start
        _picture(photo, None, path, error.code)
        return Result(number, OURS, place, hand, photo.conditions, error.code, seconds, None)
    seconds = time.process_time() - start
    good = {
        cell.char: cell.glyph.ink >= 128
        for cell in reading.cells
        if cell.verdict is Verdict.GOOD and cell.glyph is not None
    }
    same = (reading.set_name, reading.page_index) == (photo.written.sheet.set_name, photo.written.page.index)
    judged = score(photo, reading.where, good if same else {})
    if not same or judged.misfiled or judged.f1 < 0.9 or judged.lost + judged.invented > 3:
        _picture(photo, reading, path, f"F1 {judged.f1:.2f}, worst {judged.worst_char} {judged.worst_f1:.2f}")
    return Result(number, OURS, place, hand, photo.conditions, None, seconds, judged)


def _picture(photo: Photograph, reading: PageReading | None, path: Path, why: str) -> None:
    """Save what was read over what is true, cell by cell: found in red, true in blue, both in black."""
    if reading is None:
        blank = np.full((60, 600, 3), 255, np.uint8)
        cv2.imwrite(str(path.with_suffix(".png")), cv2.putText(blank, why, (10, 40), 0, 0.8, (0, 0, 200), 2))
        return
    tiles = []
    for number, (cell, read) in enumerate(zip(photo.written.page.cells, reading.cells, strict=True), start=1):
        true = photo.written.owner[raster_area(cell)] == number
        found = read.glyph.ink if read.glyph is not None else np.zeros(true.shape, np.uint8)
        paper_true = np.where(true, 0, 255).astype(np.uint8)
        tile = np.dstack([255 - found, np.maximum(paper_true, 255 - found), paper_true])
        tile = np.where((true & (found >= 128))[..., None], 0, tile).astype(np.uint8)
        tiles.append(cv2.putText(tile, str(read.verdict), (4, 16), 0, 0.5, (0, 120, 0), 1))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 12)
    rows = [np.hstack(tiles[start : start + 12]) for start in range(0, len(tiles), 12)]
    cv2.imwrite(str(path.with_suffix(".png")), np.vstack(rows))


def _line(result: Result) -> str:
    if result.score is None:
        return f"refused: {result.refused}"
    found = result.score
    return f"{found.placement_mm:.3f} mm, F1 {found.f1:.3f}, worst {found.worst_char} {found.worst_f1:.2f}"


GROUPS: dict[str, Callable[[Result], str]] = {
    "pen": lambda result: str(result.conditions.pen),
    "print": lambda result: "grey" if result.conditions.grey_print else "colour",
    "tilt": lambda result: _bin(result.conditions.tilt_deg, (8, 16, 25, 35), "°"),
    "blur": lambda result: _bin(result.conditions.defocus_px, (0.8, 1.2, 1.5, 2.5), " px"),
    "shadow": lambda result: _bin(result.conditions.shadow, (0.2, 0.4, 0.55), ""),
    "bend": lambda result: _bin(result.conditions.bend_mm, (1, 2, 6.5), " mm"),
    "JPEG": lambda result: _bin(result.conditions.jpeg_quality, (50, 70, 85), ""),
    "sheet": lambda result: result.page,
}
"""By what the photographs are grouped in the tables."""


def _bin(value: float, edges: tuple[float, ...], unit: str) -> str:
    for edge in edges:
        if value <= edge:
            return f"≤ {edge:g}{unit}"
    return f"> {edges[-1]:g}{unit}"


_HEAD = (
    f"{'':34}{'photos':>7}{'read':>8}{'place p95':>11}{'F1':>8}{'exact':>8}{'worst':>8}"
    f"{'misfiled':>10}{'lost':>8}{'invented':>10}{'s p50':>8}{'s p95':>8}"
)


def report(results: list[Result], level: str) -> str:
    """The tables as text: the methods beside each other, then ours by condition."""
    read, place, f1, seconds = BARS[level]
    lines = [f"Capture, {level}. Bars: {read:.0%} read, {place} mm, F1 {f1}, {seconds:g} s.", "", _HEAD]
    for method in dict.fromkeys(result.method for result in results):
        lines.append(_row(method, [result for result in results if result.method == method]))
    ours = [result for result in results if result.method == OURS]
    for name, group in GROUPS.items():
        lines += ["", name]
        for value in sorted({group(result) for result in ours}):
            lines.append(_row("  " + value, [result for result in ours if group(result) == value]))
    refusals = sorted({result.refused for result in ours if result.refused})
    lines += ["", "refused: " + (", ".join(refusals) or "none")]
    return "\n".join(lines)


def _row(name: str, results: list[Result]) -> str:
    """Pages read, placement p95 over photographs, mean F1s, the worst photograph's F1, counts, processor seconds."""
    scores = [result.score for result in results if result.score is not None]
    head = f"{name:34}{len(results):7d}{len(scores) / len(results):8.1%}"
    if not scores:
        return head
    placement = np.percentile([found.placement_mm for found in scores], 95)
    near, exact = (np.mean([getattr(found, key) for found in scores]) for key in ("f1", "f1_exact"))
    written = sum(found.written for found in scores)
    middle, high = np.percentile([result.seconds for result in results if result.score is not None], (50, 95))
    return (
        f"{head}{placement:9.3f}mm{near:8.3f}{exact:8.3f}{min(found.f1 for found in scores):8.3f}"
        f"{sum(found.misfiled for found in scores):10d}{sum(found.lost for found in scores) / max(written, 1):8.2%}"
        f"{sum(found.invented for found in scores):10d}{middle:8.2f}{high:8.2f}"
    )


if __name__ == "__main__":
    main()
