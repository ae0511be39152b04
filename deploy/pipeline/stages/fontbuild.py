"""Pictures of all characters to TTF and WOFF2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.pipeline.stages.files import GLYPHS, TTF, WOFF2
from templates.archive import load_glyphs

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def fontbuild(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """Pictures to TTF and WOFF2."""
    from fontbuild import build_font

    glyphs = load_glyphs(given.results["generate"] / GLYPHS)
    files = build_font(glyphs, given.request.info, out, progress=progress)
    files.ttf.rename(out / TTF)
    files.woff2.rename(out / WOFF2)
    return files.report
