"""Puts an on-curve point wherever a contour reaches farthest to the left, right, top and bottom.

The fit gives the outermost sample a joint; where a neighbouring bulge or the side of a corner ends up farther out,
the arc there is split at its outermost point, which leaves the curve as it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.sampling import FloatArray, IndexArray
from fontbuild.outlines.segments import Joint

_LEAST_UNITS = 0.5
"""How far a curve may reach beyond its outermost end point."""


def split_at_extrema(arcs: Arcs) -> Arcs:
    """Splits the arcs that reach farther out than every end point of their contour."""
    for turn in (1, -1, -1j, 1j):
        arcs = _split_outermost(arcs, turn)
    return arcs


def _split_outermost(arcs: Arcs, turn: complex) -> Arcs:
    """Splits the arc that reaches farthest to the right after a rotation by ``turn``."""
    firsts = np.flatnonzero(np.r_[True, arcs.contour[1:] != arcs.contour[:-1]])
    before = np.arange(len(arcs.contour)) - 1
    before[firsts] = np.r_[firsts[1:] - 1, len(arcs.contour) - 1]
    rotation = np.complex64(turn)
    start, control, end = ((plane * rotation).real for plane in (arcs.tip[before], arcs.control, arcs.tip))
    bend = start - 2 * control + end
    t = np.where(bend < 0, np.clip((start - control) / np.where(bend < 0, bend, 1), 0, 1), 0)
    peak = start + t * (2 * (control - start) + t * bend)
    owner = np.repeat(np.arange(len(firsts)), np.diff(np.r_[firsts, len(start)]))
    farthest = np.maximum.reduceat(peak, firsts)
    exceeding = farthest > np.maximum.reduceat(end, firsts) + _LEAST_UNITS
    candidates = np.flatnonzero(exceeding[owner] & (peak == farthest[owner]))
    which = candidates[np.unique(owner[candidates], return_index=True)[1]]
    return _split(arcs, which, before[which], t[which], rotation) if len(which) else arcs


def _split(arcs: Arcs, which: IndexArray, before: IndexArray, t: FloatArray, rotation: np.complex64) -> Arcs:
    """Puts two arcs in place of each of the given ones; the ends of those become on-curve points."""
    start, control, end = (plane * rotation for plane in (arcs.tip[before], arcs.control[which], arcs.tip[which]))
    first, second = start + t * (control - start), control + t * (end - control)
    peak = first + t * (second - first)
    # All three on one line to the last bit, so that rounding leaves them there.
    first, second = peak + 1j * (first.imag - peak.imag), peak + 1j * (second.imag - peak.imag)
    joint = arcs.joint.copy()
    joint[before] = joint[which] = Joint.CORNER
    pieces = replace(arcs, joint=joint).select(np.insert(np.arange(len(arcs.start)), which, which))
    at = which + np.arange(len(which))
    pieces.control[at], pieces.control[at + 1] = first * rotation.conj(), second * rotation.conj()
    pieces.tip[at], pieces.joint[at] = peak * rotation.conj(), Joint.CORNER
    return pieces
