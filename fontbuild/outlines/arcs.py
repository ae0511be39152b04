"""Covers segments greedily with the longest parabolas that stay near them: the first guess for the spline fit.

A parabola's control point is where the tangents at its two ends meet; where they do not meet between them (an almost
straight or slightly S-shaped stretch) it is the least-squares one above the chord's middle. All segments of a batch
advance together, so that NumPy does the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.sampling import BoolArray, ComplexPoints, FloatArray, IndexArray
from fontbuild.outlines.segments import Segments

_COVER_UNITS = 2.0
_MOST_TURN = np.radians(100)
_PROBES = np.arange(1, 7, dtype=np.float32) / 7
"""Where along a stretch its distance from the parabola is measured."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Parabolas along all contours, in order; each has one control point."""

    start: IndexArray
    end: IndexArray
    """(A,) samples between which each arc lies."""
    joint: IndexArray
    """(A,) the Joint at each arc's end; the last arc of a contour never ends in a smooth one."""
    contour: IndexArray
    control: ComplexPoints
    tip: ComplexPoints
    """(A,) the arc's end: free at a corner, otherwise halfway between two controls."""
    needed: BoolArray
    """(A,) True where the joint at the arc's end must stay."""

    def select(self, which: BoolArray | IndexArray) -> Arcs:
        """Returns some of the arcs, in the order asked for."""
        return Arcs(*(values[which] for values in self.columns()))

    def columns(self) -> tuple[NDArray[Any], ...]:
        """Returns all fields in order."""
        return self.start, self.end, self.joint, self.contour, self.control, self.tip, self.needed


def cover_with_arcs(segments: Segments) -> Arcs:
    """Returns arcs that cover all segments in order."""
    active = np.arange(len(segments.starts))
    start = segments.starts.copy()
    found: list[tuple[IndexArray, IndexArray, IndexArray]] = []
    while len(active):
        end = _farthest_end(segments, start, segments.ends[active])
        found.append((active, start, end))
        unfinished = end < segments.ends[active]
        active, start = active[unfinished], end[unfinished]
    segment, start, end = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(start)
    segment, start, end = segment[order], start[order], end[order]
    joint = np.where(end == segments.ends[segment], segments.joints[segment], 0)
    error, control = fit_parabola(segments, start, end)
    control = np.where(error > 2 * _COVER_UNITS, (segments.points[start] + segments.points[end]) / 2, control)
    needed = np.zeros(len(start), bool)
    return Arcs(start, end, joint, segments.contours[segment], control, segments.points[end], needed)


def _farthest_end(segments: Segments, start: IndexArray, limit: IndexArray) -> IndexArray:
    """Finds, by bisection, the farthest sample that one parabola from ``start`` reaches within the tolerance."""
    turned = np.searchsorted(segments.turning, segments.turning[start] + _MOST_TURN, side="right") - 1
    high = np.clip(turned, start + 1, limit)
    best = np.where(fit_parabola(segments, start, high)[0] <= _COVER_UNITS, high, start + 1)
    unsure = np.flatnonzero(best < high)
    floor, ceiling = start[unsure] + 1, high[unsure]
    while len(unsure):
        middle = (floor + ceiling) // 2
        good = fit_parabola(segments, start[unsure], middle)[0] <= _COVER_UNITS
        best[unsure] = np.where(good, np.maximum(best[unsure], middle), best[unsure])
        floor, ceiling = np.where(good, middle, floor), np.where(good, ceiling, middle)
        wide = ceiling - floor > 1
        unsure, floor, ceiling = unsure[wide], floor[wide], ceiling[wide]
    return best


def fit_parabola(segments: Segments, start: IndexArray, end: IndexArray) -> tuple[FloatArray, ComplexPoints]:
    """Returns the parabola from sample to sample: its largest distance from the samples between, and its control."""
    origin, chord = segments.points[start], segments.points[end] - segments.points[start]
    length = np.maximum(np.abs(chord), 1e-9)
    along = chord / length
    probes = start[:, None] + np.rint((end - start)[:, None] * _PROBES).astype(np.int64)
    away = (segments.points.take(probes) - origin[:, None]) * along.conj()[:, None]
    tilt = np.angle(along)
    leave, arrive = _angle(segments.headings[start] - tilt), _angle(segments.headings[end] - tilt)
    meeting, meets = _meeting(leave, arrive, length)
    error = np.where(meets, _distance(away, meeting, length), np.inf)
    t = np.clip(away.real / length[:, None], 0, 1)
    weight = 2 * t * (1 - t)
    height = (weight * away.imag).sum(axis=1) / np.maximum((weight**2).sum(axis=1), 1e-9)
    symmetric = length / 2 + 1j * height
    symmetric_error = _distance(away, symmetric, length)
    is_symmetric = symmetric_error < error
    error = np.where(is_symmetric, symmetric_error, error)
    return error, origin + np.where(is_symmetric, symmetric, meeting) * along


def _angle(radians: FloatArray) -> FloatArray:
    wrapped: FloatArray = (radians + np.pi) % (2 * np.pi) - np.pi
    return wrapped


def _meeting(leave: FloatArray, arrive: FloatArray, length: FloatArray) -> tuple[ComplexPoints, BoolArray]:
    """Returns where the end tangents meet, along and across the chord; usable if well between the ends."""
    out, back = np.tan(np.clip(leave, -1.5, 1.5)), np.tan(np.clip(arrive, -1.5, 1.5))
    spread = out - back
    x = np.where(np.abs(spread) > 1e-6, -length * back / np.where(spread == 0, 1, spread), -1)
    steep = np.maximum(np.abs(leave), np.abs(arrive)) > 1.4
    return x * (1 + np.complex64(1j) * out), (x > 0.1 * length) & (x < 0.9 * length) & ~steep


def _distance(away: ComplexPoints, control: ComplexPoints, length: FloatArray) -> FloatArray:
    """Returns the largest distance of the probes from the parabola, to first order."""
    cx, cy = control.real[:, None], control.imag[:, None]
    inside = np.clip(away.real, 0, length[:, None])
    bend = length[:, None] - 2 * cx
    t = inside / np.maximum(cx + np.sqrt(np.maximum(cx**2 + bend * inside, 0)), 1e-9)
    slope = cy * (1 - 2 * t) / np.maximum(cx + bend * t, 1e-9)
    off = np.abs(away.imag - 2 * cy * t * (1 - t)) / np.sqrt(1 + slope**2)
    distance: FloatArray = np.maximum(off, np.abs(away.real - inside)).max(axis=1)
    return distance
