"""Makes the small font of the sheet's labels: ``python -m templates.label_font FONT --out FILE``.

``FONT`` is NanumBarunGothic (SIL Open Font License; ``data/OFL.txt``). The result contains only
the characters that the sheets print, under another name, since the licence reserves the original's.
"""

from __future__ import annotations

import argparse
import inspect
from pathlib import Path

from fontTools import subset
from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from templates import hangul, wording
from templates.charset import SET_NAMES, hangul_set

NAME = "Sonmat Label"
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1. http://scripts.sil.org/OFL"


def needed_chars() -> frozenset[str]:
    """Returns every character that some sheet prints."""
    asked = {char for name in SET_NAMES for char in hangul_set(name)}
    printed = {char for char in inspect.getsource(wording) if char.isprintable()}
    return frozenset({" ", *hangul.ASCII_PRINTABLE, *asked, *printed})


def make_label_font(source: Path, out: Path) -> None:
    """Writes the part of ``source`` that the sheets need.

    Raises:
        fontTools.subset.Subsetter.MissingUnicodesSubsettingError: the font lacks a character.
    """
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=[0, 13, 14],
        notdef_outline=True,
        ignore_missing_unicodes=False,
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "gasp", "DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(char) for char in needed_chars()])
    subsetter.subset(font)
    _draw_backslash(font)
    names = font["name"]
    names.names = [record for record in names.names if record.nameID == 0 and record.platformID == 3]
    own_names = {1: NAME, 2: "Regular", 3: f"{NAME} Regular", 4: NAME, 6: NAME.replace(" ", ""), 13: LICENCE}
    for name_id, text in own_names.items():
        names.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].fsType = 0
    font.save(out, reorderTables=True)


def _draw_backslash(font: TTFont) -> None:
    """Replaces U+005C, a won sign in Korean fonts, by a mirrored slash."""
    glyph_set, cmap = font.getGlyphSet(), font.getBestCmap()
    slash = cmap[ord("/")]
    advance, _ = font["hmtx"][slash]
    pen = TTGlyphPen(glyph_set)
    glyph_set[slash].draw(TransformPen(pen, Transform(-1, 0, 0, 1, advance, 0)))
    glyph = pen.glyph()
    name = cmap[ord("\\")]
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (advance, glyph.xMin)


def main() -> None:
    """Makes the label font."""
    parser = argparse.ArgumentParser(prog="python -m templates.label_font", description=main.__doc__)
    parser.add_argument("font", type=Path, help="NanumBarunGothic.ttf, as in Debian's fonts-nanum")
    parser.add_argument("--out", type=Path, required=True, help="the font to write")
    arguments = parser.parse_args()
    make_label_font(arguments.font, arguments.out)


if __name__ == "__main__":
    main()
