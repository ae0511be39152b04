"""Finds contours that cross themselves: loops in notches, and the sides of a neck thinner than the fit's tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.sampling import ComplexPoints, IndexArray
from fontbuild.outlines.segments import Segments

_STEPS = np.arange(6, dtype=np.float32) / 6
_CELL_UNITS = 16.0
"""A contour that returns into one cell of this size has sides so near that a fit may move one across the other."""
_ORIGIN_UNITS = 1024.0
_CELL_BITS, _SAMPLE_BITS = 8, 24
_PASSING_SAMPLES = 6
_TURN_SLACK = 1.0


def crossing_contours(segments: Segments, arcs: Arcs) -> IndexArray:
    """Returns the contours that cross themselves once rounded to units; two quick tests choose which to check."""
    arcs = replace(arcs, control=np.round(arcs.control), tip=np.round(arcs.tip))
    candidates = np.intersect1d(np.union1d(_with_loops(arcs), _with_near_sides(segments)), arcs.contour)
    lows, highs = (np.searchsorted(arcs.contour, candidates, side) for side in ("left", "right"))
    crossing = [
        contour
        for contour, low, high in zip(candidates.tolist(), lows.tolist(), highs.tolist(), strict=True)
        if len(crossing_lines([_flattened(arcs, low, high)]))
    ]
    return np.array(crossing, np.int64)


def crossing_lines(lines: Sequence[ComplexPoints]) -> IndexArray:
    """Returns which closed polygons, given by their points, cross themselves or another one."""
    start = np.concatenate(lines)
    way = np.concatenate([np.roll(line, -1) for line in lines]) - start
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    end = start + way

    def side(points: ComplexPoints) -> NDArray[np.floating]:
        away = points[None] - start[:, None]
        turn: NDArray[np.floating] = way.real[:, None] * away.imag - way.imag[:, None] * away.real
        return turn

    apart = side(start) * side(end) < 0
    crossing: IndexArray = np.unique(owner[np.nonzero(apart & apart.T)[0]])
    return crossing


def _flattened(arcs: Arcs, low: int, high: int) -> ComplexPoints:
    control, end = arcs.control[low:high, None], arcs.tip[low:high, None]
    start = np.roll(end, 1, axis=0)
    points: ComplexPoints = ((1 - _STEPS) ** 2 * start + 2 * _STEPS * (1 - _STEPS) * control + _STEPS**2 * end).ravel()
    return points


def _with_loops(arcs: Arcs) -> IndexArray:
    """Returns contours whose turning number is not 1 or -1: every loop adds or takes one (Whitney, 1937)."""
    firsts = np.flatnonzero(np.r_[True, arcs.contour[1:] != arcs.contour[:-1]])
    lasts = np.r_[firsts[1:] - 1, len(arcs.contour) - 1]
    before = np.arange(len(arcs.contour)) - 1
    before[firsts] = lasts
    out, back = arcs.control - arcs.tip[before], arcs.tip - arcs.control
    turns = np.angle(back * out.conj()) + np.angle(out * back[before].conj())
    turned = np.add.reduceat(turns.astype(np.float64), firsts)
    knotted: IndexArray = arcs.contour[firsts[np.abs(np.abs(turned) - 2 * np.pi) > _TURN_SLACK]]
    return knotted


def _with_near_sides(segments: Segments) -> IndexArray:
    """Returns contours of which two stretches, far apart along the contour, share a cell of a grid."""
    contour = np.repeat(segments.contours, segments.ends - segments.starts + 1)
    lengths = np.bincount(contour)
    across, up = (
        ((values + _ORIGIN_UNITS) / _CELL_UNITS).astype(np.int64) & ((1 << _CELL_BITS) - 1)
        for values in (segments.points.real, segments.points.imag)
    )
    cell = (contour << _CELL_BITS | across) << _CELL_BITS | up
    order = np.sort(cell << _SAMPLE_BITS | np.arange(len(cell)))
    cell, sample = order >> _SAMPLE_BITS, order & ((1 << _SAMPLE_BITS) - 1)
    skipped = np.diff(sample)
    across_the_start = lengths[contour[sample[1:]]] - skipped
    far = (np.diff(cell) == 0) & (np.minimum(skipped, across_the_start) > _PASSING_SAMPLES)
    return np.unique(contour[sample[1:][far]])
