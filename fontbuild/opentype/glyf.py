"""Makes TrueType glyphs of outlines; fontTools packs them when the font is saved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphCoordinates
from fontTools.ttLib.tables.ttProgram import Program
from numpy.typing import NDArray

from fontbuild.outlines.outline import Outline
from fontbuild.outlines.quadratic import area

_NOTDEF_BOX = (60, 0, 440, 700)
_NOTDEF_STROKE = 40
_NO_INSTRUCTIONS = Program()
_NO_INSTRUCTIONS.fromBytecode(b"")


@dataclass(frozen=True, eq=False)
class GlyphRecord:
    """One glyph and what other tables need of it."""

    glyph: Glyph
    advance: int
    bounds: tuple[int, int, int, int]
    """xmin, ymin, xmax, ymax; zeros where empty."""
    points: int
    contours: int


def empty_record(advance: int) -> GlyphRecord:
    """Makes a glyph without ink."""
    return GlyphRecord(Glyph(), advance, (0, 0, 0, 0), 0, 0)


def outline_record(outline: Outline, advance: int) -> GlyphRecord:
    """Makes the glyph of an outline at its final place, rounded to whole units.

    Raises:
        ValueError: rounding left nothing of the outline.
    """
    rounded = [_rounded(contour.points, contour.on_curve) for contour in outline.contours]
    kept = [contour for contour in rounded if len(contour[0]) >= 3 and area(contour[0].astype(float))]
    if not kept:
        raise ValueError(f"{outline.char}: nothing is left of the outline")
    return _record(kept, advance)


def notdef_record() -> GlyphRecord:
    """Makes the box shown for a character the font does not have."""
    left, bottom, right, top = _NOTDEF_BOX
    outer = np.array([(left, bottom), (left, top), (right, top), (right, bottom)])
    inset = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)]) * _NOTDEF_STROKE
    corners = np.ones(4, bool)
    return _record([(outer, corners), ((outer + inset)[::-1], corners)], left + right)


def _record(contours: list[tuple[NDArray[np.int64], NDArray[np.bool_]]], advance: int) -> GlyphRecord:
    points = np.concatenate([contour[0] for contour in contours])
    on_curve = np.concatenate([contour[1] for contour in contours])
    bounds = (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
    glyph = Glyph()
    glyph.numberOfContours = len(contours)
    glyph.endPtsOfContours = (np.cumsum([len(contour[0]) for contour in contours]) - 1).tolist()
    glyph.coordinates = GlyphCoordinates(points.tolist())
    glyph.flags = bytearray(on_curve.tolist())
    glyph.program = _NO_INSTRUCTIONS
    glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax = bounds
    return GlyphRecord(glyph, advance, bounds, len(points), len(contours))


def _rounded(points: NDArray[np.float64], on_curve: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rounds to whole units and drops points that fall on the one before."""
    whole = np.rint(points).astype(np.int64)
    distinct = np.empty(len(whole), bool)
    distinct[1:] = (whole[1:] != whole[:-1]).any(axis=1)
    distinct[0] = (whole[0] != whole[-1]).any()
    return whole[distinct], on_curve[distinct]
