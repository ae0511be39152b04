"""Measures the seconds of each step for one 12 MP photograph."""

from __future__ import annotations

import cProfile
import inspect
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from collector.capture import read_page
from collector.capture.blur import blur_px
from collector.capture.cell_frames import correct_by_frames, frame_offsets
from collector.capture.cells import read_cells
from collector.capture.deblur import deblur
from collector.capture.decode import load_photo
from collector.capture.ink import remove_guides, separate_ink
from collector.capture.mapping import fit_page
from collector.capture.markers import find_markers
from collector.capture.rectify import paper_light, rectify, reflectance
from collector.capture.ruled_paper import remove_ruling
from collector.simulator.conditions import Conditions
from collector.simulator.font_writer import FontWriter
from collector.simulator.photo import photograph
from templates.sheet import build_sheet

_STEPS: tuple[Callable[..., object], ...] = (
    load_photo,
    find_markers,
    fit_page,
    blur_px,
    correct_by_frames,
    rectify,
    frame_offsets,
    paper_light,
    reflectance,
    remove_ruling,
    remove_guides,
    deblur,
    separate_ink,
    read_cells,
)
"""The steps; those of ``separate_ink`` stand before it and are counted in it, too."""


def profile(font: Path) -> str:
    """Formats a table of the seconds that each step takes on a sharp and on a blurred photograph, one core."""
    cv2.setNumThreads(1)
    hand = FontWriter(font)
    lines = [f"{'seconds, one core':30}{'sharp':>9}{'blurred':>9}"]
    columns = [_seconds(hand, Conditions(defocus_px=blur, covered_markers=0.07)) for blur in (0.9, 3.0)]
    for name in columns[0]:
        lines.append(f"{name:30}" + "".join(f"{column.get(name, 0.0):9.2f}" for column in columns))
    return "\n".join(lines)


def _seconds(hand: FontWriter, conditions: Conditions) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = photograph(build_sheet("256"), 0, hand, conditions).save(Path(folder) / "photo.jpg")
        read_page(path)
        profiler = cProfile.Profile(time.process_time)
        start = time.process_time()
        profiler.runcall(read_page, path)
        whole = time.process_time() - start
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    spent = {(Path(file).name, name): cumulative for (file, _, name), (_, _, _, cumulative, _) in stats.items()}
    names = [(Path(inspect.getfile(step)).name, step.__name__) for step in _STEPS]
    return {name: spent.get((file, name), 0.0) for file, name in names} | {"the whole photograph": whole}
