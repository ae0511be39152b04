"""Fits TrueType's quadratic splines to sampled contours.

Between two control points TrueType implies an on-curve point halfway, so a smooth contour needs no points but its
controls (a quadratic B-spline). They are found by least squares of the distances across the contour, while joints move
along it (Pottmann, Leopoldseder, Hofer: "Approximation with active B-spline curves and surfaces", 2002), all contours
of a batch in one sparse system that conjugate gradients solve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.sampling import BoolArray, ComplexPoints, FloatArray, IndexArray
from fontbuild.outlines.segments import Joint, Segments

_PROBES = (np.arange(5, dtype=np.float32) + 0.5) / 5
_STAY_WEIGHT = 0.02
"""Weight of a control's present place: decides where along a straight stretch it lies."""
_FIXED_WEIGHT = 1e5
"""Weight that fixes the outermost x or y of an extreme."""
_SOLVER_STEPS = 4
_MOST_SLIDE = 4
_LEAST_HANDLE_UNITS = 2.0
_PROLONGED_SHARE = np.float32(0.3)
"""Samples beside a smooth joint are measured against the arc prolonged by this share."""


@dataclass(frozen=True, eq=False)
class _Unknowns:
    """The unknowns of all contours in order: each arc's control, and after an arc that ends at a corner its end."""

    control: IndexArray
    """(A,) the unknown that is the arc's control."""
    before: IndexArray
    after: IndexArray
    """(V,) the neighbours of each unknown along its contour."""
    is_tip: BoolArray

    @classmethod
    def of(cls, arcs: Arcs) -> _Unknowns:
        slots = 1 + (arcs.joint == Joint.CORNER)
        ends = np.cumsum(slots)
        count = int(ends[-1])
        control = ends - slots
        is_tip = np.ones(count, bool)
        is_tip[control] = False
        contour = np.repeat(arcs.contour, slots)
        opens = np.flatnonzero(np.r_[True, contour[1:] != contour[:-1]])
        closes = np.r_[opens[1:] - 1, count - 1]
        before, after = np.arange(count) - 1, np.arange(count) + 1
        before[opens], after[closes] = closes, opens
        return cls(control, before, after, is_tip)


def fit_spline(segments: Segments, arcs: Arcs, rounds: int) -> tuple[Arcs, FloatArray]:
    """Returns the arcs fitted, and (A,) the largest distance of each from its samples in units."""
    unknowns = _Unknowns.of(arcs)
    values = np.empty(len(unknowns.is_tip), np.complex64)
    values[unknowns.control] = arcs.control
    values[unknowns.is_tip] = arcs.tip[arcs.joint == Joint.CORNER]
    for _ in range(rounds):
        values = _without_folds(segments, arcs, unknowns, _least_squares_step(segments, arcs, unknowns, values))
        arcs = _with_new_points(arcs, unknowns, values)
        arcs = _slide_joints(segments, arcs)
    points, _ = _probes(segments, arcs)
    _, away = _project(points, unknowns, values)
    return arcs, np.sqrt((away.real**2 + away.imag**2).max(axis=1))


def _without_folds(segments: Segments, arcs: Arcs, unknowns: _Unknowns, values: ComplexPoints) -> ComplexPoints:
    """Moves values that lie behind the one before them, which would make a small loop in the contour."""
    here, following = unknowns.control, unknowns.after[unknowns.control]
    before = unknowns.before[here]
    ahead = -1j * segments.across[arcs.end]
    behind = ((values[following] - values[here]) * ahead.conj()).real < _LEAST_HANDLE_UNITS
    smooth, cornered = behind & ~unknowns.is_tip[following], behind & unknowns.is_tip[following]
    middle = (values[here] + values[following]) / 2
    leg = ahead * _LEAST_HANDLE_UNITS
    values[here[smooth]] = (middle - leg / 2)[smooth]
    values[following[smooth]] = (middle + leg / 2)[smooth]
    values[here[cornered]] = (values[following] - leg)[cornered]
    leg = -1j * segments.across[arcs.start] * _LEAST_HANDLE_UNITS
    behind = ((values[here] - values[before]) * leg.conj()).real < _LEAST_HANDLE_UNITS**2
    cornered = behind & unknowns.is_tip[before]
    values[here[cornered]] = (values[before] + leg)[cornered]
    return values


