"""Trains the judge that tells drawn letters from written ones, on the judges' hands.

    python -m trainer.evaluation.two_sample_training --fonts corpus/train --out runs/judges

Each of these hands writes a sheet; the generator draws other syllables, unadapted from every seed in turn and, for
some hands, adapted; beside them lie the hand's own of the same characters. What was drawn is kept in the run's folder.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from generator.frame import Frame
from generator.layers import as_pictures
from generator.model import load_model, save_weights
from generator.seeds import PLAINEST_FIRST
from templates.charset import hangul_set
from trainer.adapt import AdaptConfig, adapt
from trainer.corpus import JUDGE_HANDS, RENDER_EM_PX, font_files, open_font, render_font
from trainer.evaluation.bench import unseen_syllables, write_directly
from trainer.evaluation.methods import ours
from trainer.evaluation.two_sample import TWO_SAMPLE_FILE, TwoSampleJudge, area_under_curve, vary
from trainer.evaluation.variation import centred

SETS = ("256", "100", "28")
PEAK_RATE = 3e-3
HELD_HANDS = 2
"""Of the judges' hands: left out of training, to say how well the judge tells."""

ADAPTED_WEIGHT = 6
"""Adapted pairs are few, and what is measured is adapted: each counts as so many."""

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Written and drawn letters of the same characters, (N, 96, 96) each."""


def draw_pair(font: Path, number: int, letters: int, steps: int) -> Pair:
    """A hand's own letters and the generator's, ``number`` picks seed and sheet; adapted for so many steps."""
    sheet = write_directly(font, hangul_set(SETS[number % len(SETS)]))
    seed = PLAINEST_FIRST[number % len(PLAINEST_FIRST)]
    chars = unseen_syllables(open_font(font, RENDER_EM_PX)[1], list(sheet), letters, number)
    own = {glyph.char: glyph for glyph in render_font(font, chars)}
    frame = Frame.fit(sheet.values())
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "adapted.pt" if steps else None
        if weights:
            adapt(sheet, seed, weights, config=AdaptConfig(steps=steps))
        drawn = ours(load_model(weights), sheet, seed)(list(own))
    return np.stack([frame.picture(glyph) for glyph in own.values()]), drawn


def draw_pairs(fonts: Sequence[Path], folder: Path, letters: int, adapted: int, steps: int) -> list[list[Pair]]:
    """The pairs of each hand, those in ``folder`` as they are; the last HELD_HANDS and ``adapted`` more are adapted."""
    folder.mkdir(parents=True, exist_ok=True)
    hands = []
    for number, font in enumerate(fonts):
        ways = [0, steps] if number >= len(fonts) - adapted - HELD_HANDS else [0]
        pairs = []
        for way in ways:
            path = folder / f"{font.stem}-{way}.npz"
            if not path.exists():
                written, drawn = draw_pair(font, number, letters, way)
                np.savez_compressed(path, written=written, drawn=drawn)
                print(f"drawn: {path.stem}", flush=True)
            with np.load(path, allow_pickle=False) as file:
                pairs.append((file["written"], file["drawn"]))
        hands.append(pairs)
    return hands


def train_two_sample(
    pairs: Sequence[Pair], budget_s: float, batch: int = 64, clock: Callable[[], float] = time.process_time
) -> TwoSampleJudge:
    """A judge trained for so many seconds on as many drawn as written letters, every pair as often as another."""
    random, judge = np.random.default_rng(0), TwoSampleJudge()
    stacks = [[as_pictures(torch.from_numpy(centred(side)))[:, None] for side in pair] for pair in pairs]
    optimizer = torch.optim.AdamW(judge.parameters(), PEAK_RATE, weight_decay=3e-2)
    judge.train()
    start = clock()
    wanted = torch.arange(batch) % 2
    while (done := (clock() - start) / budget_s) < 1:
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * (0.02 + 0.49 * (1 + float(np.cos(np.pi * done))))
        chosen = random.integers(len(pairs), size=batch)
        some = [stacks[row][side] for row, side in zip(chosen, wanted.tolist(), strict=True)]
        letters = torch.stack([stack[random.integers(len(stack))] for stack in some])
        loss = F.binary_cross_entropy_with_logits(judge(vary(letters)), 0.9 * wanted + 0.05)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return judge.eval().requires_grad_(False)


def main() -> None:
    """Reads the command line, draws, trains, and says how well the hands left out are told."""
    parser = argparse.ArgumentParser(description="Train the judge that tells drawn from written letters.")
    parser.add_argument("--fonts", type=Path, default=Path("corpus/train"))
    parser.add_argument("--pairs", type=Path, default=Path("runs/two-sample"), help="folder for what is drawn")
    parser.add_argument("--letters", type=int, default=160, help="letters a hand and way")
    parser.add_argument("--adapted", type=int, default=3, help="hands drawn adapted as well, beside those left out")
    parser.add_argument("--steps", type=int, default=56, help="of adaptation")
    parser.add_argument("--seconds", type=float, default=240.0, help="CPU seconds of training")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/judges"))
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(0)
    fonts = [file for file in font_files(asked.fonts) if file.stem in JUDGE_HANDS]
    if len(fonts) <= HELD_HANDS:
        raise SystemExit(f"{asked.fonts} has {len(fonts)} of the judges' hands; more than {HELD_HANDS} are needed")
    hands = draw_pairs(fonts, asked.pairs, asked.letters, asked.adapted, asked.steps)
    pairs = [pair for unadapted, *adapted in hands[:-HELD_HANDS] for pair in (unadapted, *adapted * ADAPTED_WEIGHT)]
    judge = train_two_sample(pairs, asked.seconds)
    asked.out.mkdir(parents=True, exist_ok=True)
    save_weights(judge, asked.out / TWO_SAMPLE_FILE)
    for font, pairs in zip(fonts[-HELD_HANDS:], hands[-HELD_HANDS:], strict=True):
        told = [area_under_curve(judge.scores(drawn), judge.scores(written)) for written, drawn in pairs]
        print(font.stem, "unadapted, adapted:", *(f"{value:.3f}" for value in told))


if __name__ == "__main__":
    main()
