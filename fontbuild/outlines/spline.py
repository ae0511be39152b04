"""TrueType points that lie closest to sampled contours.

Between two control points TrueType implies an on-curve point halfway, so a smooth contour needs no points but its
controls (a quadratic B-spline). They are found by least squares of the distances across the contour, joints sliding
along it (Pottmann, Leopoldseder, Hofer: "Approximation with active B-spline curves and surfaces", 2002), all contours
of a batch in one sparse system that conjugate gradients solve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.sampling import Flags, Indices, Numbers, Plane
from fontbuild.outlines.segments import Joint, Runs

_PROBES = (np.arange(5, dtype=np.float32) + 0.5) / 5
_HOLD = 0.02
"""Weight of staying in place: decides where along a straight stretch a control lies."""
_PIN = 1e5
"""Weight of the outermost x or y of an extreme."""
_SOLVER_STEPS = 4
_SLIDE = 4
_LEAST_LEG_UNITS = 2.0
_BEYOND = np.float32(0.3)
"""Samples beside a smooth joint are measured to the arc prolonged by this share."""


@dataclass(frozen=True, eq=False)
class _Chain:
    """The variables round all contours: the arcs' controls, and after each arc that ends at a corner its tip."""

    control: Indices
    """(A,) the variable that is the arc's control."""
    before: Indices
    after: Indices
    """(V,) the variables round the contour."""
    is_tip: Flags

    @classmethod
    def of(cls, arcs: Arcs) -> _Chain:
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


def fit(runs: Runs, arcs: Arcs, rounds: int) -> tuple[Arcs, Numbers]:
    """The arcs at their best places, and (A,) the largest distance of each from its samples in units."""
    chain = _Chain.of(arcs)
    values = np.empty(len(chain.is_tip), np.complex64)
    values[chain.control] = arcs.control
    values[chain.is_tip] = arcs.tip[arcs.joint == Joint.CORNER]
    for _ in range(rounds):
        values = _unfolded(runs, arcs, chain, _improved(runs, arcs, chain, values))
        arcs = _placed(arcs, chain, values)
        arcs = _slid(runs, arcs)
    points, _ = _probes(runs, arcs)
    _, away = _project(points, chain, values)
    return arcs, np.sqrt((away.real**2 + away.imag**2).max(axis=1))


def _unfolded(runs: Runs, arcs: Arcs, chain: _Chain, values: Plane) -> Plane:
    """Values of which none lies behind the one before it, which would tie a small knot into the contour."""
    here, following = chain.control, chain.after[chain.control]
    before = chain.before[here]
    ahead = -1j * runs.across[arcs.end]
    behind = ((values[following] - values[here]) * ahead.conj()).real < _LEAST_LEG_UNITS
    smooth, cornered = behind & ~chain.is_tip[following], behind & chain.is_tip[following]
    middle = (values[here] + values[following]) / 2
    leg = ahead * _LEAST_LEG_UNITS
    values[here[smooth]] = (middle - leg / 2)[smooth]
    values[following[smooth]] = (middle + leg / 2)[smooth]
    values[here[cornered]] = (values[following] - leg)[cornered]
    leg = -1j * runs.across[arcs.start] * _LEAST_LEG_UNITS
    behind = ((values[here] - values[before]) * leg.conj()).real < _LEAST_LEG_UNITS**2
    cornered = behind & chain.is_tip[before]
    values[here[cornered]] = (values[before] + leg)[cornered]
    return values


def _placed(arcs: Arcs, chain: _Chain, values: Plane) -> Arcs:
    following = chain.after[chain.control]
    tip = np.where(chain.is_tip[following], values[following], (values[chain.control] + values[following]) / 2)
    return replace(arcs, control=values[chain.control], tip=tip)


