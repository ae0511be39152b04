"""A letter that stood a moment ago comes back in its next shape: 하하하 is not stamped.

The rules are chained contextual substitutions (OpenType GSUB type 6, format 3): where a glyph's nearest like within
REACH glyphs has shape k, it takes shape k + 1, the first again after the last. They sit in ``rclt``, which every
shaper applies without being asked: HarfBuzz before 15 ignores ``calt`` on Hangul, programs drop ``clig`` in spaced
text. Who wants one shape only switches ``rclt`` off; ``salt`` offers the shapes for choosing by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fontTools.otlLib.builder import AlternateSubstBuilder, SingleSubstBuilder, buildCoverage, buildLookup
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

REACH = 3
"""How many glyphs back a like is looked for."""

Shapes = Mapping[str, Sequence[str]]
"""Names of glyphs, and of their further shapes in turn."""


def alternate_name(name: str, number: int) -> str:
    """The name of a glyph's further shape, counted from 1."""
    return f"{name}.alt{number}"


def rotation_lookups(font: TTFont, shapes: Shapes) -> list[otTables.Lookup]:
    """The rules first, then the substitutions they call, and last the choice among all shapes of a glyph."""
    ways = max(len(further) for further in shapes.values())
    singles = [
        {name: further[number] for name, further in shapes.items() if number < len(further)} for number in range(ways)
    ]
    choice = AlternateSubstBuilder(font, None)
    choice.alternates = {name: list(further) for name, further in shapes.items()}
    return [buildLookup(_rules(font, shapes)), *(single_lookup(font, single) for single in singles), choice.build()]


def single_lookup(font: TTFont, mapping: Mapping[str, str]) -> otTables.Lookup:
    """One glyph for another."""
    builder = SingleSubstBuilder(font, None)
    builder.mapping = dict(mapping)
    return builder.build()


def _rules(font: TTFont, shapes: Shapes) -> list[otTables.ChainContextSubst]:
    """The nearest like decides: of one glyph's rules those that look less far back come first."""
    everything = _Everything()
    ids = font.getReverseGlyphMap()
    rules = []
    for name, further in shapes.items():
        turn = [buildCoverage([shape], ids) for shape in (name, *further)]
        for distance in range(1, REACH + 1):
            for number, before in enumerate(turn):
                behind = [everything] * (distance - 1) + [before]
                rules.append(_rule(turn[0], behind, (number + 1) % len(turn)))
    return rules


def _rule(glyph: otTables.Coverage, behind: Sequence[otTables.Coverage], shape: int) -> otTables.ChainContextSubst:
    """After ``behind`` (the nearest first) ``glyph`` takes the given shape; shape 0, its own, ends the search."""
    rule = otTables.ChainContextSubst()
    rule.Format = 3
    rule.BacktrackCoverage = list(behind)
    rule.BacktrackGlyphCount = len(behind)
    rule.InputCoverage, rule.InputGlyphCount = [glyph], 1
    rule.LookAheadCoverage, rule.LookAheadGlyphCount = [], 0
    rule.SubstLookupRecord = [_call(shape)] if shape else []
    rule.SubstCount = len(rule.SubstLookupRecord)
    return rule


def _call(shape: int) -> otTables.SubstLookupRecord:
    """The lookup of a shape has the shape's number, since the rules are lookup 0."""
    record = otTables.SubstLookupRecord()
    record.SequenceIndex, record.LookupListIndex = 0, shape
    return record


class _Everything(otTables.Coverage):  # type: ignore[misc]
    """All glyphs of the font as one range; written a thousand times, a list of their names would take a minute."""

    def preWrite(self, font: TTFont) -> dict[str, Any]:  # noqa: N802
        names = font.getGlyphOrder()
        every = otTables.RangeRecord()
        every.Start, every.End, every.StartCoverageIndex = names[0], names[-1], 0
        self.Format = 2
        return {"RangeRecord": [every]}
