"""The seed font to draw this hand from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.pipeline.stages.files import GLYPHS, SEED
from templates.archive import load_glyphs

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def choose_seed(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """The seed font to draw this hand from: near by metric learning, proven by trial."""
    from trainer import choose_seed as choose

    choice = choose(load_glyphs(given.results["hand"] / GLYPHS))
    (out / SEED).write_text(json.dumps(choice.name), encoding="utf-8")
    return {
        "name": choice.name,
        "distance": choice.distance,
        "ranked": [{"name": name, "distance": distance} for name, distance in choice.ranked[:5]],
        "tried": [{"name": name, "off": off} for name, off in choice.tried],
    }
