"""Builds GSUB and the script and feature lists of layout tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from fontbuild.opentype.alternates import Alternates, rotation_lookups, single_lookup

SCRIPTS = ("DFLT", "hang", "latn")


def substitutions(font: TTFont, alternates: Alternates, vertical: Mapping[str, str]) -> DefaultTable:
    """Builds GSUB; there is always one, since some programs do not take a font without it for Korean.

    Args:
        alternates: glyphs that have alternates, and the names of those.
        vertical: glyphs with vertical forms, and the names of those.
    """
    lookups: list[otTables.Lookup] = []
    features: dict[str, list[int]] = {}
    if alternates:
        lookups = rotation_lookups(font, alternates)
        features |= {"rclt": [0], "salt": [len(lookups) - 1]}
        # Programs apply no rclt in vertical lines: there letters vary by the same rules under vert.
        features["vert"] = [0]
    if vertical:
        features["vert"] = [*features.get("vert", []), len(lookups)]
        lookups.append(single_lookup(font, vertical))
    return layout_table("GSUB", lookups, features)


def layout_table(tag: str, lookups: Sequence[otTables.Lookup], features: Mapping[str, Sequence[int]]) -> DefaultTable:
    """Builds a GSUB or GPOS table that applies the same features (with indices of their lookups) in all of SCRIPTS."""
    table = newTable(tag)
    table.table = layout = getattr(otTables, tag)()
    layout.Version = 0x00010000
    layout.ScriptList = otTables.ScriptList()
    layout.ScriptList.ScriptRecord = [_script(script, len(features)) for script in SCRIPTS]
    layout.FeatureList = otTables.FeatureList()
    layout.FeatureList.FeatureRecord = [_feature(name, features[name]) for name in sorted(features)]
    layout.LookupList = otTables.LookupList()
    layout.LookupList.Lookup = list(lookups)
    return table


def _feature(name: str, lookups: Sequence[int]) -> otTables.FeatureRecord:
    record = otTables.FeatureRecord()
    record.FeatureTag = name
    record.Feature = feature = otTables.Feature()
    feature.FeatureParams = None
    feature.LookupListIndex = list(lookups)
    feature.LookupCount = len(feature.LookupListIndex)
    return record


def _script(tag: str, features: int) -> otTables.ScriptRecord:
    language = otTables.DefaultLangSys()
    language.ReqFeatureIndex = 0xFFFF
    language.FeatureIndex = list(range(features))
    language.FeatureCount = features
    record = otTables.ScriptRecord()
    record.ScriptTag = tag
    record.Script = otTables.Script()
    record.Script.DefaultLangSys = language
    record.Script.LangSysRecord = []
    return record
