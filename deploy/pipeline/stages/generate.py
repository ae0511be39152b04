"""All characters in this hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.pipeline.stages.files import GLYPHS, WEIGHTS, load_seed_name
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import Source

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def generate(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """All characters in this hand; what was written stays as it was written."""
    from generator import complete

    written = load_glyphs(given.results["hand"] / GLYPHS)
    weights, seed = given.results["adapt"] / WEIGHTS, load_seed_name(given.results["seed"])
    drawn = complete(written, seed, weights, device=given.request.device, progress=progress)
    save_glyphs(out / GLYPHS, drawn.glyphs)
    sources = [glyph.source for glyph in drawn.glyphs.values()]
    counts = {source.value: sources.count(source) for source in Source}
    counts["further"] = sum(map(len, drawn.glyphs.alternates.values()))
    return {**counts, "redrawn": drawn.redrawn, "doubtful": list(drawn.doubtful)}
