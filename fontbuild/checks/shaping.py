"""Checks that HarfBuzz finds a glyph for every character, and that letters that repeat vary."""

from __future__ import annotations

from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

DIRECTIONS = ("ltr", "ttb")


def unvaried(path: Path) -> dict[str, str]:
    """Returns by direction the characters that look alike twice in a row although they have alternates."""
    font = TTFont(path, lazy=True)
    chars = {name: chr(code) for code, name in font.getBestCmap().items()}
    varied = [chars[name.removesuffix(".alt1")] for name in font.getGlyphOrder() if name.endswith(".alt1")]
    shaper = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    return {
        direction: "".join(char for char in varied if len(set(glyphs(shaper, 2 * char, direction))) != 2)
        for direction in DIRECTIONS
    }


def unshaped(path: Path) -> str:
    """Returns characters of the font that HarfBuzz shapes as .notdef or as more than one glyph."""
    characters = [chr(code) for code in sorted(TTFont(path, lazy=True).getBestCmap())]
    shaper = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    shaped = ((char, glyphs(shaper, char)) for char in characters)
    return "".join(char for char, found in shaped if len(found) != 1 or not found[0])


def glyphs(shaper: hb.Font, text: str, direction: str = "ltr") -> list[int]:
    """Shapes a line with default features: glyph indices."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    hb.shape(shaper, buffer)
    return [info.codepoint for info in buffer.glyph_infos]
