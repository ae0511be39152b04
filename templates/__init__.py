"""The sheet that a person writes on, and the types that every stage exchanges.

This is the public API; the modules of the package hold the rest.
"""

from templates.archive import load_glyphs, save_glyphs
from templates.charset import hangul_set
from templates.errors import PersonError
from templates.geometry import Cell, Marker, Page, Sheet
from templates.glyphs import GlyphImage, GlyphSet, Source
from templates.sheet import ARUCO_DICTIONARY, CELL_MM, SET_NAMES, build_sheet, find_page

__all__ = [
    "ARUCO_DICTIONARY",
    "CELL_MM",
    "SET_NAMES",
    "Cell",
    "GlyphImage",
    "GlyphSet",
    "Marker",
    "Page",
    "PersonError",
    "Sheet",
    "Source",
    "build_sheet",
    "find_page",
    "hangul_set",
    "load_glyphs",
    "save_glyphs",
]
