"""Closed cubic contours as dense samples, cut into smooth runs at their corners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fontbuild.trace import CubicContour

_STEP_UNITS = 12.0
_LEAST_STEPS, _MOST_STEPS = 3, 40
_CORNER_RADIANS = np.radians(28)

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """Samples of many contours, end to end; a run is a stretch without a corner."""

    points: Numbers
    """(N, 2) in font units."""
    headings: Numbers
    """(N,) direction of travel in radians, without jumps inside a run."""
    turning: Numbers
    """(N,) how far the heading has turned so far, left and right turns both counted; never falls."""
    starts: Indices
    """(R,) first sample of each run; runs of one contour follow each other."""
    ends: Indices
    """(R,) last sample of each run: at the same place as the first one of the contour's next run."""
    contours: Indices
    """(R,) which contour the run belongs to."""


def sample(contours: Sequence[CubicContour]) -> Runs:
    """Sample contours given in font units at about _STEP_UNITS; one without corners is a single run."""
    lengths = np.array([len(contour) for contour in contours])
    firsts = np.cumsum(lengths) - lengths
    order, corner = _ordered(np.concatenate(contours), lengths, firsts)
    curves = _with_starts(np.concatenate(contours), lengths, firsts)[order]
    owner = np.repeat(np.arange(len(contours)), lengths)
    opens = corner.copy()
    opens[firsts] = True
    closes = np.append(opens[1:], True)
    steps = np.clip(np.ceil(_lengths(curves) / _STEP_UNITS), _LEAST_STEPS, _MOST_STEPS).astype(int)
    counts = steps + closes
    segment = np.repeat(np.arange(len(curves)), counts)
    place = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    points, directions = _evaluate(curves[segment], place / steps[segment])
    headings = np.arctan2(directions[:, 1], directions[:, 0])
    turns = np.diff(headings, prepend=headings[:1])
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    last = np.cumsum(counts) - 1
    return Runs(
        points,
        headings[0] + np.cumsum(turns),
        np.cumsum(np.abs(turns)),
        (last - counts + 1)[opens],
        last[closes],
        owner[opens],
    )


def _with_starts(segments: Numbers, lengths: Indices, firsts: Indices) -> Numbers:
    """(S, 4, 2): each segment with its start, the end of the one before."""
    before = np.arange(len(segments)) - 1
    before[firsts] = firsts + lengths - 1
    return np.concatenate([segments[before, 2][:, None], segments], axis=1)


def _ordered(segments: Numbers, lengths: Indices, firsts: Indices) -> tuple[Indices, NDArray[np.bool_]]:
    """An order of segments in which each contour opens at a corner, or at its leftmost joint where it has none.

    Also tells, in that order, which segments open at a corner.
    """
    curves = _with_starts(segments, lengths, firsts)
    _, leaving = _evaluate(curves, np.zeros(len(curves)))
    _, arriving = _evaluate(curves, np.ones(len(curves)))
    before = np.arange(len(curves)) - 1
    before[firsts] = firsts + lengths - 1
    came = arriving[before]
    turn = np.arctan2(came[:, 0] * leaving[:, 1] - came[:, 1] * leaving[:, 0], (came * leaving).sum(axis=1))
    corner = np.abs(turn) > _CORNER_RADIANS
    preference = curves[:, 0, 0] - 1e6 * corner
    best = np.minimum.reduceat(preference, firsts)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    matches = np.flatnonzero(preference == best[owner])
    chosen = matches[np.unique(owner[matches], return_index=True)[1]]
    rank = np.arange(len(curves)) - firsts[owner]
    order: Indices = np.asarray(firsts[owner] + (chosen[owner] - firsts[owner] + rank) % lengths[owner], np.int64)
    opens_at_corner: NDArray[np.bool_] = corner[order]
    return order, opens_at_corner


def _lengths(curves: Numbers) -> Numbers:
    lengths: Numbers = np.linalg.norm(np.diff(curves, axis=1), axis=2).sum(axis=1)
    return lengths


def _evaluate(curves: Numbers, t: Numbers) -> tuple[Numbers, Numbers]:
    """Points and directions of (n, 4, 2) cubics, each at its own t."""
    t = t[:, None]
    start = curves[:, 0]
    first, second, third = curves[:, 1] - start, curves[:, 2] - curves[:, 1], curves[:, 3] - curves[:, 2]
    bend, twist = second - first, third - 2 * second + first
    directions = first + t * (2 * bend + t * twist)
    points = start + t * (3 * first + t * (3 * bend + t * twist))
    flat = np.abs(directions).sum(axis=1) < 1e-9
    directions[flat] = (curves[:, 3] - start)[flat]
    return points, directions
