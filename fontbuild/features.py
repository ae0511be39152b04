"""OpenType features: which scripts the font is for, and what is substituted in them."""

from __future__ import annotations

from fontTools.ttLib import newTable
from fontTools.ttLib.tables import otTables
from fontTools.ttLib.tables.G_S_U_B_ import table_G_S_U_B_

SCRIPTS = ("DFLT", "hang", "latn")


def substitutions() -> table_G_S_U_B_:
    """A GSUB table that names the font's scripts; some programs take a font without one for not Korean."""
    table = newTable("GSUB")
    table.table = gsub = otTables.GSUB()
    gsub.Version = 0x00010000
    gsub.ScriptList = otTables.ScriptList()
    gsub.ScriptList.ScriptRecord = [_script(tag) for tag in SCRIPTS]
    gsub.FeatureList = otTables.FeatureList()
    gsub.FeatureList.FeatureRecord = []
    gsub.LookupList = otTables.LookupList()
    gsub.LookupList.Lookup = []
    return table


def _script(tag: str) -> otTables.ScriptRecord:
    language = otTables.DefaultLangSys()
    language.ReqFeatureIndex = 0xFFFF
    language.FeatureIndex = []
    record = otTables.ScriptRecord()
    record.ScriptTag = tag
    record.Script = otTables.Script()
    record.Script.DefaultLangSys = language
    record.Script.LangSysRecord = []
    return record
