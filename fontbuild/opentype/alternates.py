"""Builds the rules that make repeated letters vary: 하하하 is three different 하.

The rules are chained contextual substitutions (OpenType GSUB type 6, format 3): where a glyph's nearest like within
REACH glyphs has shape k, it takes shape k + 1, the first again after the last. They sit in ``rclt``, which every
shaper applies without being asked: HarfBuzz before 15 ignores ``calt`` on Hangul, programs drop ``clig`` in spaced
text. Who wants one shape only switches ``rclt`` off; ``salt`` offers the alternates for choosing by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fontTools.otlLib.builder import AlternateSubstBuilder, SingleSubstBuilder, buildCoverage, buildLookup
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

REACH = 3
"""How many glyphs back a repeat is looked for."""

Alternates = Mapping[str, Sequence[str]]
"""Alternates of a glyph in order, by glyph name."""


def alternate_name(name: str, number: int) -> str:
    """Returns the name of a glyph's alternate, counted from 1."""
    return f"{name}.alt{number}"


def rotation_lookups(font: TTFont, alternates: Alternates) -> list[otTables.Lookup]:
    """Builds the lookups: the rules first, then the substitutions they apply, last the choice among all alternates."""
    most = max(len(further) for further in alternates.values())
    singles = [
        {name: further[number] for name, further in alternates.items() if number < len(further)}
        for number in range(most)
    ]
    choice = AlternateSubstBuilder(font, None)
    choice.alternates = {name: list(further) for name, further in alternates.items()}
    return [buildLookup(_rules(font, alternates)), *(single_lookup(font, single) for single in singles), choice.build()]


def single_lookup(font: TTFont, mapping: Mapping[str, str]) -> otTables.Lookup:
    """Builds a lookup that substitutes one glyph for another."""
    builder = SingleSubstBuilder(font, None)
    builder.mapping = dict(mapping)
    return builder.build()


def _rules(font: TTFont, alternates: Alternates) -> list[otTables.ChainContextSubst]:
    """Builds the rules: the nearest repeat decides, so rules that look less far back come first."""
    everything = _AllGlyphs()
    ids = font.getReverseGlyphMap()
    rules = []
    for name, further in alternates.items():
        cycle = [buildCoverage([shape], ids) for shape in (name, *further)]
        for distance in range(1, REACH + 1):
            for number, before in enumerate(cycle):
                behind = [everything] * (distance - 1) + [before]
                rules.append(_rule(cycle[0], behind, (number + 1) % len(cycle)))
    return rules


def _rule(glyph: otTables.Coverage, behind: Sequence[otTables.Coverage], shape: int) -> otTables.ChainContextSubst:
    """Builds one rule: after ``behind`` (the nearest first) ``glyph`` takes the given shape; 0 is its own."""
    rule = otTables.ChainContextSubst()
    rule.Format = 3
    rule.BacktrackCoverage = list(behind)
    rule.BacktrackGlyphCount = len(behind)
    rule.InputCoverage, rule.InputGlyphCount = [glyph], 1
    rule.LookAheadCoverage, rule.LookAheadGlyphCount = [], 0
    rule.SubstLookupRecord = [_lookup_record(shape)] if shape else []
    rule.SubstCount = len(rule.SubstLookupRecord)
    return rule


def _lookup_record(shape: int) -> otTables.SubstLookupRecord:
    """Refers to the lookup of a shape, which has the shape's number, since the rules are lookup 0."""
    record = otTables.SubstLookupRecord()
    record.SequenceIndex, record.LookupListIndex = 0, shape
    return record


class _AllGlyphs(otTables.Coverage):  # type: ignore[misc]
    """All glyphs of the font as one range; as lists of names in a thousand rules they would take a minute to write."""

    def preWrite(self, font: TTFont) -> dict[str, Any]:  # noqa: N802
        names = font.getGlyphOrder()
        every = otTables.RangeRecord()
        every.Start, every.End, every.StartCoverageIndex = names[0], names[-1], 0
        self.Format = 2
        return {"RangeRecord": [every]}
