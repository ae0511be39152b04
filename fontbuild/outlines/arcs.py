"""Runs covered greedily by the longest parabolas that stay near them: where the fit of the spline begins.

A parabola's control point is where the tangents at its two ends meet; where they do not meet between them (an almost
straight or slightly waving stretch) it is the least-squares one. All runs of a batch advance together, so that the
search runs inside NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.sampling import Flags, Indices, Numbers, Plane
from fontbuild.outlines.segments import Runs

_COVER_UNITS = 2.0
_MOST_TURN = np.radians(100)
_PROBES = np.arange(1, 7, dtype=np.float32) / 7
"""Where along a stretch its distance from the parabola is looked at."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Parabolas round all contours, in order; each has one control point."""

    start: Indices
    end: Indices
    """(A,) samples between which each arc lies."""
    joint: Indices
    """(A,) the Joint at each arc's end; a contour's last arc never ends in a smooth one."""
    contour: Indices
    control: Plane
    tip: Plane
    """(A,) the arc's end: free at a corner, otherwise halfway between two controls."""
    firm: Flags
    """(A,) whether it is known that the joint at the arc's end is needed."""

    def chosen(self, which: Flags | Indices) -> Arcs:
        """Some of the arcs."""
        return Arcs(*(values[which] for values in self.columns()))

    def columns(self) -> tuple[NDArray[Any], ...]:
        """All fields in order."""
        return self.start, self.end, self.joint, self.contour, self.control, self.tip, self.firm


def cover(runs: Runs) -> Arcs:
    """Arcs that cover all runs in order."""
    active = np.arange(len(runs.starts))
    here = runs.starts.copy()
    found: list[tuple[Indices, Indices, Indices]] = []
    while len(active):
        there = _reach(runs, here, runs.ends[active])
        found.append((active, here, there))
        onward = there < runs.ends[active]
        active, here = active[onward], there[onward]
    run, start, end = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(start)
    run, start, end = run[order], start[order], end[order]
    joint = np.where(end == runs.ends[run], runs.joints[run], 0)
    error, control = bridge(runs, start, end)
    control = np.where(error > 2 * _COVER_UNITS, (runs.points[start] + runs.points[end]) / 2, control)
    return Arcs(start, end, joint, runs.contours[run], control, runs.points[end], np.zeros(len(start), bool))


def _reach(runs: Runs, start: Indices, limit: Indices) -> Indices:
    """The farthest sample that one parabola from ``start`` can reach."""
    turned = np.searchsorted(runs.turning, runs.turning[start] + _MOST_TURN, side="right") - 1
    high = np.clip(turned, start + 1, limit)
    best = np.where(bridge(runs, start, high)[0] <= _COVER_UNITS, high, start + 1)
    unsure = np.flatnonzero(best < high)
    floor, ceiling = start[unsure] + 1, high[unsure]
    while len(unsure):
        middle = (floor + ceiling) // 2
        good = bridge(runs, start[unsure], middle)[0] <= _COVER_UNITS
        best[unsure] = np.where(good, np.maximum(best[unsure], middle), best[unsure])
        floor, ceiling = np.where(good, middle, floor), np.where(good, ceiling, middle)
        wide = ceiling - floor > 1
        unsure, floor, ceiling = unsure[wide], floor[wide], ceiling[wide]
    return best


def bridge(runs: Runs, start: Indices, end: Indices) -> tuple[Numbers, Plane]:
    """The parabola from sample to sample: its largest distance from the samples between, and its control point."""
    origin, chord = runs.points[start], runs.points[end] - runs.points[start]
    length = np.maximum(np.abs(chord), 1e-9)
    along = chord / length
    probes = start[:, None] + np.rint((end - start)[:, None] * _PROBES).astype(np.int64)
    away = (runs.points.take(probes) - origin[:, None]) * along.conj()[:, None]
    tilt = np.angle(along)
    leave, arrive = _angle(runs.headings[start] - tilt), _angle(runs.headings[end] - tilt)
    meeting, meets = _meeting(leave, arrive, length)
    error = np.where(meets, _distance(away, meeting, length), np.inf)
    t = np.clip(away.real / length[:, None], 0, 1)
    weight = 2 * t * (1 - t)
    height = (weight * away.imag).sum(axis=1) / np.maximum((weight**2).sum(axis=1), 1e-9)
    level = length / 2 + 1j * height
    level_error = _distance(away, level, length)
    loose = level_error < error
    error = np.where(loose, level_error, error)
    return error, origin + np.where(loose, level, meeting) * along


def _angle(radians: Numbers) -> Numbers:
    wrapped: Numbers = (radians + np.pi) % (2 * np.pi) - np.pi
    return wrapped


def _meeting(leave: Numbers, arrive: Numbers, length: Numbers) -> tuple[Plane, Flags]:
    """Where the end tangents meet, along and across the chord; usable if that is well between the ends."""
    out, back = np.tan(np.clip(leave, -1.5, 1.5)), np.tan(np.clip(arrive, -1.5, 1.5))
    spread = out - back
    x = np.where(np.abs(spread) > 1e-6, -length * back / np.where(spread == 0, 1, spread), -1)
    steep = np.maximum(np.abs(leave), np.abs(arrive)) > 1.4
    return x * (1 + np.complex64(1j) * out), (x > 0.1 * length) & (x < 0.9 * length) & ~steep


def _distance(away: Plane, control: Plane, length: Numbers) -> Numbers:
    """Largest distance of the probes from the parabola, to first order; endless where they run past its ends."""
    cx, cy = control.real[:, None], control.imag[:, None]
    inside = np.clip(away.real, 0, length[:, None])
    bend = length[:, None] - 2 * cx
    t = inside / np.maximum(cx + np.sqrt(np.maximum(cx**2 + bend * inside, 0)), 1e-9)
    slope = cy * (1 - 2 * t) / np.maximum(cx + bend * t, 1e-9)
    off = np.abs(away.imag - 2 * cy * t * (1 - t)) / np.sqrt(1 + slope**2)
    distance: Numbers = np.maximum(off, np.abs(away.real - inside)).max(axis=1)
    return distance
