"""Writers that nobody is, from school hand to scrawl: habits drawn once a writer, every letter a new instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generator.frame import FRAME_PX, Frame
from templates.hangul import SYLLABLES
from templates.jamo_strokes import Form, forms_at
from trainer.invented_writers.layout import Part, Proportions, parts_in_place
from trainer.invented_writers.movement import Floats, Run, basis_of, join_strokes, move
from trainer.invented_writers.pen import Pen, draw_pen, draw_runs

FRAME_SYLLABLES = 20
"""Syllables written to find a writer's frame."""

USUAL_STROKES = 8


@dataclass(frozen=True)
class Manner:
    """How one writer moves. Spreads are standard deviations from letter to letter; lengths in em.

    Attributes:
        hurry: 0 at school, 1 a scrawl; the others were drawn around it.
        slant, rise: lean of the uprights to the right, of the level strokes upwards, as tangents.
        aspect: width to height.
        growth: how much larger a letter of twice the usual strokes is written.
        wander_x, wander_y, size_spread, slant_spread, rise_spread, aspect_spread: between letters.
        part_shift, part_scale, part_turn: spread of a part within a letter.
        jitter: spread of the points of a stroke, as a share of its part.
        bow_level, bow_upright, bow_spread: bend of straight strokes, as a share of their length.
        smoothing: width of the movement's low-pass along the path.
        reach: strokes nearer than this to one another are mostly joined.
        ligature: touch on the way between joined strokes.
        hook: how far a stroke is dragged towards the next.
        tremor: slow errors along a run.
        other_form: share of letters written in the other form of a jamo.
    """

    hurry: float
    slant: float
    rise: float
    aspect: float
    growth: float
    wander_x: float
    wander_y: float
    size_spread: float
    slant_spread: float
    rise_spread: float
    aspect_spread: float
    part_shift: float
    part_scale: float
    part_turn: float
    jitter: float
    bow_level: float
    bow_upright: float
    bow_spread: float
    smoothing: float
    reach: float
    ligature: float
    hook: float
    tremor: float
    other_form: float

    @classmethod
    def draw(cls, random: np.random.Generator, hurry: float) -> Manner:
        """A new writer's manner around a hurry from 0 to 1."""

        def around(school: float, scrawl: float, spread: float = 0.35) -> float:
            return float((school + (scrawl - school) * hurry) * np.exp(random.normal(0, spread)))

        return cls(
            hurry=hurry,
            slant=float(random.normal(0.04, 0.10 + 0.10 * hurry)),
            rise=float(random.normal(0.02 + 0.12 * hurry, 0.04 + 0.08 * hurry)),
            aspect=float(np.exp(random.normal(0, 0.16))),
            growth=float(random.normal(0.03, 0.07)),
            wander_x=around(0.016, 0.105),
            wander_y=around(0.02, 0.13),
            size_spread=around(0.025, 0.11),
            slant_spread=around(0.018, 0.075),
            rise_spread=around(0.015, 0.06),
            aspect_spread=around(0.02, 0.09),
            part_shift=around(0.008, 0.035),
            part_scale=around(0.03, 0.14),
            part_turn=around(0.015, 0.08),
            jitter=around(0.015, 0.055),
            bow_level=float(random.normal(0.0, 0.03 + 0.03 * hurry)),
            bow_upright=float(random.normal(0.0, 0.02 + 0.03 * hurry)),
            bow_spread=around(0.012, 0.04),
            smoothing=around(0.007, 0.030),
            reach=float(0.30 * hurry + random.normal(-0.06, 0.06)),
            ligature=float(random.uniform(0.3, 1.0)),
            hook=max(0.0, float(random.normal(0.09 * hurry, 0.03))),
            tremor=around(0.003, 0.007, 0.5),
            other_form=float(random.uniform(0, 0.05 + 0.25 * hurry)),
        )


@dataclass(frozen=True, eq=False)
class Habit:
    """How a writer makes one jamo in one role: the form, another now and then, its place, and where it is joined."""

    form: Form
    other: Form
    shift: Floats
    scale: Floats
    joins: Floats
    """(12,) how much nearer each gap seems than it is, in em."""


def _choose(choices: Sequence[Form], hurry: float, random: np.random.Generator) -> Form:
    weight = np.exp(-0.5 * ((np.array([form.hurry for form in choices]) - hurry) / 0.2) ** 2) + 1e-4
    return choices[random.choice(len(choices), p=weight / weight.sum())]


