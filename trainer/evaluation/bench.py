"""The drawing benchmark: hands that nobody trained on, drawn from some written glyphs, against their own letters.

    sonmat evaluate --fonts corpus/valid --set 256 --out out/bench-drawing

Each font pretends to fill in the sheet; every method then draws syllables that were not written, and the judges
compare them with the font's own. Saved: ``bench.json``, ``table.csv``, ``index.html`` with the worst glyphs first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from generator.frame import Frame
from templates.charset import hangul_set
from templates.glyphs import GlyphSet, Source
from templates.hangul import SYLLABLES, decompose, is_common
from trainer.corpus import RENDER_EM_PX, font_files, open_font, render_font
from trainer.evaluation import metrics
from trainer.evaluation.comparison import ENOUGH, Letters, Measures
from trainer.evaluation.judges import Judges, nearest_hand
from trainer.evaluation.methods import METHODS, get_ready
from trainer.evaluation.report import REAL, DrawnHand, Report, Row

Write = Callable[[Path, Sequence[str]], GlyphSet]
"""How a font fills in the sheet: the font's file and the characters to what was read from the sheet."""


def write_directly(font: Path, chars: Sequence[str]) -> GlyphSet:
    """The glyphs as the font renders them, without paper and camera."""
    return GlyphSet.of(font.stem, [replace(glyph, source=Source.WRITTEN) for glyph in render_font(font, chars)])


