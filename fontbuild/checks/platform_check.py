"""Checks the rules of Windows (DirectWrite, GDI) and macOS (CoreText) that can be checked in the file alone.

Source: the OpenType specification 1.9 and its recommendations for each table; what OTS refuses is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
from fontTools.ttLib import TTFont

_ENGLISH, _KOREAN = 0x409, 0x412
_WINDOWS, _UNICODE_BMP, _UNICODE_FULL = 3, 1, 10
_KOREAN_CODE_PAGE = 1 << 19
_HANGUL_RANGE, _JAMO_RANGE = 56, 52
_POSTSCRIPT_NAME = re.compile(r"[!-$&'*-.0-;=?-Z\\^-z|~]{1,63}")
_GLYPH_NAME = re.compile(r"\.notdef|[A-Za-z_][A-Za-z0-9._]{0,62}")
_MENU_UNITS = 31

Faults = Iterator[str]


def platform_faults(font: TTFont) -> list[str]:
    """Returns the rules that the font breaks, in words; none in a good font."""
    return [f"{rule.__name__.strip('_')}: {fault}" for rule in _RULES for fault in rule(font)]


def _cmap(font: TTFont) -> Faults:
    tables = {(table.platformID, table.platEncID): table for table in font["cmap"].tables}
    windows = tables.get((_WINDOWS, _UNICODE_BMP))
    if windows is None or windows.format != 4:
        yield "no Windows BMP table of format 4"
    codes = set(font.getBestCmap())
    if max(codes) > 0xFFFF and (_WINDOWS, _UNICODE_FULL) not in tables:
        yield "characters beyond the BMP without a table of format 12"
    if any(set(table.cmap) != codes for table in tables.values()):
        yield "the tables do not know the same characters"
    if not {0x20, 0xA0} <= codes or (windows and windows.cmap.get(0x20) != font.getGlyphOrder()[1]):
        yield "the space is not the first glyph after .notdef"


def _name(font: TTFont) -> Faults:
    table = font["name"]
    if any(record.platformID != _WINDOWS for record in table.names):
        yield "records for other platforms than Windows"
    for language, needed in ((_ENGLISH, (1, 2, 3, 4, 5, 6)), (_KOREAN, (1, 2, 4))):
        missing = [key for key in needed if table.getName(key, _WINDOWS, 1, language) is None]
        if missing:
            yield f"no names {missing} in language {language:#x}"
    if not _POSTSCRIPT_NAME.fullmatch(str(table.getDebugName(6))):
        yield "a PostScript name that PostScript cannot read"
    if any(record.nameID == 1 and len(record.string) // 2 > _MENU_UNITS for record in table.names):
        yield f"a family name of more than {_MENU_UNITS} units"


def _os2(font: TTFont) -> Faults:
    os2, head, hhea = font["OS/2"], font["head"], font["hhea"]
    if os2.version < 4 or os2.fsType:
        yield "an old version, or embedding restricted"
    if not os2.ulCodePageRange1 & _KOREAN_CODE_PAGE or not {_HANGUL_RANGE, _JAMO_RANGE} <= os2.getUnicodeRanges():
        yield "not marked as Korean"
    if bool(os2.fsSelection & 1 << 5) != bool(head.macStyle & 1) or (os2.fsSelection & 1 << 6 and head.macStyle & 3):
        yield "style bits that head does not share"
    if (os2.usWinAscent, os2.usWinDescent) != (hhea.ascent, -hhea.descent) or hhea.lineGap:
        yield "lines of another height on Windows than on macOS"
    if os2.usWinAscent < head.yMax or os2.usWinDescent < -head.yMin:
        yield "ink that Windows clips"
    if (os2.sTypoAscender - os2.sTypoDescender, os2.sTypoLineGap) != (head.unitsPerEm, 0):
        yield "typographic lines that are not an em high"


def _head(font: TTFont) -> Faults:
    head = font["head"]
    boxes = np.array([_box(font, name) for name in font.getGlyphOrder() if font["glyf"][name].numberOfContours])
    union = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    if (head.xMin, head.yMin, head.xMax, head.yMax) != union:
        yield "a box that is not that of its glyphs"
    if head.flags & 0b11 != 0b11 or head.fontDirectionHint != 2 or not 16 <= head.unitsPerEm <= 16384:
        yield "flags, direction or units that rasterisers do not expect"


def _glyphs(font: TTFont) -> Faults:
    glyf, maxp = font["glyf"], font["maxp"]
    glyphs = [glyf[name] for name in font.getGlyphOrder()]
    if any(glyph.isComposite() for glyph in glyphs):
        yield "composites, which maxp does not count"
    most = [max(glyph.numberOfContours for glyph in glyphs)]
    most.append(max(len(glyph.coordinates) for glyph in glyphs if glyph.numberOfContours))
    if [maxp.maxContours, maxp.maxPoints] != most or maxp.numGlyphs != len(glyphs):
        yield "maxp does not count what is there"
    if list(font["loca"].locations) != sorted(font["loca"].locations):
        yield "loca runs backwards"


def _metrics(font: TTFont) -> Faults:
    hmtx, vmtx, hhea, vhea = (font[tag] for tag in ("hmtx", "vmtx", "hhea", "vhea"))
    inked = [name for name in font.getGlyphOrder() if font["glyf"][name].numberOfContours]
    if any(hmtx[name][1] != _box(font, name)[0] for name in inked):
        yield "left side bearings that are not the ink's"
    if hhea.advanceWidthMax != max(advance for advance, _ in hmtx.metrics.values()):
        yield "hhea has another widest advance"
    if vhea.advanceHeightMax != max(advance for advance, _ in vmtx.metrics.values()):
        yield "vhea has another highest advance"
    if set(hmtx.metrics) != set(vmtx.metrics):
        yield "glyphs without a place in one direction"


def _post(font: TTFont) -> Faults:
    names = font.getGlyphOrder()
    if any(not _GLYPH_NAME.fullmatch(name) for name in names) or len(set(names)) != len(names):
        yield "glyph names that PostScript cannot read"
    if font["post"].isFixedPitch or not font["post"].underlineThickness:
        yield "said to have fixed pitch, or no underline"


def _layout(font: TTFont) -> Faults:
    for tag in {"GSUB", "GPOS"} & set(font.keys()):
        table = font[tag].table
        if [record.ScriptTag for record in table.ScriptList.ScriptRecord] != ["DFLT", "hang", "latn"]:
            yield f"{tag} leaves out a script"
        features = [record.FeatureTag for record in table.FeatureList.FeatureRecord]
        if features != sorted(features):
            yield f"{tag} has its features out of order"


def _box(font: TTFont, name: str) -> tuple[int, int, int, int]:
    glyph = font["glyf"][name]
    return glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax


_RULES: tuple[Callable[[TTFont], Faults], ...] = (_cmap, _name, _os2, _head, _glyphs, _metrics, _post, _layout)
