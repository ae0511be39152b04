"""What each part of adaptation is worth: the same hands drawn with one thing changed at a time.

    python -m trainer.evaluation.ablation --fonts corpus/valid --hands HiMelody,NanumSeACe --out out/ablation

A row a variant, the mean over the hands; the first row is the product as it is. Saved as ``ablation.csv``.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from rich.console import Console

from generator.model import load_model
from generator.seeds import PLAINEST_FIRST
from templates.charset import SET_NAMES, hangul_set
from trainer.adapt import AdaptConfig, adapt
from trainer.corpus import font_files
from trainer.evaluation.bench import Bench, Hand, open_hand, write_directly
from trainer.evaluation.judges import Judges
from trainer.evaluation.methods import ours
from trainer.evaluation.report import FIGURES, Row
from trainer.seedlib import SeedChoice, choose_seed


@dataclass(frozen=True)
class Variant:
    """One change: another rule for the seed, or other numbers of the adaptation."""

    name: str
    seed: str = "tried"
    """"tried" (as the product does), "nearest" or "farthest" in the embedding, "random", or a seed's name."""
    changes: dict[str, Any] = field(default_factory=dict)


VARIANTS = (
    Variant("as it is"),
    Variant("not adapted", changes={"steps": 0}),
    Variant("nearest seed", seed="nearest"),
    Variant("farthest seed", seed="farthest"),
    Variant("random seed", seed="random"),
    *(Variant(f"always {name}", seed=name) for name in PLAINEST_FIRST),
    Variant("written letters only", changes={"paired": AdaptConfig.batch}),
    Variant("without the reader", changes={"reader": 0.0}),
    Variant("without the discriminator", changes={"patch": 0.0, "features": 0.0, "judge_hand": 0.0}),
    Variant("without the hand's losses", changes={"judge_hand": 0.0, "embedded_hand": 0.0}),
    Variant("pixel loss for the tolerant", changes={"tolerant": 0.0, "pixel": 1.0}),
)


def pick_seed(rule: str, choice: SeedChoice, hand: str) -> str:
    """The seed a rule picks for a hand; "random" is by the hand's name, the same at every run."""
    if rule == "tried":
        return choice.name
    if rule == "nearest":
        return choice.ranked[0][0]
    if rule == "farthest":
        return choice.ranked[-1][0]
    if rule == "random":
        return PLAINEST_FIRST[zlib.crc32(hand.encode()) % len(PLAINEST_FIRST)]
    return rule


def run_method(bench: Bench, hand: Hand, written: str, variant: Variant, config: AdaptConfig) -> Row:
    """Adapts and draws one hand with one thing changed, and measures it."""
    sheet = write_directly(hand.font, hangul_set(written))
    seed = pick_seed(variant.seed, choose_seed(sheet), hand.name)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "adapted.pt"
        adapt(sheet, seed, weights, config=replace(config, **variant.changes))
        drawn = ours(load_model(weights), sheet, seed)(hand.chars)
    return bench.measure(hand, variant.name, drawn, time.monotonic() - start)[0]


def ablate(
    fonts: Path, hands: Sequence[str], out: Path, variants: Sequence[Variant], written: str, unseen: int, steps: int
) -> list[Row]:
    """Runs the variants on the hands; prints and saves a row of means for each.

    Raises:
        FileNotFoundError: no font of these names in ``fonts``.
    """
    files = font_files(fonts)
    if missing := set(hands) - {file.stem for file in files}:
        raise FileNotFoundError(f"{fonts} has no font named {', '.join(sorted(missing))}")
    chars = hangul_set(written)
    known = {file.stem: open_hand(file, chars, unseen if file.stem in hands else 1) for file in files}
    bench = Bench({name: hand.own for name, hand in known.items()}, Judges.load())
    config = AdaptConfig(steps=steps)
    out.mkdir(parents=True, exist_ok=True)
    means: list[Row] = []
    with (out / "ablation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([entry.name for entry in fields(Row)][1:])
        for variant in variants:
            rows = [run_method(bench, known[name], written, variant, config) for name in hands]
            mean = Row("mean", variant.name, **{name: fmean(getattr(row, name) for row in rows) for name in FIGURES})
            means.append(mean)
            writer.writerow([mean.method, *(round(getattr(mean, name), 4) for name in FIGURES)])
            file.flush()
            shown = "  ".join(f"{name} {getattr(mean, name):.3f}" for name in ("legible", "writer", "l1", "iou"))
            Console().print(f"{variant.name:30} {shown}")
    return means


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="What each part of adaptation is worth.")
    parser.add_argument("--fonts", type=Path, default=Path("corpus/valid"))
    parser.add_argument("--hands", required=True, help="names of fonts, comma between")
    parser.add_argument("--variants", default="", help="names of variants, comma between; all by default")
    parser.add_argument("--written", choices=SET_NAMES, default="256")
    parser.add_argument("--unseen", type=int, default=200, help="syllables drawn per hand")
    parser.add_argument("--steps", type=int, default=AdaptConfig.steps)
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0: torch's choice")
    parser.add_argument("--out", type=Path, default=Path("out/ablation"))
    asked = parser.parse_args()
    if asked.threads:
        torch.set_num_threads(asked.threads)
    wanted = [name for name in asked.variants.split(",") if name]
    variants = [variant for variant in VARIANTS if not wanted or variant.name in wanted]
    ablate(asked.fonts, asked.hands.split(","), asked.out, variants, asked.written, asked.unseen, asked.steps)


if __name__ == "__main__":
    main()
