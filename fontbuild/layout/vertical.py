"""Makes the forms for vertical lines: brackets and dashes turned, stops and commas at the upper right.

The vertical advance follows from the hand: the height of a tall syllable and the white between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fontbuild.layout.transform import IDENTITY, QUARTER_TURN, transformed
from fontbuild.metrics import CENTRE, UNITS_PER_EM
from fontbuild.outlines.outline import Outline
from templates import hangul

TURNED = "()[]{}<>-~_=|:;–—…「」『』【】〔〕〈〉《》«»‹›ー∼（）［］｛｝＜＞～＿｜：；‒―⸺⸻→←"
RAISED = ".,。、．，"
_TALL_SHARE = 0.9
"""Quantile of the syllables' heights that the advance is made for."""
_GAP_UNITS = 90.0
_STEP_UNITS = (780.0, float(UNITS_PER_EM))
_CORNER_UNITS = 250.0
"""Distance of a raised sign's middle from the middle of the line, across and up."""


def vertical_advance(outlines: Iterable[Outline]) -> int:
    """Returns the vertical advance in units."""
    heights = [outline.bounds[3] - outline.bounds[1] for outline in outlines if hangul.is_syllable(outline.char)]
    tall = float(np.quantile(heights, _TALL_SHARE)) if heights else _STEP_UNITS[1]
    return round(float(np.clip(tall + _GAP_UNITS, *_STEP_UNITS)))


def vertical_forms(outlines: Iterable[Outline], step: int) -> list[Outline]:
    """Returns the vertical forms of signs; x from the middle of the line, to be set in an advance of any width."""
    corner = min(_CORNER_UNITS, step / 4)
    forms = []
    for outline in outlines:
        if outline.char in TURNED:
            forms.append(transformed(outline, QUARTER_TURN, (0.0, CENTRE)))
        elif outline.char in RAISED:
            forms.append(transformed(outline, IDENTITY, (corner, CENTRE + corner)))
    return forms
