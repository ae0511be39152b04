"""The plan of ``sonmat make``: the stages, what of them goes into the store, and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from collector.events import DrawingsReady, GlyphsReady
from collector.store import Cell, Job, LeaseTransaction, Phase
from deploy.pipeline.engine import Outcome, Plan
from deploy.pipeline.request import FontRequest
from deploy.pipeline.stages import GLYPHS, STAGES
from templates.archive import load_glyphs


def font_plan() -> Plan:
    """From photographs to a font."""
    records = {"capture": _keep_sheet, "seed": _keep_seed}
    return Plan(STAGES, make_report, records, {Phase.DRAW: _glyphs_ready, Phase.BUILD: _drawings_ready})


def _keep_sheet(work: LeaseTransaction, job: Job, outcome: Outcome) -> None:
    work.sheet_read(outcome.facts["set"], list(_cells(outcome)))


def _cells(outcome: Outcome) -> Iterator[Cell]:
    glyphs = load_glyphs(outcome.folder / GLYPHS)
    for char, verdict in outcome.facts["cells"].items():
        yield Cell(char, verdict, glyphs.get(char))


def _keep_seed(work: LeaseTransaction, job: Job, outcome: Outcome) -> None:
    work.seed_chosen(outcome.facts["name"])


def _glyphs_ready(job: Job, outcomes: Mapping[str, Outcome]) -> GlyphsReady:
    read = outcomes["capture"]
    written = sum(verdict == GOOD for verdict in read.facts["cells"].values())
    return GlyphsReady(job=job.id, set_name=read.facts["set"], written=written, artifact=read.key)


def _drawings_ready(job: Job, outcomes: Mapping[str, Outcome]) -> DrawingsReady:
    return DrawingsReady(job=job.id, artifact=outcomes["generate"].key)


GOOD, BLANK = "good", "blank"


def make_report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Names, what was read and what was not, the seed, the device, the cost of every stage, the font's checks."""
    read, font = outcomes["capture"].facts, dict(outcomes["fontbuild"].facts)
    cells: Mapping[str, str] = read["cells"]
    flagged = {char: verdict for char, verdict in cells.items() if verdict not in (GOOD, BLANK)}
    return {
        "sonmat": version("sonmat"),
        "font": request.as_params(),
        "set": read["set"],
        "pages": read["pages"],
        "notices": read["notices"],
        "cells": {
            "read": sum(verdict == GOOD for verdict in cells.values()),
            "blank": [char for char, verdict in cells.items() if verdict == BLANK],
            "flagged": flagged,
        },
        "seed": outcomes["seed"].facts,
        "device": outcomes["adapt"].facts["device"],
        "adapt": outcomes["adapt"].facts,
        "glyphs": outcomes["generate"].facts,
        "checks": font.pop("checks", {}),
        "build": font,
        "stages": {name: _cost(outcome) for name, outcome in outcomes.items()},
        "seconds": round(sum(outcome.seconds for outcome in outcomes.values()), 1),
        "peak_memory_mib": round(max(outcome.peak_memory_mib for outcome in outcomes.values()), 1),
    }


def _cost(outcome: Outcome) -> dict[str, Any]:
    return {
        "seconds": round(outcome.seconds, 2),
        "peak_memory_mib": round(outcome.peak_memory_mib, 1),
        "reused": outcome.reused,
    }
