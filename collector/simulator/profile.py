"""Measures the seconds of each step for one 12 MP photograph."""

from __future__ import annotations

import cProfile
import pstats
import tempfile
import time
from pathlib import Path

import cv2

from collector.capture import read_page
from collector.simulator.conditions import Conditions
from collector.simulator.font_writer import FontWriter
from collector.simulator.photo import photograph
from templates.sheet import build_sheet

_STEPS = (
    ("decode.py", "load_photo"),
    ("markers.py", "find_markers"),
    ("mapping.py", "fit_page"),
    ("blur.py", "blur_px"),
    ("guides.py", "follow_guides"),
    ("rectify.py", "rectify"),
    ("guides.py", "frame_offsets"),
    ("rectify.py", "paper_light"),
    ("rectify.py", "reflectance"),
    ("rules.py", "remove_rules"),
    ("ink.py", "remove_guides"),
    ("deblur.py", "deblur"),
    ("ink.py", "part_ink"),
    ("cells.py", "read_cells"),
)
"""The steps by file and function; those of ``separate_ink`` are named before it and counted in it, too."""


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
    return {f"{name}": spent.get((file, name), 0.0) for file, name in _STEPS} | {"the whole photograph": whole}
