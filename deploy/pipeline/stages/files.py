"""The files that stages leave for those after them."""

from __future__ import annotations

import json
from pathlib import Path

READINGS = "readings.json"
GLYPHS = "glyphs.npz"
SEED = "seed.json"
WEIGHTS = "weights.pt"
TTF = "font.ttf"
WOFF2 = "font.woff2"
SPECIMEN = "specimen.png"
SPECIMEN_PDF = "specimen.pdf"
SPECIMEN_PAGE = "specimen.html"


def load_seed_name(folder: Path) -> str:
    """The name of the seed that was chosen."""
    name: str = json.loads((folder / SEED).read_text(encoding="utf-8"))
    return name
