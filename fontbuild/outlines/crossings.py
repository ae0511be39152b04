"""Which contours cross themselves: knots in notches, and the sides of a neck thinner than the fit is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.sampling import Indices, Plane
from fontbuild.outlines.segments import Runs

_STEPS = np.arange(6, dtype=np.float32) / 6
_CELL_UNITS = 16.0
"""A contour that comes back into one cell has sides so near that a fit may take one beyond the other."""
_ORIGIN_UNITS = 1024.0
_CELL_BITS, _SAMPLE_BITS = 8, 24
_PASSING_SAMPLES = 6
_TURN_SLACK = 1.0


def crossing_contours(runs: Runs, arcs: Arcs) -> Indices:
    """Contours of the arcs that cross themselves in whole units; only those that may are looked at closely."""
    arcs = replace(arcs, control=np.round(arcs.control), tip=np.round(arcs.tip))
    suspects = np.intersect1d(np.union1d(_knotted(arcs), _narrow(runs)), arcs.contour)
    lows, highs = (np.searchsorted(arcs.contour, suspects, side) for side in ("left", "right"))
    crossing = [
        contour
        for contour, low, high in zip(suspects.tolist(), lows.tolist(), highs.tolist(), strict=True)
        if len(crossing_lines([_flat(arcs, low, high)]))
    ]
    return np.array(crossing, np.int64)


def crossing_lines(lines: Sequence[Plane]) -> Indices:
    """Which closed lines, given by their points, cross themselves or another one."""
    start = np.concatenate(lines)
    way = np.concatenate([np.roll(line, -1) for line in lines]) - start
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    end = start + way

    def side(points: Plane) -> NDArray[np.floating]:
        away = points[None] - start[:, None]
        turn: NDArray[np.floating] = way.real[:, None] * away.imag - way.imag[:, None] * away.real
        return turn

    apart = side(start) * side(end) < 0
    crossing: Indices = np.unique(owner[np.nonzero(apart & apart.T)[0]])
    return crossing


def _flat(arcs: Arcs, low: int, high: int) -> Plane:
    control, end = arcs.control[low:high, None], arcs.tip[low:high, None]
    start = np.roll(end, 1, axis=0)
    points: Plane = ((1 - _STEPS) ** 2 * start + 2 * _STEPS * (1 - _STEPS) * control + _STEPS**2 * end).ravel()
    return points


def _knotted(arcs: Arcs) -> Indices:
    """Contours that do not turn just once in all: with every knot comes a turn more or less (Whitney, 1937)."""
    opens = np.flatnonzero(np.r_[True, arcs.contour[1:] != arcs.contour[:-1]])
    closes = np.r_[opens[1:] - 1, len(arcs.contour) - 1]
    before = np.arange(len(arcs.contour)) - 1
    before[opens] = closes
    out, back = arcs.control - arcs.tip[before], arcs.tip - arcs.control
    turns = np.angle(back * out.conj()) + np.angle(out * back[before].conj())
    turned = np.add.reduceat(turns.astype(np.float64), opens)
    knotted: Indices = arcs.contour[opens[np.abs(np.abs(turned) - 2 * np.pi) > _TURN_SLACK]]
    return knotted


def _narrow(runs: Runs) -> Indices:
    """Contours of which two far parts share a cell of a grid."""
    contour = np.repeat(runs.contours, runs.ends - runs.starts + 1)
    lengths = np.bincount(contour)
    across, up = (
        ((values + _ORIGIN_UNITS) / _CELL_UNITS).astype(np.int64) & ((1 << _CELL_BITS) - 1)
        for values in (runs.points.real, runs.points.imag)
    )
    cell = (contour << _CELL_BITS | across) << _CELL_BITS | up
    order = np.sort(cell << _SAMPLE_BITS | np.arange(len(cell)))
    cell, sample = order >> _SAMPLE_BITS, order & ((1 << _SAMPLE_BITS) - 1)
    skipped = np.diff(sample)
    round_the_seam = lengths[contour[sample[1:]]] - skipped
    far = (np.diff(cell) == 0) & (np.minimum(skipped, round_the_seam) > _PASSING_SAMPLES)
    return np.unique(contour[sample[1:][far]])
