"""The benchmark's tables, files and the page that shows the worst glyphs first."""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.table import Table

from templates.hangul import compose
from trainer.evaluation import comparison
from trainer.evaluation.comparison import Comparison, Letters, compare, figures_of
from trainer.evaluation.methods import ADAPTED, BASELINES, OURS
from trainer.evaluation.walls import inlined, pairs, wall

REAL = "real"
WORST = 100
WALL_ROWS = 8


@dataclass(frozen=True)
class Row:
    """What one method's drawing of one hand comes to; means over the unseen glyphs."""

    hand: str
    method: str
    legible: float
    legible_common: float
    """Of the syllables of KS X 1001; ``legible_rare`` of the others (nan where the font has none)."""
    legible_rare: float
    writer: float
    """Share whose nearest hand is the right one."""
    l1: float
    iou: float
    ink: float
    smear: float
    breaks: float
    joins: float
    specks: float
    holes: float
    seconds: float


@dataclass(frozen=True, eq=False)
class DrawnHand:
    """A method's pictures (N, 96, 96) of a hand's unseen characters, what the judge read, and how near they came."""

    method: str
    pictures: NDArray[np.uint8]
    read: NDArray[np.int64]
    right: NDArray[np.bool_]
    overlap: NDArray[np.float32]


FIGURES = tuple(entry.name for entry in fields(Row))[2:]
SHORT = dict(
    zip(
        FIGURES,
        ("read", "comm", "rare", "hand", "L1n", "IoU", "ink", "grey", "brk", "join", "spk", "hole", "s"),
        strict=True,
    )
)
CAPTION = (
    "read: all three jamo right (comm: KS X 1001, rare: the others); hand: nearest hand is the right one; "
    "L1n, IoU, ink: against the real glyph; grey: what tracing must guess; "
    "brk, join, spk, hole: per glyph, strokes too many, too few, specks, wrong holes"
)