def _slid(runs: Runs, arcs: Arcs) -> Arcs:
    """Smooth joints at the samples that are now closest to them."""
    free = np.flatnonzero(arcs.joint == Joint.SMOOTH)
    here = arcs.end[free]
    low = np.maximum((arcs.start[free] + here + 1) // 2, here - _SLIDE)
    high = np.minimum((here + arcs.end[free + 1]) // 2, here + _SLIDE)
    window = np.clip(here[:, None] + np.arange(-_SLIDE, _SLIDE + 1), low[:, None], high[:, None])
    away = runs.points.take(window) - arcs.tip[free][:, None]
    nearest = (away.real**2 + away.imag**2).argmin(axis=1)
    start, end = arcs.start.copy(), arcs.end.copy()
    end[free] = start[free + 1] = window[np.arange(len(free)), nearest]
    return replace(arcs, start=start, end=end)


def _probes(runs: Runs, arcs: Arcs) -> tuple[Plane, Plane]:
    """(A, P) samples along each arc, and the directions across the contour there."""
    at = arcs.start[:, None] + np.rint((arcs.end - arcs.start)[:, None] * _PROBES).astype(np.int64)
    return runs.points.take(at), runs.across.take(at)


def _project(points: Plane, chain: _Chain, values: Plane) -> tuple[Numbers, Plane]:
    """(A, P) where on its arc each probe's closest point lies, and the way there."""
    before, after = chain.before[chain.control], chain.after[chain.control]
    control = values[chain.control]
    opens, closes = chain.is_tip[before], chain.is_tip[after]
    start = np.where(opens, values[before], (values[before] + control) / 2)
    end = np.where(closes, values[after], (values[after] + control) / 2)
    chord = end - start
    chord /= np.maximum(np.abs(chord), 1e-9)
    first, bend = 2 * (control - start)[:, None], (start - 2 * control + end)[:, None]
    least, most = -_BEYOND * ~opens[:, None], 1 + _BEYOND * ~closes[:, None]
    away = points - start[:, None]
    # Along the chord the parabola is a quadratic in t: a first guess that one step of Newton's makes good.
    b, a, c = ((x * chord.conj()[:, None]).real for x in (first / 2, bend, away))
    slope = b + np.sqrt(np.maximum(b * b + a * c, 0))
    t = np.clip(c / np.maximum(slope, 1e-3), least, most)
    for _ in range(1):
        speed = first + 2 * t * bend
        gap = t * (first + t * bend) - away
        forward = speed.real * gap.real + speed.imag * gap.imag
        t = np.clip(t - forward / np.maximum(speed.real**2 + speed.imag**2, 1.0), least, most)
    return t, t * (first + t * bend) - away


def _improved(runs: Runs, arcs: Arcs, chain: _Chain, values: Plane) -> Plane:
    """Values after one least-squares step."""
    points, across = _probes(runs, arcs)
    t, _ = _project(points, chain, values)
    target = points.real * across.real + points.imag * across.imag
    shares = _shares(t, chain)
    rows = np.stack([shares * across.real[:, None], shares * across.imag[:, None]], axis=2).reshape(len(t), 6, -1)
    squares = rows @ rows.transpose(0, 2, 1)
    aims = (rows @ target[..., None])[..., 0]
    hold, aim = _held(runs, arcs, chain, values)
    return _solve(squares, aims, hold, aim, chain, values)


def _shares(t: Numbers, chain: _Chain) -> Numbers:
    """(A, 3, P) shares of the variable before, the control and the variable after in a point of the arc."""
    opens = chain.is_tip[chain.before[chain.control]][:, None]
    closes = chain.is_tip[chain.after[chain.control]][:, None]
    first, last = (1 - t) ** 2, t**2
    first, last = np.where(opens, first, first / 2), np.where(closes, last, last / 2)
    return np.stack([first, 1 - first - last, last], axis=1)


def _held(runs: Runs, arcs: Arcs, chain: _Chain, values: Plane) -> tuple[Numbers, Numbers]:
    """(V, 2) weights of single coordinates and where they are held."""
    hold = np.full((len(values), 2), _HOLD, np.float32)
    aim = np.stack([values.real, values.imag], axis=1)
    for axis, kind in ((0, Joint.EXTREME_X), (1, Joint.EXTREME_Y)):
        pinned = np.flatnonzero(arcs.joint == kind)
        outermost = runs.points[arcs.end[pinned]]
        for side in (chain.control[pinned], chain.after[chain.control[pinned]]):
            aim[side, axis] = outermost.imag if axis else outermost.real
            hold[side, axis] = _PIN
    return hold, aim


def _solve(squares: Numbers, aims: Numbers, hold: Numbers, aim: Numbers, chain: _Chain, values: Plane) -> Plane:
    """Conjugate gradients on the normal equations, preconditioned by their diagonal."""
    band, right = _normal_equations(squares, aims, hold, chain)
    right += hold * aim
    before, after = chain.before, chain.after
    around = np.stack([before[before], before, np.arange(len(values)), after, after[after]], axis=1)

    def applied(x: Numbers) -> Numbers:
        product: Numbers = np.einsum("vck,vk->vc", band, x.take(around, axis=0).reshape(-1, 10))
        return product

    x = np.where(hold > _HOLD, aim, np.stack([values.real, values.imag], axis=1))
    scale = 1 / np.stack([band[:, 0, 4], band[:, 1, 5]], axis=1)
    rest = right - applied(x)
    step = scale * rest
    strength = float((rest * step).sum())
    for _ in range(_SOLVER_STEPS):
        moved = applied(step)
        size = strength / max(float((step * moved).sum()), 1e-30)
        x += size * step
        rest -= size * moved
        better = scale * rest
        strength, past = float((rest * better).sum()), strength
        step = better + strength / max(past, 1e-30) * step
    x = np.where(hold > _HOLD, aim, x)
    return np.ascontiguousarray(x).view(np.complex64)[:, 0]


def _normal_equations(squares: Numbers, aims: Numbers, hold: Numbers, chain: _Chain) -> tuple[Numbers, Numbers]:
    """(V, 2, 10) what each variable's coordinates owe to those of the two before it, itself and the two after it;
    (V, 2) the right side.

    Args:
        squares, aims: (A, 6, 6) and (A, 6), of the variable before the arc's control, the control, and the one after.
    """
    count = len(chain.before)
    whole, given = np.zeros((count, 3, 2, 3, 2), np.float32), np.zeros((count, 3, 2), np.float32)
    whole[chain.control] = squares.reshape(-1, 3, 2, 3, 2)
    given[chain.control] = aims.reshape(-1, 3, 2)
    band = np.zeros((count, 2, 5, 2), np.float32)
    band[:, :, 2:5] += whole[:, 0].take(chain.after, axis=0)
    band[:, :, 1:4] += whole[:, 1]
    band[:, :, 0:3] += whole[:, 2].take(chain.before, axis=0)
    for axis in (0, 1):
        band[:, axis, 2, axis] += hold[:, axis]
    return band.reshape(count, 2, 10), given[chain.after, 0] + given[:, 1] + given[chain.before, 2]