def _with_new_points(arcs: Arcs, unknowns: _Unknowns, values: ComplexPoints) -> Arcs:
    following = unknowns.after[unknowns.control]
    tip = np.where(unknowns.is_tip[following], values[following], (values[unknowns.control] + values[following]) / 2)
    return replace(arcs, control=values[unknowns.control], tip=tip)


def _slide_joints(segments: Segments, arcs: Arcs) -> Arcs:
    """Moves smooth joints to the samples that are now closest to them."""
    free = np.flatnonzero(arcs.joint == Joint.SMOOTH)
    here = arcs.end[free]
    low = np.maximum((arcs.start[free] + here + 1) // 2, here - _MOST_SLIDE)
    high = np.minimum((here + arcs.end[free + 1]) // 2, here + _MOST_SLIDE)
    window = np.clip(here[:, None] + np.arange(-_MOST_SLIDE, _MOST_SLIDE + 1), low[:, None], high[:, None])
    away = segments.points.take(window) - arcs.tip[free][:, None]
    nearest = (away.real**2 + away.imag**2).argmin(axis=1)
    start, end = arcs.start.copy(), arcs.end.copy()
    end[free] = start[free + 1] = window[np.arange(len(free)), nearest]
    return replace(arcs, start=start, end=end)


def _probes(segments: Segments, arcs: Arcs) -> tuple[ComplexPoints, ComplexPoints]:
    """Returns (A, P) samples along each arc, and the contour's normals there."""
    at = arcs.start[:, None] + np.rint((arcs.end - arcs.start)[:, None] * _PROBES).astype(np.int64)
    return segments.points.take(at), segments.across.take(at)


def _project(points: ComplexPoints, unknowns: _Unknowns, values: ComplexPoints) -> tuple[FloatArray, ComplexPoints]:
    """Returns (A, P) the parameter of each probe's closest point on its arc, and the vector from the probe to it."""
    before, after = unknowns.before[unknowns.control], unknowns.after[unknowns.control]
    control = values[unknowns.control]
    opens, closes = unknowns.is_tip[before], unknowns.is_tip[after]
    start = np.where(opens, values[before], (values[before] + control) / 2)
    end = np.where(closes, values[after], (values[after] + control) / 2)
    chord = end - start
    chord /= np.maximum(np.abs(chord), 1e-9)
    first, bend = 2 * (control - start)[:, None], (start - 2 * control + end)[:, None]
    least, most = -_PROLONGED_SHARE * ~opens[:, None], 1 + _PROLONGED_SHARE * ~closes[:, None]
    away = points - start[:, None]
    # Along the chord the parabola is a quadratic in t: a first guess that one Newton step corrects.
    b, a, c = ((x * chord.conj()[:, None]).real for x in (first / 2, bend, away))
    slope = b + np.sqrt(np.maximum(b * b + a * c, 0))
    t = np.clip(c / np.maximum(slope, 1e-3), least, most)
    for _ in range(1):
        speed = first + 2 * t * bend
        gap = t * (first + t * bend) - away
        forward = speed.real * gap.real + speed.imag * gap.imag
        t = np.clip(t - forward / np.maximum(speed.real**2 + speed.imag**2, 1.0), least, most)
    return t, t * (first + t * bend) - away


def _least_squares_step(segments: Segments, arcs: Arcs, unknowns: _Unknowns, values: ComplexPoints) -> ComplexPoints:
    """Returns the values after one least-squares step."""
    points, across = _probes(segments, arcs)
    t, _ = _project(points, unknowns, values)
    target = points.real * across.real + points.imag * across.imag
    shares = _shares(t, unknowns)
    rows = np.stack([shares * across.real[:, None], shares * across.imag[:, None]], axis=2).reshape(len(t), 6, -1)
    normal_blocks = rows @ rows.transpose(0, 2, 1)
    right_sides = (rows @ target[..., None])[..., 0]
    hold_weights, hold_targets = _soft_constraints(segments, arcs, unknowns, values)
    return _solve(normal_blocks, right_sides, hold_weights, hold_targets, unknowns, values)


def _shares(t: FloatArray, unknowns: _Unknowns) -> FloatArray:
    """Returns (A, 3, P) weights of the unknown before, the control and the unknown after in a point of the arc."""
    opens = unknowns.is_tip[unknowns.before[unknowns.control]][:, None]
    closes = unknowns.is_tip[unknowns.after[unknowns.control]][:, None]
    first, last = (1 - t) ** 2, t**2
    first, last = np.where(opens, first, first / 2), np.where(closes, last, last / 2)
    return np.stack([first, 1 - first - last, last], axis=1)


def _soft_constraints(
    segments: Segments, arcs: Arcs, unknowns: _Unknowns, values: ComplexPoints
) -> tuple[FloatArray, FloatArray]:
    """Returns (V, 2) weights that hold single coordinates in place, and these places."""
    hold_weights = np.full((len(values), 2), _STAY_WEIGHT, np.float32)
    hold_targets = np.stack([values.real, values.imag], axis=1)
    for axis, kind in ((0, Joint.EXTREME_X), (1, Joint.EXTREME_Y)):
        pinned = np.flatnonzero(arcs.joint == kind)
        outermost = segments.points[arcs.end[pinned]]
        for side in (unknowns.control[pinned], unknowns.after[unknowns.control[pinned]]):
            hold_targets[side, axis] = outermost.imag if axis else outermost.real
            hold_weights[side, axis] = _FIXED_WEIGHT
    return hold_weights, hold_targets


def _solve(
    normal_blocks: FloatArray,
    right_sides: FloatArray,
    hold_weights: FloatArray,
    hold_targets: FloatArray,
    unknowns: _Unknowns,
    values: ComplexPoints,
) -> ComplexPoints:
    """Solves the normal equations by conjugate gradients, preconditioned by their diagonal."""
    band, right = _normal_equations(normal_blocks, right_sides, hold_weights, unknowns)
    right += hold_weights * hold_targets
    before, after = unknowns.before, unknowns.after
    around = np.stack([before[before], before, np.arange(len(values)), after, after[after]], axis=1)

    def applied(x: FloatArray) -> FloatArray:
        product: FloatArray = np.einsum("vck,vk->vc", band, x.take(around, axis=0).reshape(-1, 10))
        return product

    x = np.where(hold_weights > _STAY_WEIGHT, hold_targets, np.stack([values.real, values.imag], axis=1))
    scale = 1 / np.stack([band[:, 0, 4], band[:, 1, 5]], axis=1)
    rest = right - applied(x)
    step = scale * rest
    strength = float((rest * step).sum())
    for _ in range(_SOLVER_STEPS):
        product = applied(step)
        size = strength / max(float((step * product).sum()), 1e-30)
        x += size * step
        rest -= size * product
        better = scale * rest
        strength, past = float((rest * better).sum()), strength
        step = better + strength / max(past, 1e-30) * step
    x = np.where(hold_weights > _STAY_WEIGHT, hold_targets, x)
    return np.ascontiguousarray(x).view(np.complex64)[:, 0]


def _normal_equations(
    normal_blocks: FloatArray, right_sides: FloatArray, hold_weights: FloatArray, unknowns: _Unknowns
) -> tuple[FloatArray, FloatArray]:
    """Builds the normal equations: (V, 2, 10) coefficients of the two unknowns before each one, itself and the two
    after it; (V, 2) the right side.

    Args:
        normal_blocks, right_sides: (A, 6, 6) and (A, 6), of the unknown before the arc's control, it and the one after.
    """
    count = len(unknowns.before)
    whole, given = np.zeros((count, 3, 2, 3, 2), np.float32), np.zeros((count, 3, 2), np.float32)
    whole[unknowns.control] = normal_blocks.reshape(-1, 3, 2, 3, 2)
    given[unknowns.control] = right_sides.reshape(-1, 3, 2)
    band = np.zeros((count, 2, 5, 2), np.float32)
    band[:, :, 2:5] += whole[:, 0].take(unknowns.after, axis=0)
    band[:, :, 1:4] += whole[:, 1]
    band[:, :, 0:3] += whole[:, 2].take(unknowns.before, axis=0)
    for axis in (0, 1):
        band[:, axis, 2, axis] += hold_weights[:, axis]
    return band.reshape(count, 2, 10), given[unknowns.after, 0] + given[:, 1] + given[unknowns.before, 2]
