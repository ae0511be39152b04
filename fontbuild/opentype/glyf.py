"""Outlines as TrueType glyph records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fontTools.ttLib.tables._g_l_y_f import (
    Glyph,
    flagOnCurve,
    flagRepeat,
    flagXsame,
    flagXShort,
    flagYsame,
    flagYShort,
)
from numpy.typing import NDArray

from fontbuild.outlines.outline import Outline
from fontbuild.outlines.quadratic import area

_NOTDEF_BOX = (60, 0, 440, 700)
_NOTDEF_STROKE = 40
_MOST_REPEATED = 256
"""Points that may share one flag."""


@dataclass(frozen=True, eq=False)
class GlyphRecord:
    """One compiled glyph and what other tables must know of it."""

    glyph: Glyph
    advance: int
    bounds: tuple[int, int, int, int]
    """xmin, ymin, xmax, ymax; zeros where empty."""
    points: int
    contours: int


def empty_record(advance: int) -> GlyphRecord:
    """A glyph without ink."""
    return GlyphRecord(Glyph(), advance, (0, 0, 0, 0), 0, 0)


def outline_record(outline: Outline, advance: int) -> GlyphRecord:
    """The glyph record of an outline at its final place.

    Raises:
        ValueError: rounding left nothing of the outline.
    """
    rounded = [_rounded(contour.points, contour.on_curve) for contour in outline.contours]
    kept = [contour for contour in rounded if len(contour[0]) >= 3 and area(contour[0].astype(float))]
    if not kept:
        raise ValueError(f"{outline.char}: nothing is left of the outline")
    return _record(kept, advance)


def notdef_record() -> GlyphRecord:
    """The box shown for a character the font does not have."""
    left, bottom, right, top = _NOTDEF_BOX
    outer = np.array([(left, bottom), (left, top), (right, top), (right, bottom)])
    inset = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)]) * _NOTDEF_STROKE
    corners = np.ones(4, bool)
    return _record([(outer, corners), ((outer + inset)[::-1], corners)], left + right)


def _record(contours: list[tuple[NDArray[np.int64], NDArray[np.bool_]]], advance: int) -> GlyphRecord:
    points = np.concatenate([contour[0] for contour in contours])
    on_curve = np.concatenate([contour[1] for contour in contours])
    ends = np.cumsum([len(contour[0]) for contour in contours]) - 1
    (left, bottom), (right, top) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    head = np.array([len(contours), left, bottom, right, top, *ends, 0], ">i2").tobytes()
    data = head + _packed(np.diff(points, axis=0, prepend=[(0, 0)]), on_curve)
    return GlyphRecord(Glyph(data), advance, (left, bottom, right, top), len(points), len(contours))


def _packed(steps: NDArray[np.int64], on_curve: NDArray[np.bool_]) -> bytes:
    """Flags, repeated ones counted, and steps of x and of y: none for 0, a byte up to 255, else two (OpenType).

    Args:
        steps: (n, 2) from point to point, the first from 0.
    """
    size = np.abs(steps)
    is_short, is_still = (size > 0) & (size < 256), size == 0
    same = is_still | (is_short & (steps > 0))
    flags = (on_curve * flagOnCurve + is_short @ [flagXShort, flagYShort] + same @ [flagXsame, flagYsame]).astype(
        np.uint8
    )
    starts = np.union1d(np.flatnonzero(np.diff(flags)) + 1, np.arange(0, len(flags), _MOST_REPEATED))
    again = np.diff(starts, append=len(flags)) - 1
    segments = np.column_stack([flags[starts] | np.where(again > 0, flagRepeat, 0), again])
    parts = [segments[np.column_stack([np.ones(len(again), bool), again > 0])]]
    for axis in (0, 1):
        high = np.where(is_short[:, axis], size[:, axis], steps[:, axis] >> 8)
        both = np.column_stack([high, steps[:, axis]]) & 0xFF
        parts.append(both[np.column_stack([~is_still[:, axis], ~is_still[:, axis] & ~is_short[:, axis]])])
    return np.concatenate(parts).astype(np.uint8).tobytes()


def _rounded(points: NDArray[np.float64], on_curve: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole units, without points that fall on the one before."""
    whole = np.rint(points).astype(np.int64)
    distinct = np.empty(len(whole), bool)
    distinct[1:] = (whole[1:] != whole[:-1]).any(axis=1)
    distinct[0] = (whole[0] != whole[-1]).any()
    return whole[distinct], on_curve[distinct]
