"""All tables of the font around its glyphs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from fontTools.agl import UV2AGL
from fontTools.fontBuilder import FontBuilder
from fontTools.otlLib.maxContextCalc import maxCtxFont
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import ttProgram

from fontbuild.alternates import alternate_name
from fontbuild.features import substitutions
from fontbuild.glyf import GlyphRecord, empty_record, notdef_record, outline_record
from fontbuild.info import FontInfo
from fontbuild.metrics import ASCENDER, CENTRE, DESCENDER, UNITS_PER_EM
from fontbuild.names import Names, name_table
from fontbuild.spacing import Spacing

_TIMESTAMP = 3_818_275_200
"""Seconds from 1904 to 2025-01-01: a fixed date, so that the same glyphs give the same bytes."""
_SMOOTH_DROPOUT = bytes([0xB8, 0x01, 0xFF, 0x85, 0xB0, 0x04, 0x8D])
"""PUSHW 511, SCANCTRL, PUSHB 4, SCANTYPE: thin strokes keep together at every size, without hinting."""
_SYMMETRIC_SMOOTHING = {0xFFFF: 0x000F}
_KOREAN_CODE_PAGE = 1 << 19
_LATIN_CODE_PAGE = 1 << 0
_PANOSE_HANDWRITTEN = 3
_REGULAR = 1 << 6


def build_tables(spacing: Spacing, info: FontInfo, names: Names) -> TTFont:
    """The whole font, not yet compiled."""
    records, codes, shapes = _records(spacing)
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    font = builder.font
    font.recalcBBoxes = False
    builder.setupGlyphOrder(list(records))
    builder.setupCharacterMap(codes)
    _glyphs(font, records)
    box = _font_box(records)
    _horizontal(builder, records, box)
    _vertical(builder, records)
    _profile(font, records)
    _head(font, info, box)
    _os2(builder, codes, records, box)
    font["name"] = name_table(info, names)
    builder.setupPost(underlinePosition=-100, underlineThickness=50)
    _rasteriser(font)
    font["GSUB"] = substitutions(font, shapes, {})
    font["OS/2"].usMaxContext = maxCtxFont(font)
    return font


def glyph_name(char: str) -> str:
    """The glyph's name by the Adobe Glyph List where it has one there, otherwise ``uniXXXX``."""
    return UV2AGL.get(ord(char), f"uni{ord(char):04X}") if char.isascii() else f"uni{ord(char):04X}"


def _records(spacing: Spacing) -> tuple[dict[str, GlyphRecord], dict[int, str], dict[str, list[str]]]:
    """Glyphs by name in glyph order, the characters they stand for, and the further shapes of some."""
    records = {".notdef": notdef_record()}
    codes: dict[int, str] = {}
    for code in (0x20, 0xA0):
        records[glyph_name(chr(code))] = empty_record(spacing.space)
        codes[code] = glyph_name(chr(code))
    alternates: dict[str, GlyphRecord] = {}
    shapes: dict[str, list[str]] = {}
    pairs = zip(spacing.outlines, spacing.advances, strict=True)
    for outline, advance in sorted(pairs, key=lambda pair: pair[0].char):
        name, record = glyph_name(outline.char), outline_record(outline, advance)
        if name in records:
            further = shapes.setdefault(name, [])
            further.append(alternate_name(name, len(further) + 1))
            alternates[further[-1]] = record
        else:
            records[name] = record
            codes[ord(outline.char)] = name
    return records | alternates, codes, shapes


def _glyphs(font: TTFont, records: Mapping[str, GlyphRecord]) -> None:
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder = font.getGlyphOrder()
    glyf.glyphs = {name: record.glyph for name, record in records.items()}


def _font_box(records: Mapping[str, GlyphRecord]) -> tuple[int, int, int, int]:
    boxes = np.array([record.bounds for record in records.values() if record.points])
    (left, bottom), (right, top) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return int(left), int(bottom), int(right), int(top)


