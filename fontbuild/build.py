"""Builds font files from a set of glyph pictures: traces, places, spaces, writes, checks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.ttLib import TTFont

from fontbuild.checks.check import check_font
from fontbuild.errors import BrokenFontError
from fontbuild.info import FontInfo
from fontbuild.layout.normalise import normalise
from fontbuild.layout.punctuation import complete_punctuation
from fontbuild.layout.spacing import Spacing, apply_spacing
from fontbuild.opentype.family import align_lines, apply_weight, spaced_like_regular
from fontbuild.opentype.names import make_names
from fontbuild.opentype.tables import build_tables
from fontbuild.outlines.outline import Outline, outline_glyphs
from fontbuild.tracing.weights import Weight, growth_em, pen_width_em
from templates import hangul
from templates.glyphs import GlyphSet
from templates.progress import ProgressCallback

_TRACED, _SPACED, _BUILT, _CHECKED = 0.6, 0.65, 0.75, 1.0
"""Share of the work done at the end of each step."""


@dataclass(frozen=True)
class FontFiles:
    """The files made, and a report of what was measured."""

    ttf: Path
    woff2: Path
    report: dict[str, Any]


class _StepTimer:
    """Measures the seconds of each step."""

    def __init__(self) -> None:
        self.steps_s: dict[str, float] = {}
        self._then = time.perf_counter()

    def end_step(self, step: str) -> None:
        """Adds the seconds since the last step to ``step``."""
        now = time.perf_counter()
        self.steps_s[step] = self.steps_s.get(step, 0.0) + now - self._then
        self._then = now


def build_font(
    glyphs: GlyphSet, info: FontInfo, out_dir: Path, *, progress: ProgressCallback | None = None
) -> FontFiles:
    """Traces, places and spaces all glyphs and writes ``<name>.ttf`` and ``<name>.woff2`` into ``out_dir``.

    Blank glyphs are left out (``report["blank"]``). The same glyphs and info give the same bytes.

    Raises:
        FontNameError, NoInkError, TracerMissingError: what the writer or operator can mend.
        BrokenFontError: the finished font failed a check; no file is left behind.
    """
    return build_family(glyphs, info, out_dir, (Weight.REGULAR,), progress=progress)[Weight.REGULAR]


def build_family(
    glyphs: GlyphSet,
    info: FontInfo,
    out_dir: Path,
    weights: Iterable[Weight] = tuple(Weight),
    *,
    progress: ProgressCallback | None = None,
) -> dict[Weight, FontFiles]:
    """Builds fonts of several weights with the same advances, line heights and names; their files end in ``-<style>``.

    The Regular (whose files have no suffix) is always traced, since the other weights take its places.
    Raises what :func:`build_font` raises.
    """
    report_progress = progress or (lambda share, what: None)
    chosen = list(dict.fromkeys(weights))
    names, timer = make_names(info), _StepTimer()
    spacings, report = _spacings(glyphs, chosen, timer, lambda share, what: report_progress(share * _SPACED, what))
    report_progress(_SPACED, "tables")
    regular = spacings[Weight.REGULAR]
    fonts = {weight: build_tables(spacings[weight], info, names, regular) for weight in chosen}
    for weight, font in fonts.items():
        apply_weight(font, weight)
    align_lines(list(fonts.values()))
    timer.end_step("tables")
    out_dir.mkdir(parents=True, exist_ok=True)
    files = {}
    for number, (weight, font) in enumerate(fonts.items()):
        report_progress(_BUILT + (_CHECKED - _BUILT) * number / len(fonts), "checking")
        stem = names.file_stem + ("" if weight is Weight.REGULAR else f"-{weight.style}")
        ttf, woff2 = out_dir / f"{stem}.ttf", out_dir / f"{stem}.woff2"
        checks = _write(font, ttf, woff2, timer)
        details = {
            "name": {"korean": names.korean, "english": names.english, "postscript": font["name"].getDebugName(6)},
            "license": info.license.value,
            "weight": weight.style,
            "points_per_syllable": _points_per_syllable(spacings[weight].outlines),
            "bytes": {"ttf": ttf.stat().st_size, "woff2": woff2.stat().st_size},
            "checks": checks,
        }
        files[weight] = FontFiles(ttf, woff2, {**report, **details})
    for file in files.values():
        file.report.update(seconds=sum(timer.steps_s.values()), steps_s=timer.steps_s)
    report_progress(1.0, "done")
    return files


def _spacings(
    glyphs: GlyphSet, weights: Sequence[Weight], timer: _StepTimer, report_progress: ProgressCallback
) -> tuple[dict[Weight, Spacing], dict[str, Any]]:
    """Returns outlines at their final places by weight, and the report on the hand."""
    shapes = list(glyphs.shapes())
    pen_em = pen_width_em(shapes)
    traced: dict[Weight, list[Outline]] = {}
    needed = list(dict.fromkeys([Weight.REGULAR, *weights]))
    for number, weight in enumerate(needed):

        def trace_progress(share: float, number: int = number) -> None:
            report_progress((number + share) / len(needed) * _TRACED / _SPACED, "tracing")

        traced[weight] = outline_glyphs(shapes, trace_progress, growth_em=growth_em(weight, pen_em))
    timer.end_step("tracing")
    report_progress(_TRACED / _SPACED, "spacing")
    regular = traced[Weight.REGULAR]
    placed, scales = normalise(regular)
    spacing = apply_spacing([*placed, *complete_punctuation(placed)])
    spacings = {
        weight: spacing if weight is Weight.REGULAR else spaced_like_regular(traced[weight], regular, placed, spacing)
        for weight in needed
    }
    timer.end_step("spacing")
    inked = {outline.char for outline in regular}
    return spacings, {
        "blank": "".join(char for char in glyphs if char not in inked),
        "scale": {"hangul": scales.hangul, "latin": scales.latin, "rise": scales.rise},
        "space": spacing.space,
        "pen_units": pen_em * 1000,
    }


def _points_per_syllable(outlines: Iterable[Outline]) -> float:
    syllables = [sum(len(c.points) for c in o.contours) for o in outlines if hangul.is_syllable(o.char)]
    return float(np.mean(syllables)) if syllables else 0.0


def _write(font: TTFont, ttf: Path, woff2: Path, timer: _StepTimer) -> dict[str, Any]:
    """Writes both files under temporary names, checks them, and only then gives them their final names."""
    draft_ttf, draft_woff2 = ttf.with_suffix(".ttf.part"), woff2.with_suffix(".woff2.part")
    try:
        font.save(draft_ttf)
        timer.end_step("writing")
        # In a process of its own, so that it runs beside the checks.
        command = [sys.executable, "-m", "fontTools.ttLib.woff2", "compress", "-o", str(draft_woff2), str(draft_ttf)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as packing:
            checks = check_font(draft_ttf)
            _, complaint = packing.communicate()
        timer.end_step("checking and packing")
        if not checks["passed"]:
            raise BrokenFontError(f"{ttf.name} failed its checks: {checks}")
        if packing.returncode:
            raise BrokenFontError(f"{woff2.name} could not be packed: {complaint.decode(errors='replace')}")
        draft_ttf.replace(ttf)
        draft_woff2.replace(woff2)
    finally:
        draft_ttf.unlink(missing_ok=True)
        draft_woff2.unlink(missing_ok=True)
    return checks
