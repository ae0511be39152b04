"""What a person writes on, and the plain types that every stage speaks.

The small public API; what stands beside it is in the modules of this package.
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
