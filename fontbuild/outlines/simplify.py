"""As few arcs as keep to the contour: those that stray are halved, and joints nobody misses are taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fontbuild.outlines.arcs import Arcs, bridge, cover
from fontbuild.outlines.crossings import crossing_contours
from fontbuild.outlines.sampling import Flags, Indices, Numbers
from fontbuild.outlines.segments import Joint, Runs
from fontbuild.outlines.spline import fit

TOLERANCE_UNITS = 3.0
"""How far an arc may lie from the traced contour when a joint is taken out: a quarter of a drawn picture's pixel,
0.15 px in text of 48 px."""
_HALVED_UNITS = 3.5
"""An arc farther away than this is halved."""
_KEPT_UNITS = 4.0, 8.0
"""A contour that strays farther is taken as it was before joints were taken out, or at last without implied points."""
_HOPELESS_UNITS = 4 * TOLERANCE_UNITS
"""A joint is not tried when one parabola in place of its two arcs strays this far."""
_ROUNDS = 2
_MERGES = 4
_NEAR = 2
"""Arcs to each side that taking out a joint may disturb."""
_LEAST_ARCS = 4


def economical_arcs(runs: Runs) -> Arcs:
    """The arcs of each contour with the fewest points that keep to it."""
    covered = cover(runs)
    halved, error = _halve_strays(runs, *fit(runs, covered, _ROUNDS))
    merged, merged_error = _halve_strays(runs, *fit(runs, _merged(runs, halved), 1))
    strays = np.unique(merged.contour[merged_error > _KEPT_UNITS[0]])
    lost = np.intersect1d(strays, halved.contour[error > _KEPT_UNITS[1]])
    pointed = replace(covered, joint=np.full_like(covered.joint, Joint.CORNER))
    arcs = _exchanged(_exchanged(merged, halved, strays), pointed, lost)
    return _untangled(runs, arcs, (halved, pointed))


def _exchanged(arcs: Arcs, others: Arcs, contours: Indices) -> Arcs:
    """The arcs, with others in some contours."""
    return _joined([arcs.chosen(~np.isin(arcs.contour, contours)), others.chosen(np.isin(others.contour, contours))])


def _untangled(runs: Runs, arcs: Arcs, closer: Sequence[Arcs]) -> Arcs:
    """The arcs, with those of closer fits in contours that cross themselves."""
    for others in closer:
        crossing = crossing_contours(runs, arcs)
        if not len(crossing):
            break
        arcs = _exchanged(arcs, others, crossing)
    return arcs


def _joined(parts: Sequence[Arcs]) -> Arcs:
    whole = Arcs(*(np.concatenate(column) for column in zip(*(part.columns() for part in parts), strict=True)))
    return whole.chosen(np.argsort(whole.start, kind="stable"))


def _halve_strays(runs: Runs, arcs: Arcs, error: Numbers) -> tuple[Arcs, Numbers]:
    """Fitted arcs, those halved that strayed, and how far each now lies from the contour."""
    stray = (error > _HALVED_UNITS) & (arcs.end - arcs.start > 3)
    restless = np.isin(arcs.contour, arcs.contour[stray])
    if not restless.any():
        return arcs, error
    calm, calm_error = arcs.chosen(~restless), error[~restless]
    arcs, error = fit(runs, _halved(runs, arcs.chosen(restless), np.flatnonzero(stray[restless])), _ROUNDS)
    order = np.argsort(np.concatenate([calm.start, arcs.start]), kind="stable")
    return _joined([calm, arcs]), np.concatenate([calm_error, error])[order]


def _halved(runs: Runs, arcs: Arcs, stray: Indices) -> Arcs:
    middle = (arcs.start[stray] + arcs.end[stray]) // 2
    pieces, first = _opened(arcs, stray)
    pieces.end[first] = pieces.start[first + 1] = middle
    for half in (first, first + 1):
        pieces.control[half] = bridge(runs, pieces.start[half], pieces.end[half])[1]
    return pieces


def _opened(arcs: Arcs, where: Indices) -> tuple[Arcs, Indices]:
    """Copies of the arcs, two of each of the given ones with a firm smooth joint between; and the first of the two."""
    pieces = arcs.chosen(np.insert(np.arange(len(arcs.start)), where, where))
    first = where + np.arange(len(where))
    pieces.joint[first] = Joint.SMOOTH
    pieces.firm[first] = True
    return pieces, first


def _merged(runs: Runs, arcs: Arcs) -> Arcs:
    """The arcs with joints taken out that are not needed."""
    done: list[Arcs] = []
    for _ in range(_MERGES):
        chosen = _spare_joints(runs, arcs)
        restless = np.isin(arcs.contour, arcs.contour[chosen])
        done.append(arcs.chosen(~restless))
        arcs, chosen = arcs.chosen(restless), np.searchsorted(np.flatnonzero(restless), chosen)
        if not len(chosen):
            break
        arcs = _without(runs, arcs, chosen)
    return _joined([*done, arcs])


def _spare_joints(runs: Runs, arcs: Arcs) -> Indices:
    """Arcs whose joint with the next one seems least needed, well apart from each other."""
    counts = np.bincount(arcs.contour)
    loose = np.flatnonzero((arcs.joint == Joint.SMOOTH) & ~arcs.firm & (counts[arcs.contour] > _LEAST_ARCS))
    cost = np.full(len(arcs.start) + 4 * _NEAR, np.inf)
    inner = cost[2 * _NEAR : -2 * _NEAR]
    inner[loose] = bridge(runs, arcs.start[loose], arcs.end[loose + 1])[0]
    window = np.lib.stride_tricks.sliding_window_view(cost, 4 * _NEAR + 1)
    chosen: Indices = np.flatnonzero((inner <= _HOPELESS_UNITS) & (window.argmin(axis=1) == 2 * _NEAR))
    return chosen


def _without(runs: Runs, arcs: Arcs, chosen: Indices) -> Arcs:
    """Fitted arcs without the chosen joints, except for those that turn out to be needed."""
    follow = np.arange(len(arcs.start))
    follow[chosen] += 1
    control = arcs.control.copy()
    control[chosen] = bridge(runs, arcs.start[chosen], arcs.end[chosen + 1])[1]
    later = arcs.chosen(follow)
    trial = replace(later, start=arcs.start, contour=arcs.contour, control=control)
    trial, error = fit(runs, trial.chosen(np.delete(np.arange(len(follow)), chosen + 1)), _ROUNDS)
    at = chosen - np.arange(len(chosen))
    padded = np.pad(error, _NEAR)
    worst = np.max([padded[at + step] for step in range(2 * _NEAR + 1)], axis=0)
    return _restored(arcs, chosen, trial, at, worst > TOLERANCE_UNITS)


def _restored(arcs: Arcs, chosen: Indices, trial: Arcs, at: Indices, needed: Flags) -> Arcs:
    """The trial with its needed joints put back."""
    chosen, at = chosen[needed], at[needed]
    pieces, first = _opened(trial, at)
    low, high = trial.start[at] + 1, trial.end[at] - 1
    pieces.end[first] = pieces.start[first + 1] = np.clip(arcs.end[chosen], low, np.maximum(low, high))
    pieces.control[first], pieces.control[first + 1] = arcs.control[chosen], arcs.control[chosen + 1]
    pieces.tip[first] = arcs.tip[chosen]
    return pieces
