"""The one plan: the stages from what was written to a font, and the report. ``sonmat make`` and the web share it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from collector.events import DrawingsReady, Event, GlyphsReady
from collector.instances import PhotoReading, Verdict, load_readings
from collector.store import Job, LeaseTransaction, Phase
from deploy.pipeline.engine import Outcome, Plan, Stage
from deploy.pipeline.request import FontRequest
from deploy.pipeline.stages.adapt import adapt
from deploy.pipeline.stages.capture import capture
from deploy.pipeline.stages.files import READINGS
from deploy.pipeline.stages.fontbuild import fontbuild
from deploy.pipeline.stages.generate import generate
from deploy.pipeline.stages.hand import load_hand
from deploy.pipeline.stages.redraw import redraw
from deploy.pipeline.stages.seed import choose_seed
from deploy.pipeline.stages.specimen import specimen

INSTANCES = ("templates", "collector.instances", "collector.errors")
"""What was written, and types that all stages speak."""
FILES = "deploy.pipeline.stages.files"
CAPTURE_CODE = (*INSTANCES, "collector.capture", "deploy.pipeline.stages.capture", FILES)
"""What reads photographs."""


def font_plan() -> Plan:
    """From what was written to a font."""
    return Plan(STAGES, make_report)


def _photographs(request: FontRequest) -> Mapping[str, Any]:
    # The names belong to it: notices call the photographs by them.
    return {"photos": [[photo.number, photo.name, photo.sha256] for photo in request.written.unread()]}


def _instances(request: FontRequest) -> Mapping[str, Any]:
    judged = request.written.judged()
    glyphs = [[each.instance.char, each.instance.ink.sha256 if each.instance.ink else None] for each in judged.good]
    return {"glyphs": glyphs, "problem": judged.problem.code if judged.problem else None}


def _letters(request: FontRequest) -> Mapping[str, Any]:
    return {"letters": dict(request.letters), "pen_em": request.pen_em}


def _keep_readings(work: LeaseTransaction, request: FontRequest, outcome: Outcome) -> None:
    request.written.keep(work, load_readings(outcome.folder / READINGS))


def _keep_set(work: LeaseTransaction, request: FontRequest, outcome: Outcome) -> None:
    work.sheet_read(request.written.judged().set_name or "")


def _keep_seed(work: LeaseTransaction, request: FontRequest, outcome: Outcome) -> None:
    work.seed_chosen(outcome.facts["name"])


def _glyphs_ready(job: Job) -> Event:
    return GlyphsReady(job=job.id)


def _drawings_ready(job: Job) -> Event:
    return DrawingsReady(job=job.id)


STAGES = (
    Stage(
        "capture",
        "사진 읽기 · reading the photographs",
        capture,
        code=CAPTURE_CODE,
        params=_photographs,
        is_needed=lambda request: bool(request.written.unread()),
        record=_keep_readings,
    ),
    Stage(
        "hand",
        "쓴 글자 모으기 · gathering what was written",
        load_hand,
        code=(*INSTANCES, "deploy.pipeline.stages.hand", FILES),
        params=_instances,
        record=_keep_set,
    ),
    Stage(
        "seed",
        "밑그림이 될 글꼴 고르기 · choosing a font to draw from",
        choose_seed,
        reads=("hand",),
        code=("templates", "generator", "trainer", "deploy.pipeline.stages.seed", FILES),
        phase=Phase.DRAW,
        record=_keep_seed,
        event=_glyphs_ready,
    ),
    Stage(
        "adapt",
        "손맛 익히기 · learning the hand",
        adapt,
        reads=("hand", "seed"),
        code=("templates", "generator", "trainer", "deploy.pipeline.stages.adapt", FILES),
        phase=Phase.DRAW,
    ),
    Stage(
        "generate",
        "모든 글자 그리기 · drawing every character",
        generate,
        reads=("hand", "seed", "adapt"),
        code=("templates", "generator", "deploy.pipeline.stages.generate", FILES),
        phase=Phase.DRAW,
    ),
    Stage(
        "redraw",
        "다시 쓴 글자 넣기 · putting in letters written again",
        redraw,
        reads=("generate",),
        code=(*INSTANCES, "deploy.pipeline.stages.redraw", FILES),
        params=_letters,
        phase=Phase.BUILD,
        is_needed=lambda request: bool(request.letters),
        refines="generate",
        event=_drawings_ready,
    ),
    Stage(
        "fontbuild",
        "글꼴 만들기 · building the font",
        fontbuild,
        reads=("generate",),
        code=("templates", "fontbuild", "deploy.pipeline.stages.fontbuild", FILES),
        params=FontRequest.as_params,
        phase=Phase.BUILD,
        event=_drawings_ready,
    ),
    Stage(
        "specimen",
        "견본 그리기 · drawing the specimen",
        specimen,
        reads=("generate", "fontbuild"),
        code=("templates", "fontbuild", "deploy.pipeline.stages.specimen", FILES),
        phase=Phase.BUILD,
    ),
)


def make_report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Names, what was read and what was not, the seed, the device, the cost of every stage, the font's checks."""
    font = dict(outcomes["fontbuild"].facts)
    redrawn = outcomes["redraw"].facts["redrawn"] if "redraw" in outcomes else ""
    return {
        "sonmat": version("sonmat"),
        "font": request.as_params(),
        **_read(request),
        "seed": outcomes["seed"].facts,
        "device": outcomes["adapt"].facts["device"],
        "adapt": outcomes["adapt"].facts,
        "glyphs": outcomes["generate"].facts,
        "own": outcomes["specimen"].facts["own"],
        "redrawn": redrawn,
        "checks": font.pop("checks", {}),
        "build": font,
        "stages": {name: _cost(outcome) for name, outcome in outcomes.items()},
        "seconds": round(sum(outcome.seconds for outcome in outcomes.values()), 1),
        "peak_memory_mib": round(max(outcome.peak_memory_mib for outcome in outcomes.values()), 1),
    }


def _read(request: FontRequest) -> dict[str, Any]:
    """What the photographs say; the cells of a page that none shows are called blank, and a notice says so."""
    judged = request.written.judged()
    blank = [char for char, said in judged.verdicts.items() if char not in judged.chosen or said is Verdict.BLANK]
    flagged = {
        char: each.instance.verdict.value
        for char, each in judged.chosen.items()
        if each.instance.verdict not in (Verdict.GOOD, Verdict.BLANK)
    }
    return {
        "set": judged.set_name,
        "pages": [_page(reading) for index in sorted(judged.by_page) for reading in judged.by_page[index]],
        "notices": [{"code": each.code, "korean": each.korean, "english": each.english} for each in judged.notices],
        "cells": {"read": len(judged.good), "blank": blank, "flagged": flagged},
    }


def _page(reading: PhotoReading) -> dict[str, Any]:
    return {
        "photo": reading.photo,
        "page": reading.page_index + 1,
        "markers_seen": reading.markers_seen,
        "markers_printed": reading.markers_printed,
        "residual_mm": round(reading.residual_mm, 3),
        "blur_mm": round(reading.blur_mm, 3),
    }


def _cost(outcome: Outcome) -> dict[str, Any]:
    return {
        "seconds": round(outcome.seconds, 2),
        "peak_memory_mib": round(outcome.peak_memory_mib, 1),
        "reused": outcome.reused,
    }
