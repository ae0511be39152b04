"""The movement of the pen: strokes become runs that the pen draws without being lifted.

A hurried hand drops short lifts, undershoots what it passes and rounds corners. Fast movement acts on the planned
path as a low-pass filter over it, which is what the overlapping strokes of the kinematic theory come to
(Plamondon, "A kinematic theory of rapid human movements", 1995): a Gaussian along the path, wider with haste.
All lengths are in em, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from templates.jamo_strokes import Form, Stroke

Floats = NDArray[np.float64]

SAMPLES_PER_BOX = 14
STEP_EM = 0.012
"""Distance of the points of a run."""


@dataclass(frozen=True, eq=False)
class Basis:
    """A form as matrices, so that moved control points give the dense path by one product.

    Attributes:
        control: (K, 2) the form's points in the unit box.
        dense: (D, K) weights of the control points.
        bow: (D, K) how far each point moves across when the segment after a control point is bowed by 1.
        ends: where each stroke ends among the D points.
    """

    control: Floats
    dense: Floats
    bow: Floats
    ends: tuple[int, ...]


def _slope(stroke: Stroke, at: int) -> Floats | None:
    """(N,) weights of the tangent at a point that is passed on a curve; None at corners and ends."""
    size = len(stroke.points)
    if not stroke.curved[at] or at in (0, size - 1):
        return None
    return np.asarray((np.eye(size)[at + 1] - np.eye(size)[at - 1]) / 2)


def _segment(stroke: Stroke, number: int, count: int) -> Floats:
    """(count, N) weights of a stroke's points along one segment: straight, or a Hermite curve."""
    size = len(stroke.points)
    t = np.arange(count)[:, None] / count
    first, second = np.eye(size)[number], np.eye(size)[number + 1]
    straight = second - first
    start, end = _slope(stroke, number), _slope(stroke, number + 1)
    if start is None and end is None:
        return np.asarray(first + t * straight)
    if start is None:
        start = 2 * straight - end
    if end is None:
        end = 2 * straight - start
    places = (2 * t**3 - 3 * t**2 + 1) * first + (3 * t**2 - 2 * t**3) * second
    return np.asarray(places + (t**3 - 2 * t**2 + t) * start + (t**3 - t**2) * end)


@cache
def basis_of(form: Form) -> Basis:
    """The matrices of a form."""
    total = sum(len(stroke.points) for stroke in form.strokes)
    rows, bows, ends, at = [], [], [], 0
    for stroke in form.strokes:
        size = len(stroke.points)
        for number in range(size - 1):
            length = float(np.hypot(*(stroke.points[number + 1] - stroke.points[number])))
            count = max(3, round(SAMPLES_PER_BOX * length))
            block, bow = np.zeros((count, total)), np.zeros((count, total))
            block[:, at : at + size] = _segment(stroke, number, count)
            if not (stroke.curved[number] or stroke.curved[number + 1]):
                bow[:, at + number] = np.sin(np.pi * np.arange(count) / count)
            rows.append(block)
            bows.append(bow)
        rows.append(np.eye(total)[at + size - 1 : at + size])
        bows.append(np.zeros((1, total)))
        at += size
        ends.append(sum(map(len, rows)))
    control = np.concatenate([stroke.points for stroke in form.strokes])
    return Basis(control, np.concatenate(rows), np.concatenate(bows), tuple(ends))


@dataclass(frozen=True)
class Run:
    """What the pen draws without being lifted.

    Attributes:
        points: (N, 2) in em, STEP_EM apart before smoothing.
        speed: (N,) from 0 to about 1; slow at corners.
        touch: (N,) pressure's share: less on ligatures, 0 in the air.
    """

    points: Floats
    speed: Floats
    touch: Floats


@cache
def _kernel(tenths: int) -> Floats:
    """A Gaussian of ``tenths`` / 10 points, up to three times that on both sides."""
    sigma = tenths / 10
    reach = int(3 * sigma + 1)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    return np.asarray(kernel / kernel.sum())


def _smooth(values: Floats, sigma: float) -> Floats:
    """A Gaussian along one axis of (N,) values; the ends stay where they are."""
    kernel = _kernel(max(1, round(10 * sigma)))
    reach = min(len(kernel) // 2, len(values) - 1)
    if reach < len(kernel) // 2:
        middle = len(kernel) // 2
        kernel = kernel[middle - reach : middle + reach + 1]
        kernel = kernel / kernel.sum()
    head, tail = 2 * values[0] - values[reach:0:-1], 2 * values[-1] - values[-2 : -reach - 2 : -1]
    return np.convolve(np.concatenate((head, values, tail)), kernel, "valid")


def move(points: Floats, touch: Floats, smoothing_em: float, tremor: Floats) -> Run:
    """One run as the hand really moves through the planned points (N, 2) with touch (N,).

    Args:
        tremor: (M, 2) slow errors of the hand, spread evenly over the run.
    """
    steps = points[1:] - points[:-1]
    along = np.concatenate(([0.0], np.cumsum(np.sqrt(steps[:, 0] ** 2 + steps[:, 1] ** 2))))
    count = max(3, round(along[-1] / STEP_EM) + 1)
    wanted = np.arange(count) * (along[-1] / (count - 1))
    knots = np.arange(len(tremor)) * (along[-1] / (len(tremor) - 1))
    smooth = np.empty((count, 2))
    for axis in (0, 1):
        even = np.interp(wanted, along, points[:, axis])
        smooth[:, axis] = _smooth(even, smoothing_em / STEP_EM) + np.interp(wanted, knots, tremor[:, axis])
    steps = smooth[1:] - smooth[:-1]
    speed = np.sqrt(steps[:, 0] ** 2 + steps[:, 1] ** 2) / STEP_EM
    return Run(smooth, np.concatenate((speed[:1], speed)), np.interp(wanted, along, touch))


_THIRDS = np.array([[1 / 3], [2 / 3]])


def _hook(end: Floats, towards: Floats, length_em: float) -> Floats:
    way = towards - end
    far = float(np.hypot(*way))
    return end + way * min(0.6, length_em / max(far, 1e-6))


def join_strokes(
    strokes: Sequence[Floats], joined: Sequence[bool], ligature: float, hook_em: float
) -> list[tuple[Floats, Floats]]:
    """Strokes in writing order -> planned runs, points (N, 2) and touch (N,).

    Args:
        joined: for each stroke but the last, whether the pen stays on the paper after it.
        ligature: touch between joined strokes.
        hook_em: how far an unjoined stroke is dragged towards the next while the pen is being lifted.
    """
    runs: list[tuple[Floats, Floats]] = []
    points, touch = [strokes[0]], [np.ones(len(strokes[0]))]
    for before, after, stays in zip(strokes, strokes[1:], joined, strict=False):
        if stays:
            points.append(before[-1] + _THIRDS * (after[0] - before[-1]))
            touch.append(np.full(2, ligature))
        else:
            if hook_em > 0:
                points.append(_hook(before[-1], after[0], hook_em)[None])
                touch.append(np.full(1, 0.3))
            runs.append((np.concatenate(points), np.concatenate(touch)))
            points, touch = [], []
        points.append(after)
        touch.append(np.ones(len(after)))
    return [*runs, (np.concatenate(points), np.concatenate(touch))]
