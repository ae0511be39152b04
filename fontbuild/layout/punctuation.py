"""Makes signs of finished outlines: ‘ ’ “ ” … · – — and the full-width forms of ASCII.

The former are made of the writer's own comma, full stop and hyphen. Without them a program with "smart quotes" would
show such a sign in another font.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fontbuild.layout.normalise import HANGUL_CENTRE
from fontbuild.layout.transform import HALF_TURN, IDENTITY, combine, transformed
from fontbuild.outlines.outline import Outline
from templates.signs import composition_of, signs

DASH_UNITS = {"–": 480.0, "—": 860.0}
"""Widths of the ink of en and em dash."""
_QUOTE_TOP = 740.0
"""Top of quotation marks where the hand has no straight one to measure."""
_DOUBLE_GAP_SHARE = 0.55
"""White between two commas, in their width; between two stops of an ellipsis it is _DOT_GAP_UNITS."""
_LEAST_GAP_UNITS = 30.0
_DOT_GAP_UNITS = 130.0


def complete_punctuation(outlines: Sequence[Outline]) -> list[Outline]:
    """Makes the signs that are missing and can be made.

    Args:
        outlines: placed on their baseline.
    """
    by_char = {outline.char: outline for outline in reversed(outlines)}
    made = [*_quotes(by_char), *_dots(by_char), *_dashes(by_char), *_wide_forms(by_char)]
    return [outline for outline in made if outline.char not in by_char]


def _wide_forms(by_char: Mapping[str, Outline]) -> list[Outline]:
    """Copies ordinary letters and signs; their advance will be as wide as a syllable's."""
    return [
        replace(by_char[parts.text], char=sign)
        for sign in signs()
        if (parts := composition_of(sign)) is not None and parts.how == "wide" and parts.text in by_char
    ]


def _quotes(by_char: Mapping[str, Outline]) -> list[Outline]:
    if "," not in by_char:
        return []
    comma = by_char[","]
    left, bottom, right, top = comma.bounds
    straight = by_char.get("'") or by_char.get('"')
    height = (straight.bounds[3] if straight else _QUOTE_TOP) - (top - bottom) / 2
    step = right - left + max((right - left) * _DOUBLE_GAP_SHARE, _LEAST_GAP_UNITS)
    return [
        combine(char, [transformed(comma, matrix, (step * place, height)) for place in range(count)])
        for char, matrix, count in (("‘", HALF_TURN, 1), ("’", IDENTITY, 1), ("“", HALF_TURN, 2), ("”", IDENTITY, 2))
    ]


def _dots(by_char: Mapping[str, Outline]) -> list[Outline]:
    if "." not in by_char:
        return []
    stop = by_char["."]
    left, bottom, right, top = stop.bounds
    step = right - left + _DOT_GAP_UNITS
    row = [transformed(stop, IDENTITY, (step * place, (bottom + top) / 2)) for place in range(3)]
    return [combine("…", row), combine("·", [transformed(stop, IDENTITY, (0.0, float(HANGUL_CENTRE)))])]


def _dashes(by_char: Mapping[str, Outline]) -> list[Outline]:
    if "-" not in by_char:
        return []
    hyphen = by_char["-"]
    left, bottom, right, top = hyphen.bounds
    return [
        combine(char, [transformed(hyphen, np.diag([width / (right - left), 1.0]), (0.0, (bottom + top) / 2))])
        for char, width in DASH_UNITS.items()
    ]
