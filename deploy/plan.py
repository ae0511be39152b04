"""The plan of ``sonmat make``: the stages, what of them goes into the store, and the report."""

from __future__ import annotations

from collections.abc import Iterator

from collector.events import GlyphsReady, encode
from collector.store import Cell, Job, Work
from deploy.pipeline import Outcome
from deploy.report import make_report
from deploy.runner import Plan
from deploy.stages import GLYPHS, STAGES
from templates.archive import load_glyphs


def font_plan() -> Plan:
    """From photographs to a font."""
    return Plan(STAGES, make_report, {"capture": _keep_sheet, "seed": _keep_seed})


def _keep_sheet(work: Work, job: Job, outcome: Outcome) -> None:
    cells = list(_cells(outcome))
    set_name = outcome.facts["set"]
    work.sheet_read(set_name, cells)
    written = sum(cell.glyph is not None for cell in cells)
    work.emit(encode(GlyphsReady(job=job.id, set_name=set_name, written=written, artifact=outcome.key)))


def _cells(outcome: Outcome) -> Iterator[Cell]:
    glyphs = load_glyphs(outcome.folder / GLYPHS)
    for char, verdict in outcome.facts["cells"].items():
        yield Cell(char, verdict, glyphs.get(char))


def _keep_seed(work: Work, job: Job, outcome: Outcome) -> None:
    work.seed_chosen(outcome.facts["name"])
