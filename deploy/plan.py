"""The plan of ``sonmat make``: the stages, what of them goes into the store, and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collector.events import DrawingsReady, GlyphsReady
from collector.store import Cell, Job, Part, Work
from deploy.pipeline import Outcome
from deploy.report import GOOD, make_report
from deploy.runner import Plan
from deploy.stages import GLYPHS, STAGES
from templates.archive import load_glyphs


def font_plan() -> Plan:
    """From photographs to a font."""
    records = {"capture": _keep_sheet, "seed": _keep_seed}
    return Plan(STAGES, make_report, records, {Part.DRAW: _glyphs_ready, Part.BUILD: _drawings_ready})


def _keep_sheet(work: Work, job: Job, outcome: Outcome) -> None:
    work.sheet_read(outcome.facts["set"], list(_cells(outcome)))


def _cells(outcome: Outcome) -> Iterator[Cell]:
    glyphs = load_glyphs(outcome.folder / GLYPHS)
    for char, verdict in outcome.facts["cells"].items():
        yield Cell(char, verdict, glyphs.get(char))


def _keep_seed(work: Work, job: Job, outcome: Outcome) -> None:
    work.seed_chosen(outcome.facts["name"])


def _glyphs_ready(job: Job, outcomes: Mapping[str, Outcome]) -> GlyphsReady:
    read = outcomes["capture"]
    written = sum(verdict == GOOD for verdict in read.facts["cells"].values())
    return GlyphsReady(job=job.id, set_name=read.facts["set"], written=written, artifact=read.key)


def _drawings_ready(job: Job, outcomes: Mapping[str, Outcome]) -> DrawingsReady:
    return DrawingsReady(job=job.id, artifact=outcomes["generate"].key)
