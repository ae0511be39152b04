"""Letters that the writer wrote again, in the place of what was read or drawn.

They come in after the network has drawn, so that a new one costs the building of the font and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.instances import draw_letter
from deploy.pipeline.stages.files import GLYPHS
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import GlyphSet

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def redraw(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """All characters, those in their own shape that the writer wrote again; its facts tell what is doubtful still."""
    request = given.request
    glyphs = load_glyphs(given.results["generate"] / GLYPHS)
    drawn = {char: draw_letter(char, strokes, request.pen_em) for char, strokes in request.letters.items()}
    kept = {char: further for char, further in glyphs.alternates.items() if char not in drawn}
    save_glyphs(out / GLYPHS, GlyphSet(glyphs.name, dict(glyphs.glyphs) | drawn, kept))
    doubtful = [char for char in given.facts["generate"]["doubtful"] if char not in drawn]
    return {"redrawn": "".join(drawn), "doubtful": doubtful}
