"""Stub stages for tests of the service: quick ones replace the network, or all stages.

A font whose name begins with ``POISON`` kills every process that draws it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from collector.store import Phase
from deploy.job_process import carry_out
from deploy.jobs.process_pool import JobImplementation, JobTask
from deploy.pipeline.engine import Outcome, Plan, Progress, Stage, StageInput
from deploy.pipeline.font_plan import font_plan
from deploy.pipeline.request import FontRequest
from deploy.pipeline.stages.files import GLYPHS, SEED, WEIGHTS
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import GlyphImage, GlyphSet, Source
from templates.hangul import ASCII_PRINTABLE, is_syllable

POISON = "독"
DRAWN = 40
"""The number of drawn syllables."""
STEP_S = 0.1


def _kill_if_poisonous(request: FontRequest) -> None:
    if request.info.name_korean.startswith(POISON):
        os.kill(os.getpid(), signal.SIGKILL)


def _read(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    (out / "text").write_text(inputs.request.info.designer.split()[0])
    return {}


def _draw(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    end_s = time.monotonic() + float((inputs.results["capture"] / "text").read_text())
    _kill_if_poisonous(inputs.request)
    while time.monotonic() < end_s:
        time.sleep(STEP_S)
        progress(0.5, "")
    (out / "drawings").write_bytes(os.urandom(1 << 20))
    return {}


def _build(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    (out / "font").write_bytes((inputs.results["generate"] / "drawings").read_bytes())
    return {}


def _stub_report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    return {"stages": list(outcomes)}


STUB_PLAN = Plan(
    (
        Stage("capture", "", _read, params=FontRequest.as_params),
        Stage("generate", "", _draw, reads=("capture",), phase=Phase.DRAW),
        Stage("fontbuild", "", _build, reads=("generate",), params=FontRequest.as_params, phase=Phase.BUILD),
    ),
    _stub_report,
)
"""The designer's name begins with the seconds that drawing takes."""


def _no_seed(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    (out / SEED).write_text('"none"')
    return {"name": "none", "distance": 0.0, "ranked": []}


def _adapt_nothing(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    progress(0.5, "halfway")
    if inputs.request.show:
        inputs.request.show(np.zeros((len(inputs.request.shown), 96, 96), np.uint8))
    (out / WEIGHTS).write_bytes(b"nothing learnt")
    return {"device": "cpu"}


def _draw_copies(inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    _kill_if_poisonous(inputs.request)
    written = load_glyphs(inputs.results["hand"] / GLYPHS)
    syllables = [glyph for char, glyph in written.items() if is_syllable(char)]
    drawn = [_smaller(chr(0xD000 + k), syllables[k % len(syllables)]) for k in range(DRAWN)]
    latin = [_smaller(char, syllables[0], 0.7) for char in ASCII_PRINTABLE if char not in written]
    save_glyphs(out / GLYPHS, GlyphSet.of(written.name, [*drawn, *latin, *written.values()]))
    return {"written": len(written), "drawn": DRAWN, "seed": 0, "doubtful": [chr(0xD000)]}


def _smaller(char: str, glyph: GlyphImage, baseline_em: float | None = None) -> GlyphImage:
    # At nine tenths of the size, as what the network draws is never quite what was written.
    size = [round(0.9 * side) for side in reversed(glyph.ink.shape)]
    ink = np.asarray(cv2.resize(glyph.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
    return GlyphImage(char, ink, glyph.em_px, glyph.origin_px, baseline_em, Source.DRAWN)


def real_plan() -> Plan:
    """The service's plan, with copies of the written letters instead of the network."""
    quick = {"seed": _no_seed, "adapt": _adapt_nothing, "generate": _draw_copies}
    plan = font_plan()
    stages = [replace(each, run=quick[each.name], code=()) if each.name in quick else each for each in plan.stages]
    return replace(plan, stages=tuple(stages))


def stub_job(task: JobTask) -> str:
    """Carries out a task with the stub plan."""
    return carry_out(task, STUB_PLAN)


def real_job(task: JobTask) -> str:
    """Carries out a task with all stages real except the network."""
    return carry_out(task, real_plan())


IMPLEMENTATIONS = {"stub": JobImplementation(stub_job), "real": JobImplementation(real_job)}
