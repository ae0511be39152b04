"""Signs that no sheet asks for and that programs put in by themselves: ‘ ’ “ ” … · – —

They are made of the writer's own comma, full stop and hyphen. Without them a line set by a program that knows better
("smart quotes") would change to another font in its middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fontbuild.layout.normalise import HANGUL_CENTRE
from fontbuild.layout.transform import HALF_TURN, SAME, joined, transformed
from fontbuild.outlines.outline import Outline

DASH_UNITS = {"–": 480.0, "—": 860.0}
"""Widths of the ink of en and em dash."""
_QUOTE_TOP = 740.0
"""Where quotation marks end above if the hand has no straight one to measure."""
_DOUBLE_GAP_SHARE = 0.55
"""White between two commas, in their width; between two stops of an ellipsis it is _DOT_GAP_UNITS."""
_LEAST_GAP_UNITS = 30.0
_DOT_GAP_UNITS = 130.0


def complete_punctuation(outlines: Sequence[Outline]) -> list[Outline]:
    """The signs that can be made and are not yet there.

    Args:
        outlines: placed on their baseline.
    """
    have = {outline.char: outline for outline in reversed(outlines)}
    made = [*_quotes(have), *_dots(have), *_dashes(have)]
    return [outline for outline in made if outline.char not in have]


def _quotes(have: Mapping[str, Outline]) -> list[Outline]:
    if "," not in have:
        return []
    comma = have[","]
    left, bottom, right, top = comma.bounds
    straight = have.get("'") or have.get('"')
    height = (straight.bounds[3] if straight else _QUOTE_TOP) - (top - bottom) / 2
    apart = right - left + max((right - left) * _DOUBLE_GAP_SHARE, _LEAST_GAP_UNITS)
    return [
        joined(char, [transformed(comma, matrix, (apart * place, height)) for place in range(count)])
        for char, matrix, count in (("‘", HALF_TURN, 1), ("’", SAME, 1), ("“", HALF_TURN, 2), ("”", SAME, 2))
    ]


def _dots(have: Mapping[str, Outline]) -> list[Outline]:
    if "." not in have:
        return []
    stop = have["."]
    left, bottom, right, top = stop.bounds
    apart = right - left + _DOT_GAP_UNITS
    row = [transformed(stop, SAME, (apart * place, (bottom + top) / 2)) for place in range(3)]
    return [joined("…", row), joined("·", [transformed(stop, SAME, (0.0, float(HANGUL_CENTRE)))])]


def _dashes(have: Mapping[str, Outline]) -> list[Outline]:
    if "-" not in have:
        return []
    hyphen = have["-"]
    left, bottom, right, top = hyphen.bounds
    return [
        joined(char, [transformed(hyphen, np.diag([width / (right - left), 1.0]), (0.0, (bottom + top) / 2))])
        for char, width in DASH_UNITS.items()
    ]
