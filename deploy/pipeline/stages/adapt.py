"""The network learns this hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.pipeline.stages.files import GLYPHS, WEIGHTS, load_seed_name
from templates.archive import load_glyphs

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def adapt(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """The network learns this hand; who asked for it is shown how."""
    from generator.model import pick_device
    from trainer import adapt as learn

    request = given.request
    report = learn(
        load_glyphs(given.results["hand"] / GLYPHS),
        load_seed_name(given.results["seed"]),
        out / WEIGHTS,
        device=request.device,
        progress=progress,
        show=request.show,
        shown=request.shown,
    )
    return {"device": pick_device(request.device).type} | report.to_dict()
