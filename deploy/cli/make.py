"""``sonmat make``: from photographs to files in the writer's folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from deploy.cli.output import check_folder, write_output
from deploy.cli.progress import ProgressDisplay
from deploy.container import open_job_context
from deploy.pipeline.font_plan import STAGES
from deploy.pipeline.request import make_request
from deploy.pipeline.stages.files import GLYPHS, SPECIMEN, SPECIMEN_PAGE, SPECIMEN_PDF, TTF, WOFF2
from deploy.settings import Settings
from fontbuild import FontInfo, Weight, build_family
from templates.archive import load_glyphs

REPORT = "report.json"


def make_font(
    settings: Settings,
    photos: Sequence[Path],
    info: FontInfo,
    out: Path,
    console: Console,
    weights: Sequence[Weight] = (),
) -> list[Path]:
    """Makes the font and writes TTF, WOFF2, specimens and report into ``out``; returns their paths.

    Args:
        weights: further weights beside the Regular.

    Raises:
        PersonError: the writer can mend it; nothing was written into ``out``.
    """
    check_folder(out)
    request = make_request(photos, info, device=settings.device)
    with open_job_context(settings) as context:
        count = sum(stage.name == "capture" or stage.is_needed(request) for stage in STAGES)
        with ProgressDisplay(console, count) as display:
            finished = context.runner.make(request, display)
        for notice in finished.report["notices"]:
            console.print(f"{notice['korean']}\n{notice['english']}", markup=False, highlight=False, soft_wrap=True)
        font, specimens = finished.outcomes["fontbuild"].folder, finished.outcomes["specimen"].folder
        files = {
            f"{request.file_stem}.ttf": font / TTF,
            f"{request.file_stem}.woff2": font / WOFF2,
            **{name: specimens / name for name in (SPECIMEN, SPECIMEN_PDF, SPECIMEN_PAGE)},
        }
        with tempfile.TemporaryDirectory() as folder:
            files |= build_further_weights(finished.outcomes["generate"].folder / GLYPHS, info, weights, Path(folder))
            return write_output(files, {REPORT: finished.report}, out)


def build_further_weights(glyphs: Path, info: FontInfo, weights: Sequence[Weight], folder: Path) -> dict[str, Path]:
    """Builds fonts of other weights from the archive ``glyphs``; returns the files by name."""
    if not weights:
        return {}
    family = build_family(load_glyphs(glyphs), info, folder, weights)
    return {file.name: file for font in family.values() for file in (font.ttf, font.woff2)}