def unseen_syllables(known: frozenset[str], written: Sequence[str], count: int, seed: int = 0) -> list[str]:
    """``count`` syllables a font draws that were not written: half common (KS X 1001), half rare, as far as they go."""
    random = np.random.default_rng(seed)
    pool = [char for char in SYLLABLES if char in known and char not in set(written)]
    common = [char for char in pool if is_common(char)]
    rare = [char for char in pool if not is_common(char)]
    rare_count = min(count // 2, len(rare))
    chosen = [common[row] for row in random.permutation(len(common))[: count - rare_count]]
    return chosen + [rare[row] for row in random.permutation(len(rare))[:rare_count]]


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand under test.

    Attributes:
        font: its file; the index, where the hand is a real person's (``real_writing``).
        own: (W, 96, 96) the ``written`` syllables as the hand itself writes them, for its centroid.
        chars: unseen syllables; ``real`` (N, 96, 96) the hand's own, in the frame of the written ones.
        more: syllables to draw beside those, of which there is no true letter.
    """

    name: str
    font: Path
    written: list[str]
    own: NDArray[np.uint8]
    chars: list[str]
    real: NDArray[np.uint8]
    more: Sequence[str] = ()

    def true_letters(self) -> tuple[NDArray[np.uint8], list[str]]:
        """What a set of drawn letters is compared with: those of the same characters, all where these are few."""
        if len(self.chars) >= ENOUGH:
            return self.real, self.chars
        return np.concatenate([self.own, self.real]), [*self.written, *self.chars]


def open_hand(font: Path, written: Sequence[str], unseen: int) -> Hand:
    """Renders a font's written and unseen syllables in one frame, fitted to the written ones."""
    chars = unseen_syllables(open_font(font, RENDER_EM_PX)[1], written, unseen)
    own, real = render_font(font, written), render_font(font, chars)
    frame = Frame.fit(own)
    return Hand(
        font.stem,
        font,
        [glyph.char for glyph in own],
        np.stack([frame.picture(glyph) for glyph in own]),
        [glyph.char for glyph in real],
        np.stack([frame.picture(glyph) for glyph in real]),
    )


class Bench:
    """The judges, and every hand a glyph could be taken for: the fonts under test and the training hands."""

    def __init__(self, hands: Mapping[str, NDArray[np.uint8]], judges: Judges) -> None:
        self.judges = judges
        self.measures = Measures.load(judges)
        centroids = {**judges.known, **{name: judges.centroid(own) for name, own in hands.items()}}
        self.names = list(centroids)
        self.centroids = list(centroids.values())

    def measure(self, hand: Hand, method: str, drawn: NDArray[np.uint8], seconds: float) -> tuple[Row, DrawnHand]:
        """A row of the table, and glyph by glyph what is needed to show the worst; drawn: (N, 96, 96) of ``chars``."""
        wanted = np.array([decompose(char) for char in hand.chars])
        read = self.judges.read(drawn)
        right = metrics.legible(read, wanted)
        nearest = nearest_hand(self.judges.vectors(drawn), self.centroids)
        overlap, faults = metrics.soft_iou(drawn, hand.real), metrics.faults(drawn, hand.real)
        common = np.array([is_common(char) for char in hand.chars])
        row = Row(
            hand=hand.name,
            method=method,
            legible=float(right.mean()),
            legible_common=float(right[common].mean()) if common.any() else float("nan"),
            legible_rare=float(right[~common].mean()) if (~common).any() else float("nan"),
            writer=float((nearest == self.names.index(hand.name)).mean()),
            l1=float(metrics.stroke_l1(drawn, hand.real).mean()),
            iou=float(overlap.mean()),
            ink=float(metrics.ink_ratio(drawn, hand.real).mean()),
            smear=float(metrics.smear(drawn).mean()),
            breaks=float(faults[:, 0].mean()),
            joins=float(faults[:, 1].mean()),
            specks=float(faults[:, 2].mean()),
            holes=float(faults[:, 3].mean()),
            seconds=seconds,
        )
        return row, DrawnHand(method, drawn, read, right, overlap)

    def letters(self, pictures: NDArray[np.uint8], chars: Sequence[str]) -> Letters:
        """What is measured of a set of letters."""
        return Letters.of(pictures, chars, self.measures)


def evaluate(
    fonts: Path,
    out: Path,
    *,
    written: str = "256",
    unseen: int = 400,
    hands: Sequence[str] = (),
    methods: Sequence[str] = METHODS,
    device: str = "auto",
    write: Write = write_directly,
    console: Console | None = None,
) -> Report:
    """Runs the benchmark and saves its report in ``out``.

    Args:
        fonts: folder of TTF, OTF or WOFF2 hands; all of them are candidates for the writer judge.
        written: the set of the sheet that is filled in: "256", "100" or "28".
        hands: names of the fonts to measure; none for all.
        methods: of ``methods.METHODS``.
        write: how the sheet is filled in and read; directly by default.

    Raises:
        FileNotFoundError: no font of these names in ``fonts``.
    """
    chars = hangul_set(written)
    files = font_files(fonts)
    chosen = {file.stem for file in files if not hands or file.stem in hands}
    if not chosen or set(hands) - chosen:
        raise FileNotFoundError(f"{fonts} has no font named {', '.join(set(hands) - chosen) or '*'}")
    known = {file.stem: open_hand(file, chars, unseen if file.stem in chosen else 1) for file in files}
    bench = Bench({name: hand.own for name, hand in known.items()}, Judges.load())
    subjects = ((known[name], write(known[name].font, chars)) for name in sorted(chosen))
    return measure_hands(bench, subjects, Report(written), out, methods, device, console or Console())


def measure_hands(
    bench: Bench,
    subjects: Iterable[tuple[Hand, GlyphSet]],
    report: Report,
    out: Path,
    methods: Sequence[str],
    device: str,
    console: Console,
) -> Report:
    """Draws each hand from what was read of its sheet, measures it, and saves the report after every hand."""
    for hand, sheet in subjects:
        console.print(f"[bold]{hand.name}[/]: {len(hand.own)} written, {len(hand.chars)} unseen")
        seed, ready = get_ready(sheet, methods, device=device, progress=console.print)
        true = bench.letters(*hand.true_letters())
        report.add(hand.name, seed, hand.chars, [bench.measure(hand, REAL, hand.real, 0.0)])
        report.add_letters(hand.name, REAL, true, true)
        for method in ready:
            start = time.monotonic()
            drawn = method.draw([*hand.chars, *hand.more])
            seconds = method.ready_s + time.monotonic() - start
            count = len(hand.chars)
            report.add(hand.name, seed, hand.chars, [bench.measure(hand, method.name, drawn[:count], seconds)])
            report.add_letters(hand.name, method.name, bench.letters(drawn, [*hand.chars, *hand.more]), true)
        console.print(report.table(hand.name))
        console.print(report.comparison_table(hand.name))
        report.save(out)
    console.print(report.mean_table())
    console.print(report.comparison_table())
    for line in report.bars():
        console.print(line)
    return report
