"""Drawn letters of one hand against its written ones as a set: habits, weight, and whether they are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.table import Table

from trainer.evaluation.habits import FEATURES, CharacterEffect, Habits
from trainer.evaluation.judges import Judges
from trainer.evaluation.stroke_weight import StrokeWeight
from trainer.evaluation.two_sample import TwoSampleJudge, area_under_curve

Pictures = NDArray[np.uint8]

ENOUGH = 60
"""With so many true letters drawn ones are compared with those of the same characters, else with all that are true."""


@dataclass(frozen=True, eq=False)
class Measures:
    """What sets of letters are measured with."""

    judges: Judges
    effect: CharacterEffect
    two_sample: TwoSampleJudge

    @classmethod
    def load(cls, judges: Judges) -> Measures:
        """Those that ship, beside the judges given."""
        return cls(judges, CharacterEffect.load(), TwoSampleJudge.load())


@dataclass(frozen=True, eq=False)
class Letters:
    """One set of letters of a hand, (N, 96, 96) frame pictures, with all that is measured of them once."""

    chars: Sequence[str]
    habits: Habits
    plain: Habits
    """The same with the characters' own spread left in."""
    weight: StrokeWeight
    usual_ink: float
    """Ink that the judges' hands need for these characters, px² a letter."""
    scores: NDArray[np.float64]

    @classmethod
    def of(cls, pictures: Pictures, chars: Sequence[str], measures: Measures) -> Letters:
        """Measures a set of letters."""
        vectors = measures.judges.vectors(pictures)
        ink = np.exp(measures.effect.of(chars)[:, FEATURES.index("ink")])
        return cls(
            chars,
            Habits.of(pictures, chars, vectors, measures.effect),
            Habits.of(pictures, chars, vectors, None),
            StrokeWeight.of(pictures),
            float(ink.mean()),
            measures.two_sample.scores(pictures),
        )


@dataclass(frozen=True)
class Comparison:
    """Drawn over written; 1 is the hand's own, but for ``likeness`` (drawn less written, 0) and ``told`` (0.5).

    Attributes:
        same: whether the characters are the same in both sets.
        strokes: that stand alone, over what the characters need.
        across, down, size, slant: spreads beyond the characters' own.
        likeness: of the letters among themselves, how far above that of the written ones.
        ink: area; width: mean along the strokes; thin, middle, thick: 10th, 50th and 90th percentile of it.
        told: area under the curve of the judge that tells drawn from written.
    """

    hand: str
    method: str
    same: bool
    strokes: float
    across: float
    down: float
    size: float
    slant: float
    likeness: float
    ink: float
    width: float
    thin: float
    middle: float
    thick: float
    told: float


RATIOS = tuple(entry.name for entry in fields(Comparison))[3:]
SHORT = dict(
    zip(
        RATIOS,
        ("strk", "acr", "down", "size", "slnt", "alike", "ink", "width", "thin", "mid", "thick", "told"),
        strict=True,
    )
)
CAPTION = (
    "drawn over written; strk: strokes that stand alone; acr, down: wander of the middle; size, slnt: spreads; alike: "
    "letters among themselves, drawn less written; width, thin, mid, thick: mean, p10, p50, p90 along the strokes; "
    "told: drawn told from written (.5: not)"
)


def compare(hand: str, method: str, drawn: Letters, written: Letters) -> Comparison:
    """One method's letters against the hand's."""
    return Comparison(
        hand,
        method,
        list(drawn.chars) == list(written.chars),
        strokes=_over(drawn.habits.relative_strokes, written.habits.relative_strokes),
        across=_over(drawn.habits.across, written.habits.across),
        down=_over(drawn.habits.down, written.habits.down),
        size=_over(drawn.habits.size, written.habits.size),
        slant=_over(drawn.habits.slant, written.habits.slant),
        likeness=drawn.habits.likeness - written.habits.likeness,
        ink=_over(drawn.weight.ink / drawn.usual_ink, written.weight.ink / written.usual_ink),
        width=_over(drawn.weight.width, written.weight.width),
        thin=_over(drawn.weight.thin, written.weight.thin),
        middle=_over(drawn.weight.middle, written.weight.middle),
        thick=_over(drawn.weight.thick, written.weight.thick),
        told=area_under_curve(drawn.scores, written.scores),
    )


def _over(drawn: float, written: float) -> float:
    return drawn / written if written else float("nan")


def means(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """A row for each method: the mean over the hands."""
    rows = []
    for method in dict.fromkeys(row.method for row in comparisons):
        mine = [row for row in comparisons if row.method == method]
        values = {name: fmean(getattr(row, name) for row in mine) for name in RATIOS}
        rows.append(Comparison("mean", method, all(row.same for row in mine), **values))
    return rows


def table(title: str, rows: Sequence[Comparison]) -> Table:
    """A table that fits 80 columns."""
    shown = Table(title=title, caption=CAPTION, box=box.SIMPLE_HEAD, padding=0)
    shown.add_column("method", no_wrap=True)
    for name in RATIOS:
        shown.add_column(SHORT[name], justify="right", no_wrap=True)
    for row in rows:
        shown.add_row(row.method, *(f"{getattr(row, name):.2f}" for name in RATIOS))
    return shown


def html_table(title: str, rows: Sequence[Comparison]) -> str:
    """The same for a page."""
    head = "".join(f"<th>{name}</th>" for name in ("method", *RATIOS))
    body = "".join(
        f"<tr><td>{row.method}</td>" + "".join(f"<td>{getattr(row, name):.3f}</td>" for name in RATIOS) + "</tr>"
        for row in rows
    )
    return f"<h3>{title}</h3><table><tr>{head}</tr>{body}</table>"


def figures_of(letters: Letters) -> dict[str, Any]:
    """A set's own figures, for a report: with the characters' effect taken out and left in."""
    return {
        "habits": letters.habits.to_dict(),
        "plain": letters.plain.to_dict(),
        "weight": asdict(letters.weight),
    }
