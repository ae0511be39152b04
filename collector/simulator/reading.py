"""Reads a case with our method and with the baselines, and scores the results."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from collector.capture import PageReading, read_file, to_reading
from collector.capture.cell_strokes import raster_area
from collector.capture.decode import load_photo
from collector.errors import PhotoError
from collector.instances import Preference, choose, unpack_ink
from collector.simulator.baselines import BASELINES, baseline_ink, map_by_four_corners
from collector.simulator.cases import Case
from collector.simulator.results import OURS, Result
from collector.simulator.score import ReadPhotograph, score, score_photographs

_POOR_F1, _MANY_LOST = 0.9, 0.05
"""A page read worse than this, or with more of its written cells set aside, is pictured."""
_COLUMNS = 12


def measure(case: Case, out: Path, *, baselines: bool) -> list[Result]:
    """Measures a case with our method and, for photographs where asked for, with the baselines."""
    found = [_ours(case, out)]
    if baselines and case.level in ("everyday", "hard"):
        found += _baselines(case)
    return found


def _result(case: Case, method: str, refused: str | None, seconds: float, **found: object) -> Result:
    written = case.written
    place = f"{written.sheet.set_name}/{written.page.index + 1}"
    return Result(
        number=case.number,
        level=case.level,
        method=method,
        page=place,
        hand=case.hand,
        conditions=case.conditions,
        refused=refused,
        seconds=seconds,
        score=found.get("score"),  # type: ignore[arg-type]
        flaws=found.get("flaws", {}),  # type: ignore[arg-type]
    )


def _ours(case: Case, out: Path) -> Result:
    start = time.process_time()
    try:
        readings = [reading for path in case.files for reading in read_file(path)]
    except PhotoError as error:
        seconds = time.process_time() - start
        note = np.full((60, 900, 3), 255, np.uint8)
        picture = cv2.putText(note, f"{error.code} {error.english[:70]}", (10, 40), 0, 0.5, (0, 0, 200), 1)
        cv2.imwrite(str(out / f"{case.number:04d}.png"), picture)
        return _result(case, OURS, error.code, seconds / len(case.files))
    seconds = (time.process_time() - start) / len(case.files)
    page = (case.written.sheet.set_name, case.written.page.index)
    same = [(reading.set_name, reading.page_index) == page for reading in readings]
    parts = _parts(case, readings, same)
    judged = score_photographs(parts)
    if not all(same) or judged.misfiled or judged.f1 < _POOR_F1 or judged.lost > _MANY_LOST * judged.written:
        _picture(parts, readings, out / f"{case.number:04d}.png")
    written = [cell for cell in readings[0].cells if cell.char in case.written.chars]
    flaws = Counter(cell.finding.cause.name for cell in written if cell.finding is not None)
    return _result(case, OURS, None, seconds, score=judged, flaws=dict(flaws))


def _parts(case: Case, readings: Sequence[PageReading], same: Sequence[bool]) -> list[ReadPhotograph]:
    """Returns the good glyphs of each photograph, without those that another photograph of the page shows better."""
    taken: list[dict[str, np.ndarray]] = [{} for _ in readings]
    for char, chosen in choose([to_reading(page, k) for k, page in enumerate(readings)], Preference.BEST).items():
        ink, index = chosen.instance.ink, chosen.reading.number
        if ink is not None and same[index]:
            taken[index][char] = unpack_ink(char, ink).ink >= 128
    return [
        ReadPhotograph(*each) for each in zip(case.truths, (reading.where for reading in readings), taken, strict=True)
    ]


def _baselines(case: Case) -> list[Result]:
    (photo,), (path,) = case.truths, case.files
    sheet, page = case.written.sheet, case.written.page
    start = time.process_time()
    pixels = load_photo(path)
    where = map_by_four_corners(pixels, sheet, page)
    if where is None:
        return [_result(case, method, "corner not seen", 0.0) for method in BASELINES]
    found = baseline_ink(pixels, where, sheet, page)
    seconds = time.process_time() - start
    return [_result(case, method, None, seconds, score=score(photo, where, glyphs)) for method, glyphs in found.items()]


def _picture(parts: Sequence[ReadPhotograph], readings: Sequence[PageReading], path: Path) -> None:
    """Saves a picture of what was read over the truth, cell by cell: found in red, true in blue, both in black."""
    tiles = []
    for part, reading in zip(parts, readings, strict=True):
        for number, (cell, read) in enumerate(zip(part.photo.written.page.cells, reading.cells, strict=True), start=1):
            true = part.photo.written.owner[raster_area(cell)] == number
            ink = read.glyph.ink if read.glyph is not None else np.zeros(true.shape, np.uint8)
            paper = np.where(true, 0, 255).astype(np.uint8)
            tile = np.dstack([255 - ink, np.maximum(paper, 255 - ink), paper])
            tile = np.where((true & (ink >= 128))[..., None], 0, tile).astype(np.uint8)
            why = read.finding.cause.name if read.finding is not None else "good"
            tiles.append(cv2.resize(cv2.putText(tile, why, (4, 16), 0, 0.5, (0, 120, 0), 1), None, fx=0.5, fy=0.5))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[start : start + _COLUMNS]) for start in range(0, len(tiles), _COLUMNS)]
    cv2.imwrite(str(path), np.vstack(rows))
