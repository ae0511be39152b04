"""Builds all tables of the font."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from fontTools.agl import UV2AGL
from fontTools.fontBuilder import FontBuilder
from fontTools.otlLib.maxContextCalc import maxCtxFont
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables import ttProgram

from fontbuild.info import FontInfo
from fontbuild.layout.kerning import kerning_lookups
from fontbuild.layout.spacing import Spacing
from fontbuild.layout.transform import scale_and_shift
from fontbuild.layout.vertical import vertical_advance, vertical_forms
from fontbuild.metrics import ASCENDER, CENTRE, DESCENDER, UNITS_PER_EM
from fontbuild.opentype.alternates import alternate_name
from fontbuild.opentype.features import layout_table, substitutions
from fontbuild.opentype.glyf import GlyphRecord, empty_record, notdef_record, outline_record
from fontbuild.opentype.names import Names, name_table
from fontbuild.outlines.outline import Outline
from templates.signs import BLANK

_TIMESTAMP = 3_818_275_200
"""Seconds from 1904 to 2025-01-01: a fixed date, so that the same glyphs give the same bytes."""
_SMOOTH_DROPOUT = bytes([0xB8, 0x01, 0xFF, 0x85, 0xB0, 0x04, 0x8D])
"""PUSHW 511, SCANCTRL, PUSHB 4, SCANTYPE: thin strokes keep together at every size, without hinting."""
_SYMMETRIC_SMOOTHING = {0xFFFF: 0x000F}
_KOREAN_CODE_PAGE = 1 << 19
_LATIN_CODE_PAGE = 1 << 0
_PANOSE_HANDWRITTEN = 3
_REGULAR = 1 << 6
_SPACES = (0x20, 0xA0)


def build_tables(spacing: Spacing, info: FontInfo, names: Names, regular: Spacing | None = None) -> TTFont:
    """Builds the font, not yet compiled; vertical advance and kerning of a family are those of ``regular``."""
    reference = regular or spacing
    glyphs = glyph_names(spacing.outlines)
    ids = {name: place for place, name in enumerate(_glyph_order(spacing, glyphs))}
    records, codes = _records(spacing, glyphs, ids)
    step = vertical_advance(reference.outlines)
    upright = _vertical_forms(spacing, step)
    records |= upright
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    font = builder.font
    font.recalcBBoxes = False
    builder.setupGlyphOrder(list(records))
    builder.setupCharacterMap(codes)
    _glyf(font, records)
    box = _font_box(records)
    _horizontal(builder, records, box)
    _vertical(builder, records, step)
    _maximum_profile(font, records)
    _head(font, info, box)
    _os2(builder, codes, records, box)
    font["name"] = name_table(info, names)
    builder.setupPost(underlinePosition=-100, underlineThickness=50)
    _prep_and_gasp(font)
    font["GSUB"] = substitutions(font, _alternates_by_glyph(glyphs), {name.partition(".")[0]: name for name in upright})
    if pairs := kerning_lookups(reference, glyphs, ids):
        font["GPOS"] = layout_table("GPOS", pairs, {"kern": range(len(pairs))})
    font["OS/2"].usMaxContext = maxCtxFont(font)
    return font


def glyph_name(char: str) -> str:
    """Returns the glyph's name in the Adobe Glyph List for ASCII, otherwise ``uniXXXX``."""
    return UV2AGL.get(ord(char), f"uni{ord(char):04X}") if char.isascii() else f"uni{ord(char):04X}"


def glyph_names(outlines: Iterable[Outline]) -> list[str]:
    """Names each outline; those of a character after its first are alternates."""
    seen: Counter[str] = Counter()
    names = []
    for outline in outlines:
        name, number = glyph_name(outline.char), seen[outline.char]
        names.append(alternate_name(name, number) if number else name)
        seen[outline.char] += 1
    return names


def _glyph_order(spacing: Spacing, names: Sequence[str]) -> list[str]:
    """Orders glyphs: spaces first, then by character, alternates last."""
    glyphs = sorted(zip(names, spacing.outlines, strict=True), key=lambda glyph: ("." in glyph[0], glyph[1].char))
    return [".notdef", *(glyph_name(chr(code)) for code in (*_SPACES, *map(ord, BLANK))), *(name for name, _ in glyphs)]


def _records(
    spacing: Spacing, names: Sequence[str], order: Iterable[str]
) -> tuple[dict[str, GlyphRecord], dict[int, str]]:
    """Returns glyphs by name in the order given, and the glyph names by code."""
    blanks = dict.fromkeys(_SPACES, spacing.space) | dict.fromkeys(map(ord, BLANK), spacing.wide)
    codes = {code: glyph_name(chr(code)) for code in blanks}
    records = {".notdef": notdef_record(), **{codes[code]: empty_record(width) for code, width in blanks.items()}}
    for name, outline, advance in zip(names, spacing.outlines, spacing.advances, strict=True):
        records[name] = outline_record(outline, advance)
        if "." not in name:
            codes[ord(outline.char)] = name
    return {name: records[name] for name in order}, codes


def _alternates_by_glyph(names: Sequence[str]) -> dict[str, list[str]]:
    """Returns the names of alternates by the name of their first shape."""
    shapes: dict[str, list[str]] = {}
    for name in names:
        base, dot, _ = name.partition(".")
        if dot:
            shapes.setdefault(base, []).append(name)
    return shapes


def _glyf(font: TTFont, records: Mapping[str, GlyphRecord]) -> None:
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


def _vertical_forms(spacing: Spacing, step: int) -> dict[str, GlyphRecord]:
    """Returns the vertical forms by glyph name."""
    firsts = {outline.char: outline for outline in reversed(spacing.outlines)}
    return {
        f"{glyph_name(form.char)}.vert": outline_record(scale_and_shift(form, 1.0, UNITS_PER_EM / 2, 0.0), UNITS_PER_EM)
        for form in vertical_forms(firsts.values(), step)
    }


def _vertical(builder: FontBuilder, records: Mapping[str, GlyphRecord], step: int) -> None:
    """Sets vertical metrics: every glyph centred in its advance; a space is as high as it is wide."""
    head = round(CENTRE + step / 2)
    heights = {name: step if record.points else record.advance for name, record in records.items()}
    tops = {name: head - record.bounds[3] if record.points else 0 for name, record in records.items()}
    inked = {name: record for name, record in records.items() if record.points}
    builder.setupVerticalMetrics({name: (heights[name], tops[name]) for name in records})
    builder.setupVerticalHeader(
        ascent=UNITS_PER_EM // 2,
        descent=-UNITS_PER_EM // 2,
        lineGap=0,
        advanceHeightMax=max(heights.values()),
        minTopSideBearing=min(tops[name] for name in inked),
        minBottomSideBearing=min(step - head + record.bounds[1] for record in inked.values()),
        yMaxExtent=max(head - record.bounds[1] for record in inked.values()),
    )


def _maximum_profile(font: TTFont, records: Mapping[str, GlyphRecord]) -> None:
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
    """Sets OS/2: code pages mark a Korean font for Windows; win equals hhea, so line height is the same everywhere."""
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


def _prep_and_gasp(font: TTFont) -> None:
    font["prep"] = prep = newTable("prep")
    prep.program = ttProgram.Program()
    prep.program.fromBytecode(_SMOOTH_DROPOUT)
    font["gasp"] = gasp = newTable("gasp")
    gasp.version = 1
    gasp.gaspRange = dict(_SYMMETRIC_SMOOTHING)