def _horizontal(builder: FontBuilder, records: Mapping[str, GlyphRecord], box: tuple[int, int, int, int]) -> None:
    builder.setupHorizontalMetrics({name: (record.advance, record.bounds[0]) for name, record in records.items()})
    inked = [record for record in records.values() if record.points]
    builder.setupHorizontalHeader(
        ascent=max(box[3], ASCENDER),
        descent=min(box[1], DESCENDER),
        lineGap=0,
        advanceWidthMax=max(record.advance for record in records.values()),
        minLeftSideBearing=box[0],
        minRightSideBearing=min(record.advance - record.bounds[2] for record in inked),
        xMaxExtent=box[2],
    )


def _vertical(builder: FontBuilder, records: Mapping[str, GlyphRecord]) -> None:
    """Every glyph stands centred on a column of em squares."""
    tops = {name: ASCENDER - record.bounds[3] if record.points else 0 for name, record in records.items()}
    inked = {name: record for name, record in records.items() if record.points}
    builder.setupVerticalMetrics({name: (UNITS_PER_EM, top) for name, top in tops.items()})
    builder.setupVerticalHeader(
        ascent=UNITS_PER_EM // 2,
        descent=-UNITS_PER_EM // 2,
        lineGap=0,
        advanceHeightMax=UNITS_PER_EM,
        minTopSideBearing=min(tops[name] for name in inked),
        minBottomSideBearing=min(record.bounds[1] - DESCENDER for record in inked.values()),
        yMaxExtent=max(ASCENDER - record.bounds[1] for record in inked.values()),
    )


def _profile(font: TTFont, records: Mapping[str, GlyphRecord]) -> None:
    FontBuilder(font=font).setupMaxp()
    maxp = font["maxp"]
    maxp.maxPoints = max(record.points for record in records.values())
    maxp.maxContours = max(record.contours for record in records.values())
    maxp.maxStackElements = 1


def _head(font: TTFont, info: FontInfo, box: tuple[int, int, int, int]) -> None:
    head = font["head"]
    head.created = head.modified = _TIMESTAMP
    head.fontRevision = float(info.version)
    head.flags = 0b1011
    head.lowestRecPPEM = 8
    head.xMin, head.yMin, head.xMax, head.yMax = box


def _os2(
    builder: FontBuilder,
    codes: Mapping[int, str],
    records: Mapping[str, GlyphRecord],
    box: tuple[int, int, int, int],
) -> None:
    """Code pages tell Windows that this is a Korean font; win and hhea agree, so lines are equally far everywhere."""
    builder.setupOS2(
        sTypoAscender=ASCENDER,
        sTypoDescender=DESCENDER,
        sTypoLineGap=0,
        usWinAscent=max(box[3], ASCENDER),
        usWinDescent=max(-box[1], -DESCENDER),
        sxHeight=_height(records, "x"),
        sCapHeight=_height(records, "H"),
        ulCodePageRange1=_KOREAN_CODE_PAGE | _LATIN_CODE_PAGE,
        fsType=0,
        fsSelection=_REGULAR,
        achVendID="NONE",
        usDefaultChar=0,
        usBreakChar=0x20,
        yStrikeoutPosition=round(CENTRE * 0.75),
        yStrikeoutSize=50,
        version=4,
    )
    os2 = builder.font["OS/2"]
    os2.panose.bFamilyType = _PANOSE_HANDWRITTEN
    os2.recalcUnicodeRanges(builder.font)
    os2.recalcAvgCharWidth(builder.font)
    os2.usFirstCharIndex, os2.usLastCharIndex = min(codes), max(codes)


def _height(records: Mapping[str, GlyphRecord], name: str) -> int:
    return records[name].bounds[3] if name in records else 0


def _rasteriser(font: TTFont) -> None:
    font["prep"] = prep = newTable("prep")
    prep.program = ttProgram.Program()
    prep.program.fromBytecode(_SMOOTH_DROPOUT)
    font["gasp"] = gasp = newTable("gasp")
    gasp.version = 1
    gasp.gaspRange = dict(_SYMMETRIC_SMOOTHING)
