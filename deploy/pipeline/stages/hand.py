"""The instances that count to the glyphs of this hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.instances import to_glyphs
from deploy.pipeline.stages.files import GLYPHS
from templates.archive import save_glyphs

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def load_hand(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """What was written, from the database; no photograph is looked at.

    Raises:
        PhotoError: what was written is not enough for a font.
    """
    judged = given.request.written.judged()
    if judged.problem is not None:
        raise judged.problem
    glyphs = to_glyphs("hand", given.request.written.inked())
    save_glyphs(out / GLYPHS, glyphs)
    return {"written": len(glyphs)}