@dataclass
class Report:
    """Rows and pictures as they come in, and how they are shown."""

    written: str
    rows: list[Row] = field(default_factory=list)
    seeds: dict[str, str] = field(default_factory=dict)
    drawings: dict[str, tuple[Sequence[str], list[DrawnHand]]] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    letters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, hand: str, seed: str, chars: Sequence[str], results: Sequence[tuple[Row, DrawnHand]]) -> None:
        """Takes in some of one hand: the real glyphs first, then every method."""
        self.seeds[hand] = seed
        self.rows += [row for row, _ in results]
        self.drawings.setdefault(hand, (chars, []))[1].extend(drawn for _, drawn in results)

    def add_letters(self, hand: str, method: str, drawn: Letters, written: Letters) -> None:
        """Takes in the figures of a method's letters as a set, beside the hand's own."""
        self.letters.setdefault(hand, {})[method] = figures_of(drawn)
        if method != REAL:
            self.comparisons.append(compare(hand, method, drawn, written))

    def comparison_table(self, hand: str = "") -> Table:
        """Drawn against written as sets, of one hand; of all by default."""
        if hand:
            return comparison.table(f"{hand}, as a set", [row for row in self.comparisons if row.hand == hand])
        return comparison.table(f"as sets, mean of {len(self.seeds)} hands", comparison.means(self.comparisons))

    def _methods(self) -> list[str]:
        return list(dict.fromkeys(row.method for row in self.rows))

    def means(self) -> list[Row]:
        """A row per method: the mean over hands (hands without rare syllables left out where they have no figure)."""
        rows = []
        for method in self._methods():
            mine = [row for row in self.rows if row.method == method]
            means = {name: _mean([getattr(row, name) for row in mine]) for name in FIGURES}
            rows.append(Row("mean", method, **means))
        return rows

    def table(self, hand: str) -> Table:
        """One hand's table."""
        return _table(f"{hand} ({self.written} written, seed {self.seeds[hand]})", self._of(hand))

    def mean_table(self) -> Table:
        """The table of means over the hands."""
        return _table(f"mean of {len(self.seeds)} hands, {self.written} written", self.means())

    def _of(self, hand: str) -> list[Row]:
        return [row for row in self.rows if row.hand == hand]

    def bars(self) -> list[str]:
        """One line a bar of quality and method of ours: where it stands."""
        lines = []
        for method in (name for name in OURS if name in self._methods()):
            gaps, shares, gains = [], [], []
            for hand in self.seeds:
                by = {row.method: row for row in self._of(hand)}
                gaps.append(by[REAL].legible - by[method].legible)
                shares.append(by[method].writer / max(by[REAL].writer, 1e-6))
                rivals = [by[name].l1 for name in BASELINES if name in by]
                if rivals:
                    gains.append(1 - by[method].l1 / min(rivals))
            line = f"{method}: legible below real by {fmean(gaps):.3f} on average, {max(gaps):.3f} at worst; "
            line += f"the right hand {fmean(shares):.0%} of what real glyphs reach"
            if gains:
                better = sum(gain > 0 for gain in gains)
                line += f"; L1 below the best baseline by {fmean(gains):.0%}, on {better} of {len(gains)} hands"
            lines.append(line)
        return lines

    def save(self, out: Path) -> None:
        """Writes ``table.csv``, ``bench.json``, ``sets.csv``, walls of pictures and ``index.html``."""
        out.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) for row in (*self.rows, *self.means())]
        _write_csv(out / "table.csv", rows)
        plain = [{name: None if value != value else value for name, value in row.items()} for row in rows]
        told = {"written": self.written, "seeds": self.seeds, "bars": self.bars(), "rows": plain}
        told |= {"sets": [asdict(row) for row in self.comparisons], "letters": self.letters}
        if self.comparisons:
            _write_csv(
                out / "sets.csv", [asdict(row) for row in (*self.comparisons, *comparison.means(self.comparisons))]
            )
        (out / "bench.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        cv2.imwrite(str(out / "hands.png"), self.sheet())
        worst = self.worst()
        cv2.imwrite(str(out / "worst.png"), wall([strip for _, strip in worst]))
        for hand in self.drawings:
            cv2.imwrite(str(out / f"wall-{hand}.png"), self._wall(hand, WALL_ROWS))
        (out / "index.html").write_text(self._page(worst), encoding="utf-8")

    def sheet(self) -> NDArray[np.uint8]:
        """Some letters of each hand, neither best nor worst: the hand's own above, ours below."""
        return np.vstack([self._wall(hand, 1) for hand in self.drawings])

    def _wall(self, hand: str, rows: int) -> NDArray[np.uint8]:
        drawn = self.drawings[hand][1]
        real = next(one for one in drawn if one.method == REAL)
        return pairs(real.pictures, _shown_method(drawn).pictures, rows)

    def worst(self) -> list[tuple[str, NDArray[np.uint8]]]:
        """The worst glyphs: a caption, and a strip of real, drawn and the other methods', one below the other.

        Judged by our best method that took part (else the first): misread ones first, then by overlap.
        """
        places = []
        for hand, (chars, drawn) in self.drawings.items():
            judged = _shown_method(drawn)
            others = [one for one in drawn if one is not judged and one.method != REAL]
            real = next(one for one in drawn if one.method == REAL)
            for row, char in enumerate(chars):
                strip = np.vstack([one.pictures[row] for one in (real, judged, *others)])
                read = compose(*(int(part) for part in judged.read[row]))
                seen = "" if judged.right[row] else f" → {read}"
                key = (bool(judged.right[row]), float(judged.overlap[row]))
                places.append((key, f"{char}{seen} {hand}", strip))
        places.sort(key=lambda place: place[0])
        return [(caption, 255 - strip) for _, caption, strip in places[:WORST]]

    def _page(self, worst: Sequence[tuple[str, NDArray[np.uint8]]]) -> str:
        names = [name for name in self._methods() if name != REAL]
        judged = ADAPTED if ADAPTED in names else names[0] if names else REAL
        order = [REAL, judged, *(name for name in names if name != judged)]
        figures = "".join(
            f'<figure><img alt="" src="data:image/png;base64,{inlined(strip)}">'
            f"<figcaption>{html.escape(caption)}</figcaption></figure>"
            for caption, strip in worst
        )
        tables = "".join(_html_table(hand, self._of(hand)) + self._sets(hand) for hand in self.seeds)
        bars = "".join(f"<li>{html.escape(line)}</li>" for line in self.bars())
        return (
            '<!doctype html><meta charset="utf-8"><title>Sonmat: drawing</title><style>'
            "body{font:14px sans-serif;margin:2em}figure{display:inline-block;margin:4px;border:1px solid #ccc}"
            "figcaption{width:96px;font-size:11px;overflow-wrap:anywhere}"
            "td,th{padding:2px 8px;text-align:right}</style>"
            f"<h1>Drawing, {self.written} written</h1><ul>{bars}</ul>{_html_table('mean', self.means())}"
            f"{comparison.html_table('As sets: drawn over written, mean', comparison.means(self.comparisons))}"
            f"<h2>The {len(worst)} worst glyphs</h2><p>From above: {html.escape(', '.join(order))}. "
            f"Captions: the character, what the judge read, the hand.</p>{figures}<h2>Hands</h2>{tables}"
        )

    def _sets(self, hand: str) -> str:
        return comparison.html_table("as a set", [row for row in self.comparisons if row.hand == hand])


def _shown_method(drawn: Sequence[DrawnHand]) -> DrawnHand:
    by = {one.method: one for one in drawn}
    if ADAPTED in by:
        return by[ADAPTED]
    return next((one for one in drawn if one.method != REAL), drawn[0])


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if value == value]
    return fmean(there) if there else float("nan")


def _table(title: str, rows: Sequence[Row]) -> Table:
    """A table that fits 80 columns."""
    table = Table(title=title, caption=CAPTION, box=box.SIMPLE_HEAD, padding=0)
    table.add_column("method", no_wrap=True)
    for name in FIGURES:
        table.add_column(SHORT[name], justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.method, *(_shown(name, getattr(row, name)).removeprefix("0") or "0" for name in FIGURES))
    return table


def _shown(name: str, value: float) -> str:
    if value != value:
        return "–"
    return f"{value:.0f}" if name == "seconds" else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _html_table(title: str, rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("method", *FIGURES))
    body = "".join(
        f"<tr><td>{row.method}</td>"
        + "".join(f"<td>{_shown(name, getattr(row, name))}</td>" for name in FIGURES)
        + "</tr>"
        for row in rows
    )
    return f"<h3>{html.escape(title)}</h3><table><tr>{head}</tr>{body}</table>"


def _write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
