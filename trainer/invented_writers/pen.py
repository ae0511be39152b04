"""Pens: how wide a moving pen draws, and the drawing of its runs as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.invented_writers.movement import STEP_EM, Floats, Run

OVERSAMPLING = 4
SHIFT_BITS = 3


@dataclass(frozen=True)
class Pen:
    """A pen in one writer's hand. Lengths in em.

    Attributes:
        width_em: of the line at usual speed and pressure.
        thinning: how much thinner it draws at full speed than at rest.
        taper_in, taper_out: length over which a run begins thin, ends thin.
        tip: width at the very ends, as a share.
        nib: widths across and along a broad nib, as a ratio; 1 is round.
        nib_angle: of the broad nib's edge, radians.
        pressure_spread: from stroke to stroke, and from letter to letter.
        blur_px: of the ink's edge, in the picture.
    """

    width_em: float = 0.04
    thinning: float = 0.1
    taper_in: float = 0.0
    taper_out: float = 0.0
    tip: float = 1.0
    nib: float = 1.0
    nib_angle: float = 0.0
    pressure_spread: float = 0.03
    blur_px: float = 0.0

    def widths(self, run: Run, pressure: float) -> Floats:
        """(N,) widths in em along a run."""
        along = np.arange(len(run.points)) * STEP_EM
        width = self.width_em * pressure * (0.45 + 0.55 * run.touch)
        width = width * (1 + self.thinning * (0.7 - np.minimum(run.speed, 1.2)))
        if self.taper_in:
            width = width * (1 - (1 - self.tip) * np.exp(-along / self.taper_in))
        if self.taper_out:
            width = width * (1 - (1 - self.tip) * np.exp(-along[::-1] / self.taper_out))
        if self.nib < 1:
            step = run.points[1:] - run.points[:-1]
            turn = np.arctan2(step[:, 1], step[:, 0]) - self.nib_angle
            turn = np.concatenate((turn[:1], turn))
            width = width * np.sqrt(np.sin(turn) ** 2 + (self.nib * np.cos(turn)) ** 2)
        return np.asarray(width)


def _ballpoint(random: np.random.Generator) -> Pen:
    return Pen(
        width_em=float(np.exp(random.normal(np.log(0.042), 0.32))),
        thinning=float(random.uniform(0.05, 0.35)),
        taper_in=0.02,
        taper_out=float(random.uniform(0.02, 0.08)),
        tip=float(random.uniform(0.4, 0.9)),
        pressure_spread=float(random.uniform(0.02, 0.1)),
        blur_px=float(random.uniform(0, 0.6)),
    )


def _felt(random: np.random.Generator) -> Pen:
    return Pen(
        width_em=float(np.exp(random.normal(np.log(0.065), 0.3))),
        thinning=float(random.uniform(0.0, 0.3)),
        taper_out=0.04,
        tip=float(random.uniform(0.6, 1.0)),
        blur_px=float(random.uniform(0, 0.5)),
    )


def _fountain(random: np.random.Generator) -> Pen:
    return Pen(
        width_em=float(np.exp(random.normal(np.log(0.05), 0.3))),
        thinning=float(random.uniform(0.1, 0.5)),
        taper_in=float(random.uniform(0.01, 0.05)),
        taper_out=float(random.uniform(0.04, 0.15)),
        tip=float(random.uniform(0.2, 0.7)),
        nib=float(random.uniform(0.45, 1.0)),
        nib_angle=float(random.normal(-0.7, 0.3)),
        pressure_spread=float(random.uniform(0.03, 0.12)),
        blur_px=float(random.uniform(0, 0.4)),
    )


def _brush(random: np.random.Generator) -> Pen:
    return Pen(
        width_em=float(np.exp(random.normal(np.log(0.085), 0.28))),
        thinning=float(random.uniform(0.3, 0.8)),
        taper_in=float(random.uniform(0.02, 0.06)),
        taper_out=float(random.uniform(0.08, 0.3)),
        tip=float(random.uniform(0.1, 0.4)),
        nib=float(random.uniform(0.6, 1.0)),
        nib_angle=float(random.normal(-0.8, 0.3)),
        pressure_spread=float(random.uniform(0.08, 0.22)),
    )


def _stylus(random: np.random.Generator) -> Pen:
    return Pen(width_em=float(np.exp(random.normal(np.log(0.042), 0.4))), thinning=0.0)


PENS = {_ballpoint: 0.35, _felt: 0.2, _fountain: 0.18, _brush: 0.12, _stylus: 0.15}
"""The kinds of pens, and how often each is taken up."""


def draw_pen(random: np.random.Generator) -> Pen:
    """A new writer's pen."""
    kinds = list(PENS)
    return kinds[random.choice(len(kinds), p=list(PENS.values()))](random)


def draw_runs(runs: Sequence[tuple[Floats, Floats]], side_px: int, blur_px: float = 0.0) -> NDArray[np.uint8]:
    """A picture (side_px, side_px) uint8, ink 255, of runs: points (N, 2) and widths (N,), both in pixels.

    Drawn at OVERSAMPLING times the size, then averaged; stretches of like width are drawn at one go.
    """
    side = side_px * OVERSAMPLING
    canvas = np.zeros((side, side), np.uint8)
    for points, widths in runs:
        fixed = np.round((points * OVERSAMPLING - 0.5) * (1 << SHIFT_BITS)).astype(np.int32)
        # OpenCV draws an even thickness one pixel wider, and an odd one two: only odd widths come out.
        thick = np.maximum(1, 2 * np.round((widths * OVERSAMPLING - 1) / 2)).astype(int)
        cuts = np.flatnonzero(thick[1:] != thick[:-1]) + 1
        for start, end in zip([0, *cuts], [*cuts, len(thick)], strict=True):
            line = fixed[max(0, start - 1) : end]
            cv2.polylines(canvas, [line], False, 255, int(thick[start]), cv2.LINE_8, SHIFT_BITS)
    picture = cv2.resize(canvas, (side_px, side_px), interpolation=cv2.INTER_AREA)
    if blur_px > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), blur_px)
    return np.asarray(picture, np.uint8)
