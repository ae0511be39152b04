"""Pages to look at, to print and to write in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.pipeline.stages.files import GLYPHS, SPECIMEN, SPECIMEN_PAGE, SPECIMEN_PDF, TTF, WOFF2
from templates.archive import load_glyphs
from templates.glyphs import Source

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def specimen(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """The specimen as a picture, as a PDF and as a page to write in, the written and the doubtful letters marked."""
    from fontbuild import write_specimen, write_specimen_page

    glyphs, font = given.results["generate"], given.results["fontbuild"]
    written = [char for char, glyph in load_glyphs(glyphs / GLYPHS).items() if glyph.source is Source.WRITTEN]
    doubtful = given.facts["generate"]["doubtful"]
    for name in (SPECIMEN, SPECIMEN_PDF):
        write_specimen(font / TTF, written, out / name, doubtful)
    write_specimen_page(font / WOFF2, written, out / SPECIMEN_PAGE, doubtful)
    return {"own": "".join(written)}
