"""Cubic contours become TrueType's quadratic ones, with no more points than the shape needs.

Each smooth run is covered greedily by the longest parabolas that stay within a tolerance of it. A parabola's
control point is where the tangents at its two ends meet, so that neighbours join smoothly; where they do not
meet (an almost straight or slightly waving stretch) it is the least-squares one. All runs of a batch advance
together, so that the search runs inside NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fontbuild.sampling import Indices, Numbers, Runs, sample
from fontbuild.trace import CubicContour

TOLERANCE_UNITS = 1.6
"""How far a parabola may lie from the traced curve: a tenth of a pixel in text of 60 px an em."""

_MOST_TURN = np.radians(100)
_KINK = np.radians(6)
"""Least-squares parabolas may leave the tangent by this much at a joint; not seen at any size."""
_STRAIGHT_UNITS = 0.4
_IMPLIED_UNITS = 1.0
_LEAST_AREA_UNITS2 = 60.0
"""A contour that encloses less than a dot of 9 units is dust."""
_PROBES = np.arange(1, 9) / 9
"""Where along a stretch its distance from the parabola is looked at."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class QuadraticContour:
    """A closed TrueType contour."""

    points: Numbers
    """(n, 2) in font units, y up; ink to the right, so that outer contours run clockwise."""
    on_curve: Flags
    """(n,): False for control points; between two of them an on-curve point is implied."""


def to_quadratic(contours: Sequence[CubicContour]) -> list[QuadraticContour | None]:
    """The quadratic contours of cubic ones given in font units; None where nothing worth drawing is left.

    Direction is reversed: potrace keeps ink to the left, TrueType wants it to the right.
    """
    if not contours:
        return []
    runs = sample(contours)
    run, start, end, control = _cover(runs)
    straight = np.isnan(control[:, 0])
    owner = runs.contours[run]
    implied = _implied(runs, start, end, control, owner) & (end != runs.ends[run])
    # Each arc gives its control point, then its end: interleave, and drop what is not needed.
    points = np.stack([control, runs.points[end]], axis=1).reshape(-1, 2)
    kept = np.stack([~straight, ~implied], axis=1).ravel()
    on_curve = np.tile([False, True], len(end))
    bounds = np.searchsorted(np.repeat(owner, 2)[kept], np.arange(len(contours) + 1))
    points, on_curve = points[kept], on_curve[kept]
    return [_closed(points[low:high][::-1], on_curve[low:high][::-1]) for low, high in pairwise(bounds)]


def _closed(points: Numbers, on_curve: Flags) -> QuadraticContour | None:
    if len(points) < 3 or abs(area(points)) < _LEAST_AREA_UNITS2:
        return None
    return QuadraticContour(points, on_curve)


def area(points: Numbers) -> float:
    """Signed area of the polygon through all points; negative when it runs clockwise."""
    x, y = points[:, 0], points[:, 1]
    open_sum = np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])
    return float(open_sum + x[-1] * y[0] - y[-1] * x[0]) / 2


def _cover(runs: Runs) -> tuple[Indices, Indices, Indices, Numbers]:
    """Arcs that cover all runs in order: run, first and last sample, control point (nan where straight)."""
    active = np.arange(len(runs.starts))
    here = runs.starts.copy()
    found: list[tuple[Indices, Indices, Indices, Numbers]] = []
    while len(active):
        there, control = _reach(runs, here, runs.ends[active])
        found.append((active, here, there, control))
        onward = there < runs.ends[active]
        active, here = active[onward], there[onward]
    run, start, end, control = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((start, run))
    return run[order], start[order], end[order], control[order]


def _reach(runs: Runs, start: Indices, limit: Indices) -> tuple[Indices, Numbers]:
    """The farthest sample that one parabola from ``start`` can reach, and its control point."""
    turned = np.searchsorted(runs.turning, runs.turning[start] + _MOST_TURN, side="right") - 1
    high = np.clip(turned, start + 1, limit)
    low = start + 1
    good, control = _fit(runs, start, high)
    best = np.where(good, high, low)
    unsure = np.flatnonzero(~good)
    control[unsure] = _fit(runs, start[unsure], low[unsure])[1]
    floor, ceiling = low[unsure], high[unsure]
    while len(unsure):
        middle = (floor + ceiling) // 2
        good, fitted = _fit(runs, start[unsure], middle)
        better = good & (middle > best[unsure])
        best[unsure[better]] = middle[better]
        control[unsure[better]] = fitted[better]
        floor, ceiling = np.where(good, middle, floor), np.where(good, ceiling, middle)
        open_ = ceiling - floor > 1
        unsure, floor, ceiling = unsure[open_], floor[open_], ceiling[open_]
    return best, control


