"""Vertical lines: brackets and dashes turn with the line, stops and commas go to the upper right of their square.

A line's step is measured from the hand like its advances: a tall syllable and the white between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fontbuild.layout.transform import QUARTER_TURN, SAME, transformed
from fontbuild.metrics import CENTRE, UNITS_PER_EM
from fontbuild.outlines.outline import Outline
from templates import hangul

TURNED = "()[]{}<>-~_=|:;–—…"
RAISED = ".,"
_TALL_SHARE = 0.9
"""Nine of ten syllables are no taller than what counts as tall."""
_GAP_UNITS = 90.0
_STEP_UNITS = (780.0, float(UNITS_PER_EM))
_CORNER_UNITS = 250.0
"""How far from the middle of the line, and above it, a raised sign has its own middle."""


def vertical_step(outlines: Iterable[Outline]) -> int:
    """Height of one letter's place in a vertical line, in units."""
    heights = [outline.bounds[3] - outline.bounds[1] for outline in outlines if hangul.is_syllable(outline.char)]
    tall = float(np.quantile(heights, _TALL_SHARE)) if heights else _STEP_UNITS[1]
    return round(float(np.clip(tall + _GAP_UNITS, *_STEP_UNITS)))


def vertical_forms(outlines: Iterable[Outline], step: int) -> list[Outline]:
    """How signs look in a vertical line; x from the middle of the line, to be set in an advance of any width."""
    corner = min(_CORNER_UNITS, step / 4)
    forms = []
    for outline in outlines:
        if outline.char in TURNED:
            forms.append(transformed(outline, QUARTER_TURN, (0.0, CENTRE)))
        elif outline.char in RAISED:
            forms.append(transformed(outline, SAME, (corner, CENTRE + corner)))
    return forms
