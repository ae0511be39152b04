"""Where a contour turns sharply and where it is outermost; what lies between is a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from fontbuild.outlines.sampling import Flags, Indices, Numbers, Plane, Rings

_CORE, _MID, _FLANK = 2, 4, 6
"""In samples: a corner turns between -_CORE and _CORE, and hardly between there and _FLANK."""
_CORNER_RADIANS, _FLANK_RADIANS = np.radians(50), np.radians(14)
_NOTCH_UNITS, _TIP_UNITS = 8.0, 4.0
"""How far from the contour a corner's point may lie: blur fills notches, but tips of pens are round by themselves."""
_REACH = 8
_PROMINENT_UNITS = 30.0
"""A turning point of x or y counts when the contour has left it by this much after _REACH samples to both sides."""
_APART = 3


class Joint(IntEnum):
    """What lies at an arc's end."""

    SMOOTH = 0
    CORNER = 1
    EXTREME_X = 2
    EXTREME_Y = 3


@dataclass(frozen=True, eq=False)
class Runs:
    """Samples of many contours, end to end; a run is a stretch between two corners or extremes."""

    points: Plane
    headings: Numbers
    """(N,) direction of travel in radians, -π to π."""
    across: Plane
    """(N,) unit vectors to the left of the headings."""
    turning: Numbers
    """(N,) how far the heading has turned so far, left and right turns both counted; never falls."""
    starts: Indices
    """(R,) first sample of each run; runs of one contour follow each other."""
    ends: Indices
    """(R,) last sample of each run: at the same place as the first one of the contour's next run."""
    contours: Indices
    """(R,) which contour the run belongs to."""
    joints: Indices
    """(R,) the Joint at each run's end."""


def find_runs(rings: Rings) -> Runs:
    """Cut every contour at its corners and extremes, corners drawn out to their tips."""
    corners, apexes = _corners(rings)
    joints = _extremes(rings, corners)
    joints[corners] = Joint.CORNER
    points = rings.points.copy()
    points[corners] = apexes
    for side in (-1, 1):
        foot = points[rings.ahead(side * _CORE)[corners]]
        for step in range(1, _CORE):
            points[rings.ahead(side * step)[corners]] = apexes + (foot - apexes) * (step / _CORE)
    return _cut(rings, points, joints)


def _corners(rings: Rings) -> tuple[Indices, Plane]:
    """Samples where the pen turned, and where the corner's point was before the picture was blurred."""
    far_in, mid_in, near_in, near_out, mid_out, far_out = (
        rings.points.take(rings.ahead(step)) for step in (-_FLANK, -_MID, -_CORE, _CORE, _MID, _FLANK)
    )
    come, go = near_in - mid_in, mid_out - near_out
    core = np.angle(go * come.conj())
    calm = np.maximum(
        np.abs(np.angle(come * (mid_in - far_in).conj())), np.abs(np.angle((far_out - mid_out) * go.conj()))
    )
    cross = (come.conj() * go).imag
    reach = ((near_out - near_in).conj() * go).imag / np.where(cross == 0, 1e-9, cross)
    apexes = near_in + reach * come
    blunt = np.abs(apexes - rings.points)
    sharp = (np.abs(core) > _CORNER_RADIANS) & (calm < _FLANK_RADIANS)
    sharp &= (blunt < np.where(core < 0, _NOTCH_UNITS, _TIP_UNITS)) & (rings.lengths[rings.owner] > 4 * _FLANK)
    score = np.where(sharp, np.abs(core), 0.0)
    before = np.max([score.take(rings.ahead(step)) for step in range(-_FLANK, 0)], axis=0)
    after = np.max([score.take(rings.ahead(step)) for step in range(1, _FLANK + 1)], axis=0)
    corners = np.flatnonzero(sharp & (score > before) & (score >= after))
    return corners, apexes[corners]


def _extremes(rings: Rings, corners: Indices) -> Indices:
    """(N,) Joints where x or y turns round: a contour's outermost points always, but none beside a corner."""
    joints = np.zeros(len(rings.points), np.int64)
    taken = np.zeros(len(joints), bool)
    _take(taken, rings, corners, _APART)
    sides = [rings.ahead(step) for step in (-_REACH, -1, 1, _REACH)]
    for values, kind in ((rings.points.real, Joint.EXTREME_X), (rings.points.imag, Joint.EXTREME_Y)):
        for height in (values, -values):
            left, before, after, right = (height.take(side) for side in sides)
            outermost = height == np.maximum.reduceat(height, rings.firsts)[rings.owner]
            prominent = height - np.maximum(left, right) > _PROMINENT_UNITS
            found = (height > before) & (height >= after) & (prominent | outermost)
            chosen = np.flatnonzero(found & ~taken)
            joints[chosen] = kind
            _take(taken, rings, chosen, _APART - 2)
    return joints


def _take(taken: Flags, rings: Rings, at: Indices, near: int) -> None:
    for step in range(-near, near + 1):
        taken[rings.ahead(step)[at]] = True


def _cut(rings: Rings, points: Plane, joints: Indices) -> Runs:
    """Runs between joints, each with its own copy of the samples at both ends."""
    missing = np.setdiff1d(rings.owner, rings.owner[joints > 0])
    joints[rings.firsts[missing]] = Joint.CORNER
    begins = np.flatnonzero(joints)
    owner = rings.owner[begins]
    following = np.roll(begins, -1)
    last = np.r_[owner[1:] != owner[:-1], True]
    following[last] = begins[np.searchsorted(owner, owner[last])]
    spans = (following - begins - 1) % rings.lengths[owner] + 1
    run = np.repeat(np.arange(len(begins)), spans + 1)
    ends = np.cumsum(spans + 1) - 1
    starts = ends - spans
    first = rings.firsts[owner[run]]
    place = begins[run] - first + np.arange(len(run)) - starts[run]
    cut = points.take(first + place % rings.lengths[owner[run]])
    headings, turning, across = _headings(cut, starts, ends, joints[begins], joints[following])
    return Runs(cut, headings, across, turning, starts, ends, owner, joints[following])


def _headings(
    points: Plane, starts: Indices, ends: Indices, opens: Indices, closes: Indices
) -> tuple[Numbers, Numbers, Plane]:
    """Headings, turning and directions across: central differences, along the axis at extremes, else one-sided."""
    steps = np.diff(points, append=points[-1:])
    directions = steps + np.roll(steps, 1)
    directions[starts] = 1.5 * steps[starts] - 0.5 * steps[np.minimum(starts + 1, ends - 1)]
    directions[ends] = 1.5 * steps[ends - 1] - 0.5 * steps[np.maximum(ends - 2, starts)]
    for where, kinds in ((starts, opens), (ends, closes)):
        directions.real[where[kinds == Joint.EXTREME_X]] = 0.0
        directions.imag[where[kinds == Joint.EXTREME_Y]] = 0.0
    headings = np.angle(directions)
    turns = np.diff(headings, prepend=headings[:1])
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    across = np.complex64(1j) * directions / np.maximum(np.hypot(directions.real, directions.imag), 1e-9)
    return headings, np.cumsum(np.abs(turns), dtype=np.float64), across