def _fit(runs: Runs, start: Indices, end: Indices) -> tuple[Flags, Numbers]:
    """Whether one parabola from sample to sample stays within the tolerance, and its control point."""
    origin, chord = runs.points[start], runs.points[end] - runs.points[start]
    length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-9)
    along = chord / length[:, None]
    probes = start[:, None] + np.rint((end - start)[:, None] * _PROBES).astype(np.int64)
    away = runs.points[probes] - origin[:, None]
    x = away[..., 0] * along[:, None, 0] + away[..., 1] * along[:, None, 1]
    y = away[..., 1] * along[:, None, 0] - away[..., 0] * along[:, None, 1]
    tilt = np.arctan2(along[:, 1], along[:, 0])
    leave, arrive = _angle(runs.headings[start] - tilt), _angle(runs.headings[end] - tilt)
    meet_x, meet_y, meets = _meeting(leave, arrive, length)
    error = _distance(x, y, meet_x, meet_y, length)
    smooth = meets & (error <= TOLERANCE_UNITS)
    loose_y = _least_squares(x, y, length)
    slope = np.arctan2(loose_y, length / 2)
    kinkless = (np.abs(slope - leave) < _KINK) & (np.abs(slope + arrive) < _KINK)
    loose = ~smooth & kinkless & (_distance(x, y, length / 2, loose_y, length) <= TOLERANCE_UNITS)
    control_x = np.where(loose | ~meets, length / 2, meet_x)
    control_y = np.where(loose | ~meets, loose_y, meet_y)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    control = origin + control_x[:, None] * along + control_y[:, None] * across
    control[np.abs(control_y) < _STRAIGHT_UNITS] = np.nan
    return smooth | loose, control


def _angle(radians: Numbers) -> Numbers:
    wrapped: Numbers = (radians + np.pi) % (2 * np.pi) - np.pi
    return wrapped


def _meeting(leave: Numbers, arrive: Numbers, length: Numbers) -> tuple[Numbers, Numbers, Flags]:
    """Where the end tangents meet, along and across the chord; usable if that is well between the ends."""
    out, back = np.tan(np.clip(leave, -1.5, 1.5)), np.tan(np.clip(arrive, -1.5, 1.5))
    spread = out - back
    x = np.where(np.abs(spread) > 1e-6, -length * back / np.where(spread == 0, 1, spread), -1)
    steep = np.maximum(np.abs(leave), np.abs(arrive)) > 1.4
    return x, x * out, (x > 0.1 * length) & (x < 0.9 * length) & ~steep


def _least_squares(x: Numbers, y: Numbers, length: Numbers) -> Numbers:
    """Height of the control point above the middle of the chord that fits the probes best."""
    t = np.clip(x / length[:, None], 0, 1)
    weight = 2 * t * (1 - t)
    height: Numbers = (weight * y).sum(axis=1) / np.maximum((weight**2).sum(axis=1), 1e-9)
    return height


def _distance(x: Numbers, y: Numbers, control_x: Numbers, control_y: Numbers, length: Numbers) -> Numbers:
    """Largest distance of the probes from the parabola, to first order; endless where they run past its ends."""
    cx, cy = control_x[:, None], control_y[:, None]
    inside = np.clip(x, 0, length[:, None])
    bend = length[:, None] - 2 * cx
    t = inside / np.maximum(cx + np.sqrt(np.maximum(cx**2 + bend * inside, 0)), 1e-9)
    slope = cy * (1 - 2 * t) / np.maximum(cx + bend * t, 1e-9)
    off = np.abs(y - 2 * cy * t * (1 - t)) / np.sqrt(1 + slope**2)
    distance: Numbers = np.maximum(off, np.abs(x - inside)).max(axis=1)
    return distance


def _implied(runs: Runs, start: Indices, end: Indices, control: Numbers, owner: Indices) -> Flags:
    """Which arcs end at a point that TrueType would imply halfway between the two controls, near enough.

    The joint slides along the common tangent by s; the curve leaves that tangent by curvature * s^2 / 2.
    """
    following = np.roll(control, -1, axis=0)
    joint, beyond = runs.points[end], np.roll(runs.points[end], -1, axis=0)
    halfway = (control + following) / 2
    slide = np.linalg.norm(halfway - joint, axis=1)
    curvature = np.maximum(_end_curvature(runs.points[start], control, joint), _end_curvature(beyond, following, joint))
    line = following - control
    off_line = np.abs(line[:, 0] * (joint - control)[:, 1] - line[:, 1] * (joint - control)[:, 0])
    off_line /= np.maximum(np.hypot(line[:, 0], line[:, 1]), 1e-9)
    close = (curvature * slide**2 / 2 <= _IMPLIED_UNITS) & (off_line <= _IMPLIED_UNITS)
    implied: Flags = close & (owner == np.roll(owner, -1))
    return implied


def _end_curvature(start: Numbers, control: Numbers, end: Numbers) -> Numbers:
    """Curvature of parabolas at their end."""
    last, first = end - control, start - control
    cross = np.abs(last[:, 0] * first[:, 1] - last[:, 1] * first[:, 0])
    curvature: Numbers = cross / (2 * np.maximum(np.linalg.norm(last, axis=1), 1e-6) ** 3)
    return curvature
