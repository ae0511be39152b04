"""Reduces a contour to few arcs: those too far from it are halved, and joints that are not needed are removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fontbuild.outlines.arcs import Arcs, cover_with_arcs, fit_parabola
from fontbuild.outlines.crossings import crossing_contours
from fontbuild.outlines.sampling import BoolArray, FloatArray, IndexArray
from fontbuild.outlines.segments import Joint, Segments
from fontbuild.outlines.spline import fit_spline

TOLERANCE_UNITS = 3.0
"""How far an arc may lie from the traced contour when a joint is removed: a quarter of a drawn picture's pixel,
0.15 px in text of 48 px."""
_HALVED_UNITS = 3.5
"""An arc farther away than this is halved."""
_FALLBACK_UNITS = 4.0, 8.0
"""A contour farther away is taken as it was before joints were removed; beyond the second, without implied points."""
_TRIED_UNITS = 4 * TOLERANCE_UNITS
"""A joint is not tried when one parabola in place of its two arcs lies farther away than this."""
_ROUNDS = 2
_MERGES = 4
_NEAR = 2
"""Arcs on each side that change when a joint is removed."""
_LEAST_ARCS = 4


def simplify(segments: Segments) -> Arcs:
    """Fits each contour with few arcs that stay within the tolerance."""
    covered = cover_with_arcs(segments)
    halved, error = _halve_distant_arcs(segments, *fit_spline(segments, covered, _ROUNDS))
    merged, merged_error = _halve_distant_arcs(segments, *fit_spline(segments, _remove_joints(segments, halved), 1))
    distant = np.unique(merged.contour[merged_error > _FALLBACK_UNITS[0]])
    lost = np.intersect1d(distant, halved.contour[error > _FALLBACK_UNITS[1]])
    cornered = replace(covered, joint=np.full_like(covered.joint, Joint.CORNER))
    arcs = _replace_contours(_replace_contours(merged, halved, distant), cornered, lost)
    return _without_crossings(segments, arcs, (halved, cornered))


def _replace_contours(arcs: Arcs, others: Arcs, contours: IndexArray) -> Arcs:
    """Replaces the arcs of some contours by others."""
    return _concatenate(
        [arcs.select(~np.isin(arcs.contour, contours)), others.select(np.isin(others.contour, contours))]
    )


def _without_crossings(segments: Segments, arcs: Arcs, closer: Sequence[Arcs]) -> Arcs:
    """Returns the arcs, those of closer fits in contours that cross themselves."""
    for others in closer:
        crossing = crossing_contours(segments, arcs)
        if not len(crossing):
            break
        arcs = _replace_contours(arcs, others, crossing)
    return arcs


def _concatenate(parts: Sequence[Arcs]) -> Arcs:
    whole = Arcs(*(np.concatenate(column) for column in zip(*(part.columns() for part in parts), strict=True)))
    return whole.select(np.argsort(whole.start, kind="stable"))


def _halve_distant_arcs(segments: Segments, arcs: Arcs, error: FloatArray) -> tuple[Arcs, FloatArray]:
    """Halves fitted arcs that are too far from the contour and refits; returns them and their distances."""
    distant = (error > _HALVED_UNITS) & (arcs.end - arcs.start > 3)
    changed = np.isin(arcs.contour, arcs.contour[distant])
    if not changed.any():
        return arcs, error
    unchanged, unchanged_error = arcs.select(~changed), error[~changed]
    arcs, error = fit_spline(
        segments, _halve(segments, arcs.select(changed), np.flatnonzero(distant[changed])), _ROUNDS
    )
    order = np.argsort(np.concatenate([unchanged.start, arcs.start]), kind="stable")
    return _concatenate([unchanged, arcs]), np.concatenate([unchanged_error, error])[order]


def _halve(segments: Segments, arcs: Arcs, distant: IndexArray) -> Arcs:
    middle = (arcs.start[distant] + arcs.end[distant]) // 2
    pieces, first = _duplicate(arcs, distant)
    pieces.end[first] = pieces.start[first + 1] = middle
    for half in (first, first + 1):
        pieces.control[half] = fit_parabola(segments, pieces.start[half], pieces.end[half])[1]
    return pieces


def _duplicate(arcs: Arcs, where: IndexArray) -> tuple[Arcs, IndexArray]:
    """Doubles the given arcs, a smooth joint that must stay between the two; returns all and the first of each two."""
    pieces = arcs.select(np.insert(np.arange(len(arcs.start)), where, where))
    first = where + np.arange(len(where))
    pieces.joint[first] = Joint.SMOOTH
    pieces.needed[first] = True
    return pieces, first


def _remove_joints(segments: Segments, arcs: Arcs) -> Arcs:
    """Removes joints that are not needed."""
    done: list[Arcs] = []
    for _ in range(_MERGES):
        removed = _removable_joints(segments, arcs)
        changed = np.isin(arcs.contour, arcs.contour[removed])
        done.append(arcs.select(~changed))
        arcs, removed = arcs.select(changed), np.searchsorted(np.flatnonzero(changed), removed)
        if not len(removed):
            break
        arcs = _try_without(segments, arcs, removed)
    return _concatenate([*done, arcs])


def _removable_joints(segments: Segments, arcs: Arcs) -> IndexArray:
    """Returns arcs whose joint with the next one seems least needed, well apart from each other."""
    counts = np.bincount(arcs.contour)
    loose = np.flatnonzero((arcs.joint == Joint.SMOOTH) & ~arcs.needed & (counts[arcs.contour] > _LEAST_ARCS))
    cost = np.full(len(arcs.start) + 4 * _NEAR, np.inf)
    inner = cost[2 * _NEAR : -2 * _NEAR]
    inner[loose] = fit_parabola(segments, arcs.start[loose], arcs.end[loose + 1])[0]
    window = np.lib.stride_tricks.sliding_window_view(cost, 4 * _NEAR + 1)
    removed: IndexArray = np.flatnonzero((inner <= _TRIED_UNITS) & (window.argmin(axis=1) == 2 * _NEAR))
    return removed


def _try_without(segments: Segments, arcs: Arcs, removed: IndexArray) -> Arcs:
    """Fits the arcs without the given joints and puts back those that turn out to be needed."""
    source = np.arange(len(arcs.start))
    source[removed] += 1
    control = arcs.control.copy()
    control[removed] = fit_parabola(segments, arcs.start[removed], arcs.end[removed + 1])[1]
    shifted = arcs.select(source)
    trial = replace(shifted, start=arcs.start, contour=arcs.contour, control=control)
    trial, error = fit_spline(segments, trial.select(np.delete(np.arange(len(source)), removed + 1)), _ROUNDS)
    at = removed - np.arange(len(removed))
    padded = np.pad(error, _NEAR)
    worst = np.max([padded[at + step] for step in range(2 * _NEAR + 1)], axis=0)
    return _restore_joints(arcs, removed, trial, at, worst > TOLERANCE_UNITS)


def _restore_joints(arcs: Arcs, removed: IndexArray, trial: Arcs, at: IndexArray, needed: BoolArray) -> Arcs:
    """Puts the needed joints back into the trial."""
    removed, at = removed[needed], at[needed]
    pieces, first = _duplicate(trial, at)
    low, high = trial.start[at] + 1, trial.end[at] - 1
    pieces.end[first] = pieces.start[first + 1] = np.clip(arcs.end[removed], low, np.maximum(low, high))
    pieces.control[first], pieces.control[first + 1] = arcs.control[removed], arcs.control[removed + 1]
    pieces.tip[first] = arcs.tip[removed]
    return pieces