class Writer:
    """An invented writer, who writes all syllables and lone jamo; no letter comes out twice the same.

    Args:
        number: tells writers apart; the same number and seed are the same writer.
        hurry: 0 to 1; drawn where not given.
    """

    def __init__(self, number: int, seed: int = 0, hurry: float | None = None) -> None:
        random = np.random.default_rng((seed, number))
        self.number, self._seed = number, seed
        drawn = float(random.beta(1.3, 1.15))
        self.manner = Manner.draw(random, drawn if hurry is None else hurry)
        self.ways = Proportions.draw(random, self.manner.hurry)
        self.pen: Pen = draw_pen(random)
        self._habits: dict[tuple[str, str, str], Habit] = {}
        self.frame = self._fit_frame(random)

    def _habit(self, part: Part) -> Habit:
        key = (part.jamo, part.place.value, part.role)
        if key not in self._habits:
            random = np.random.default_rng((self._seed, self.number, *(ord(letter) for letter in "".join(key))))
            manner, choices = self.manner, forms_at(part.jamo, part.place)
            # One form for all roles: what is drawn first is seeded by the jamo alone.
            by_jamo = np.random.default_rng((self._seed, self.number, ord(part.jamo)))
            taste = float(np.clip(manner.hurry + by_jamo.normal(0, 0.15), 0, 1))
            self._habits[key] = Habit(
                _choose(choices, taste, by_jamo),
                _choose(choices, taste, random),
                random.normal(0, 0.012 + 0.02 * manner.hurry, 2),
                np.exp(random.normal(0, 0.05 + 0.05 * manner.hurry, 2)),
                by_jamo.normal(0, 0.07, 12),
            )
        return self._habits[key]

    def _part(self, part: Part, random: np.random.Generator, unevenness: float) -> tuple[list[Floats], Floats]:
        """The strokes of a part in em before the letter as a whole is moved, and how ready it is to join them."""
        manner, habit = self.manner, self._habit(part)
        basis = basis_of(habit.other if random.random() < manner.other_form else habit.form)
        box = part.box
        size = np.array([box.right - box.left, box.bottom - box.top])
        middle = np.array([box.left + box.right, box.top + box.bottom]) / 2 + habit.shift
        loose = 0.4 + 0.6 * unevenness
        middle = middle + random.normal(0, manner.part_shift * loose, 2)
        size = size * habit.scale * np.exp(random.normal(0, manner.part_scale * loose, 2))
        control = (basis.control - 0.5) * size
        reach = 0.3 * size.max() + 0.7 * np.minimum(size, size.max())
        control = control + random.normal(0, manner.jitter * loose, control.shape) * reach
        turn = random.normal(0, manner.part_turn * loose)
        control = control @ np.array([[1, turn], [-turn, 1]]) + middle
        across = np.concatenate((control[1:], control[:1])) - control
        level = np.abs(across[:, 0]) > np.abs(across[:, 1])
        bow = np.where(level, manner.bow_level, manner.bow_upright) + random.normal(0, manner.bow_spread, len(across))
        dense = basis.dense @ control + basis.bow @ (bow[:, None] * across[:, ::-1] * (1, -1))
        return np.split(dense, basis.ends[:-1]), habit.joins

    def _joined(self, strokes: Sequence[Floats], readiness: Sequence[float], random: np.random.Generator) -> list[bool]:
        gaps = [float(np.hypot(*(after[0] - before[-1]))) for before, after in pairwise(strokes)]
        noise = random.normal(0, 0.025 + 0.03 * self.manner.hurry, len(gaps))
        return [
            gap < self.manner.reach + ready + error and self.manner.reach > 0
            for gap, ready, error in zip(gaps, readiness, noise, strict=False)
        ]

    def _letter(self, strokes: int, random: np.random.Generator, unevenness: float) -> tuple[Floats, Floats]:
        """(2, 2) and (2,): how the letter as a whole is leaned, sized and moved about its middle."""
        manner, normal = self.manner, random.normal
        size = np.exp(normal(0, manner.size_spread * unevenness) + manner.growth * (strokes / USUAL_STROKES - 1))
        aspect = np.sqrt(manner.aspect * np.exp(normal(0, manner.aspect_spread * unevenness)))
        slant = manner.slant + normal(0, manner.slant_spread * unevenness)
        rise = manner.rise + normal(0, manner.rise_spread * unevenness)
        lean = np.array([[1, -rise], [-slant, 1]])
        matrix = np.diag([size * aspect, size / aspect]) @ lean
        shift = np.array([normal(0, manner.wander_x), normal(0, manner.wander_y)]) * unevenness
        return matrix, shift

    def runs(self, char: str, random: np.random.Generator, unevenness: float = 1.0) -> list[Run]:
        """A letter as the pen moves, in em, y downwards, about the middle of its cell.

        Args:
            unevenness: factor on how far letters differ from the writer's own mean.
        """
        strokes: list[Floats] = []
        readiness: list[float] = []
        for part in parts_in_place(char, self.ways):
            some, joins = self._part(part, random, unevenness)
            strokes += some
            readiness += [*joins[: len(some) - 1], joins[-1] - 0.09]
        matrix, shift = self._letter(len(strokes), random, unevenness)
        strokes = [(stroke - 0.5) @ matrix + shift for stroke in strokes]
        manner = self.manner
        planned = join_strokes(strokes, self._joined(strokes, readiness, random), manner.ligature, manner.hook)
        return [
            move(points, touch, manner.smoothing, random.normal(0, manner.tremor, (max(2, len(points) // 8), 2)))
            for points, touch in planned
        ]

    def _fit_frame(self, random: np.random.Generator) -> Frame:
        boxes = []
        for row in random.integers(len(SYLLABLES), size=FRAME_SYLLABLES):
            points = np.concatenate([run.points for run in self.runs(SYLLABLES[row], random)])
            half = self.pen.width_em / 2
            boxes.append((*(points.min(axis=0) - half), *(points.max(axis=0) + half)))
        return Frame.around(np.array(boxes))

    def picture(self, char: str, random: np.random.Generator, unevenness: float = 1.0) -> NDArray[np.uint8]:
        """A letter in the writer's frame, (FRAME_PX, FRAME_PX) uint8, ink 255."""
        frame, pen = self.frame, self.pen
        centre = np.array([frame.centre_x_em, frame.centre_y_em])
        heavy = np.exp(random.normal(0, 0.5 * pen.pressure_spread))
        drawn = []
        for run in self.runs(char, random, unevenness):
            widths = pen.widths(run, heavy * np.exp(random.normal(0, pen.pressure_spread)))
            drawn.append((FRAME_PX / 2 + (run.points - centre) * frame.px_per_em, widths * frame.px_per_em))
        return draw_runs(drawn, FRAME_PX, pen.blur_px)
