"""Cuts contours into segments at their corners and at the extremes of x and y."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from fontbuild.outlines.sampling import BoolArray, ComplexPoints, FloatArray, IndexArray, SampledContours

_CORE, _MID, _FLANK = 2, 4, 6
"""In samples: a contour turns between -_CORE and _CORE of a corner, and hardly between there and _FLANK."""
_CORNER_RADIANS, _FLANK_RADIANS = np.radians(50), np.radians(14)
_NOTCH_UNITS, _TIP_UNITS = 8.0, 4.0
"""How far from the contour a corner's point may lie: blur fills notches, but ends of strokes are round themselves."""
_REACH = 8
_PROMINENT_UNITS = 30.0
"""A turning point of x or y counts when the contour has left it by this much after _REACH samples to both sides."""
_APART = 3


class Joint(IntEnum):
    """The kind of point at an arc's end."""

    SMOOTH = 0
    CORNER = 1
    EXTREME_X = 2
    EXTREME_Y = 3


@dataclass(frozen=True, eq=False)
class Segments:
    """Samples of many contours, one after the other; a segment lies between two corners or extremes."""

    points: ComplexPoints
    headings: FloatArray
    """(N,) direction of travel in radians, -π to π."""
    across: ComplexPoints
    """(N,) unit vectors to the left of the headings."""
    turning: FloatArray
    """(N,) how far the heading has turned so far, left and right turns both counted; never falls."""
    starts: IndexArray
    """(S,) first sample of each segment; segments of one contour follow each other."""
    ends: IndexArray
    """(S,) last sample of each segment: at the same place as the first one of the contour's next segment."""
    contours: IndexArray
    """(S,) the contour of each segment."""
    joints: IndexArray
    """(S,) the Joint at each segment's end."""


def find_segments(contours: SampledContours) -> Segments:
    """Cuts every contour at its corners and extremes and makes its corners sharp again."""
    corners, apexes = _corners(contours)
    joints = _extremes(contours, corners)
    joints[corners] = Joint.CORNER
    points = contours.points.copy()
    points[corners] = apexes
    for side in (-1, 1):
        foot = points[contours.ahead(side * _CORE)[corners]]
        for step in range(1, _CORE):
            points[contours.ahead(side * step)[corners]] = apexes + (foot - apexes) * (step / _CORE)
    return _split_at_joints(contours, points, joints)


def _corners(contours: SampledContours) -> tuple[IndexArray, ComplexPoints]:
    """Returns samples where the pen turned, and where the corner's point was before the picture was blurred."""
    far_in, mid_in, near_in, near_out, mid_out, far_out = (
        contours.points.take(contours.ahead(step)) for step in (-_FLANK, -_MID, -_CORE, _CORE, _MID, _FLANK)
    )
    incoming, outgoing = near_in - mid_in, mid_out - near_out
    core = np.angle(outgoing * incoming.conj())
    side_turn = np.maximum(
        np.abs(np.angle(incoming * (mid_in - far_in).conj())), np.abs(np.angle((far_out - mid_out) * outgoing.conj()))
    )
    cross = (incoming.conj() * outgoing).imag
    reach = ((near_out - near_in).conj() * outgoing).imag / np.where(cross == 0, 1e-9, cross)
    apexes = near_in + reach * incoming
    tip_distance = np.abs(apexes - contours.points)
    is_sharp = (np.abs(core) > _CORNER_RADIANS) & (side_turn < _FLANK_RADIANS)
    is_sharp &= tip_distance < np.where(core < 0, _NOTCH_UNITS, _TIP_UNITS)
    is_sharp &= contours.lengths[contours.contour_of] > 4 * _FLANK
    score = np.where(is_sharp, np.abs(core), 0.0)
    before = np.max([score.take(contours.ahead(step)) for step in range(-_FLANK, 0)], axis=0)
    after = np.max([score.take(contours.ahead(step)) for step in range(1, _FLANK + 1)], axis=0)
    corners = np.flatnonzero(is_sharp & (score > before) & (score >= after))
    return corners, apexes[corners]


def _extremes(contours: SampledContours, corners: IndexArray) -> IndexArray:
    """Returns (N,) Joints where x or y is extreme: a contour's outermost points always, but none beside a corner."""
    joints = np.zeros(len(contours.points), np.int64)
    blocked = np.zeros(len(joints), bool)
    _block_around(blocked, contours, corners, _APART)
    sides = [contours.ahead(step) for step in (-_REACH, -1, 1, _REACH)]
    for values, kind in ((contours.points.real, Joint.EXTREME_X), (contours.points.imag, Joint.EXTREME_Y)):
        for height in (values, -values):
            left, before, after, right = (height.take(side) for side in sides)
            outermost = height == np.maximum.reduceat(height, contours.firsts)[contours.contour_of]
            prominent = height - np.maximum(left, right) > _PROMINENT_UNITS
            found = (height > before) & (height >= after) & (prominent | outermost)
            found_at = np.flatnonzero(found & ~blocked)
            joints[found_at] = kind
            _block_around(blocked, contours, found_at, _APART - 2)
    return joints


def _block_around(blocked: BoolArray, contours: SampledContours, at: IndexArray, near: int) -> None:
    for step in range(-near, near + 1):
        blocked[contours.ahead(step)[at]] = True


def _split_at_joints(contours: SampledContours, points: ComplexPoints, joints: IndexArray) -> Segments:
    """Returns the segments between joints, each with its own copy of the samples at both ends."""
    missing = np.setdiff1d(contours.contour_of, contours.contour_of[joints > 0])
    joints[contours.firsts[missing]] = Joint.CORNER
    begins = np.flatnonzero(joints)
    owner = contours.contour_of[begins]
    following = np.roll(begins, -1)
    last = np.r_[owner[1:] != owner[:-1], True]
    following[last] = begins[np.searchsorted(owner, owner[last])]
    spans = (following - begins - 1) % contours.lengths[owner] + 1
    segment = np.repeat(np.arange(len(begins)), spans + 1)
    ends = np.cumsum(spans + 1) - 1
    starts = ends - spans
    first = contours.firsts[owner[segment]]
    place = begins[segment] - first + np.arange(len(segment)) - starts[segment]
    cut = points.take(first + place % contours.lengths[owner[segment]])
    headings, turning, across = _headings(cut, starts, ends, joints[begins], joints[following])
    return Segments(cut, headings, across, turning, starts, ends, owner, joints[following])


def _headings(
    points: ComplexPoints, starts: IndexArray, ends: IndexArray, opens: IndexArray, closes: IndexArray
) -> tuple[FloatArray, FloatArray, ComplexPoints]:
    """Computes headings, turning and normals: central differences, along the axis at extremes, else one-sided."""
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
