"""A small honest workshop: real photographs, real font building, and in the place of the network plain jamo shapes.

What was written stays as it was written; a syllable that was not is drawn as a smaller copy of one that was. So the
whole way runs in seconds, and the font is the writer's own.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from deploy.job import carry_out
from deploy.nursery import Task, Trade
from deploy.pipeline import Progress, StageInput
from deploy.runner import Plan
from deploy.stages import GLYPHS, SEED, WEIGHTS
from deploy.web_plan import web_plan
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import GlyphImage, GlyphSet, Source
from templates.hangul import ASCII_PRINTABLE, is_syllable

DRAWN = 40
"""So many syllables beside the written ones."""


def seed(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    (out / SEED).write_text('"none"')
    return {"name": "none", "distance": 0.0, "ranked": []}


def adapt(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    progress(0.5, "halfway")
    if given.order.show:
        given.order.show(np.zeros((len(given.order.shown), 96, 96), np.uint8))
    (out / WEIGHTS).write_bytes(b"nothing learnt")
    return {"device": "cpu"}


def generate(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    written = load_glyphs(given.results["capture"] / GLYPHS)
    syllables = [glyph for char, glyph in written.items() if is_syllable(char)]
    drawn = [smaller(chr(0xD000 + k), syllables[k % len(syllables)]) for k in range(DRAWN)]
    latin = [smaller(char, syllables[0], 0.7) for char in ASCII_PRINTABLE if char not in written]
    save_glyphs(out / GLYPHS, GlyphSet.of(written.name, [*drawn, *latin, *written.values()]))
    return {"written": len(written), "drawn": DRAWN, "seed": 0, "doubtful": [chr(0xD000)]}


def smaller(char: str, glyph: GlyphImage, baseline_em: float | None = None) -> GlyphImage:
    """A copy at nine tenths of the size, as what the network draws is never quite what was written."""
    size = [round(0.9 * side) for side in reversed(glyph.ink.shape)]
    ink = np.asarray(cv2.resize(glyph.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    return GlyphImage(char, ink, glyph.em_px, glyph.origin_px, baseline_em, Source.DRAWN)


def quick_plan() -> Plan:
    """The service's plan without the network."""
    quick = {"seed": seed, "adapt": adapt, "generate": generate}
    plan = web_plan()
    stages = tuple(
        replace(stage, run=quick[stage.name], code=()) if stage.name in quick else stage for stage in plan.stages
    )
    return replace(plan, stages=stages)


def quick_job(task: Task) -> str:
    """A worker's job, without the network."""
    return carry_out(task, quick_plan())


QUICK = Trade(quick_job)
