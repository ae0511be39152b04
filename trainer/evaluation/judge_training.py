"""Trains the judges on a CPU in minutes, and prints how well they do on real glyphs of hands new to them.

    python -m trainer.evaluation.judge_training --pack .pack --out runs/judges

What a character asks of any hand (``habits.CharacterEffect``) is measured on the same hands.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import as_pictures
from generator.model import half_precision, load_weights, save_weights
from templates.hangul import decompose, is_syllable
from trainer.augment import style_transform
from trainer.corpus import JUDGE_HANDS, Hand, load_hands
from trainer.evaluation.habits import CharacterEffect
from trainer.evaluation.judges import (
    READER_FILE,
    VECTOR_SIZE,
    WRITER_FILE,
    JudgeReader,
    Judges,
    JudgeWriter,
    nearest_hand,
)
from trainer.evaluation.material import judge_material
from trainer.evaluation.metrics import legible
from trainer.evaluation.variation import BLURS_PX, PENS, bent_grid, normalised, thicken, uniform

HAND_SHARE = 0.65
"""Share of the samples that come from the kept hands; the rest from the Debian fonts."""

INVENTED = 0.8
VARIANTS = 12
"""Writers made of each hand: itself, and itself in so many less one fixed slants, turns and proportions."""

SIZES = 0.08
"""A letter is made larger or smaller by up to exp of this."""
PLACES = 0.05
"""A letter is put aside by up to this share of half the frame."""

WRITER_GLYPHS = 120
"""Letters of each hand that the writer identifier is shown, each of one size, place and pen as where it judges."""

PROXY_BATCHES = 24
CENTROID_GLYPHS = 200
EFFECT_GLYPHS = 400
PEAK_RATE = 2e-3


Clock = Callable[[], float]
"""Tells seconds; those of the processor by default, so that a busy machine changes nothing."""


class JudgeSampler:
    """Random syllables of the judges' hands and fonts."""

    def __init__(self, kept: Sequence[Hand], fonts: Sequence[Hand], seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.hands = [*kept, *fonts]
        self.chars = [[char for char in hand.index if is_syllable(char)] for hand in self.hands]
        shares = [HAND_SHARE / len(kept)] * len(kept) + [(1 - HAND_SHARE) / len(fonts)] * len(fonts)
        self.shares = np.array(shares) / sum(shares)

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 1, 96, 96) in [0, 1], jamo (N, 3), number of the hand (N,)."""
        pictures, jamo = [], []
        hands = self.random.choice(len(self.hands), count, p=self.shares)
        for number in hands:
            char = self.chars[number][self.random.integers(len(self.chars[number]))]
            pictures.append(self.hands[number].picture(char))
            jamo.append(decompose(char))
        return as_pictures(torch.from_numpy(np.stack(pictures)))[:, None], torch.tensor(jamo), torch.from_numpy(hands)


def disturb(pictures: Tensor) -> Tensor:
    """Four in five glyphs (B, 1, H, W) slanted, stretched and inked otherwise; most bent as well."""
    count = len(pictures)
    invented = torch.rand(count) < INVENTED
    matrices = torch.where(invented[:, None, None], style_transform(count, pictures, 1.25), torch.eye(2, 3))
    grid = bent_grid(matrices, pictures.shape[-1], 0.7, 0.06)
    moved = F.grid_sample(pictures, grid, align_corners=False)
    pens = torch.randn(count).clamp(-1.5, 1.5) * 0.7
    return torch.where(invented[:, None, None, None], thicken(moved, pens), moved)


class InventedWriters:
    """Fixed shapes that make ``VARIANTS`` writers of every hand; the first changes nothing.

    Letters come of one size, place and pen (``variation.normalised``), and these still vary a little with every
    letter: they belong to pen, scan and cell, and a judge that went by them would not know the hand again when its
    strokes are 15 % too thick.
    """

    def __init__(self) -> None:
        self.matrices = style_transform(VARIANTS, torch.zeros(1), 1.2)
        self.matrices[0] = torch.eye(2, 3)
        shapes = self.matrices[:, :, :2]
        shapes /= torch.linalg.det(shapes).abs().sqrt().view(-1, 1, 1)
        self.matrices[:, :, 2] = 0

    def write(self, pictures: Tensor, hands: Tensor) -> tuple[Tensor, Tensor]:
        """Gives each (B, 1, H, W) glyph of a hand (B,) a random variant: pictures, and the writers' numbers."""
        count = len(hands)
        variant = torch.randint(VARIANTS, (count,))
        matrices = self.matrices[variant] + 0.008 * torch.randn(count, 2, 3)
        matrices[:, :, :2] *= torch.exp(uniform(count, -SIZES, SIZES)).view(-1, 1, 1)
        matrices[:, :, 2] += torch.empty(count, 2).uniform_(-PLACES, PLACES)
        moved = F.grid_sample(pictures, bent_grid(matrices, pictures.shape[-1], 0.5, 0.02), align_corners=False)
        inked = thicken(moved, uniform(count, *PENS), uniform(count, *BLURS_PX))
        return inked, hands * VARIANTS + variant


def _descend(
    network: nn.Module, extra: list[nn.Parameter], loss: Callable[[], Tensor], budget_s: float, clock: Clock
) -> None:
    """AdamW, the rate on a cosine over the seconds given."""
    optimizer = torch.optim.AdamW([*network.parameters(), *extra], lr=PEAK_RATE, weight_decay=2e-2)
    network.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    start, step, recent = clock(), 0, 0.0
    while (done := (clock() - start) / budget_s) < 1:
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * min(1.0, 0.05 + done / 0.05) * (0.01 + 0.5 * (1 + float(np.cos(np.pi * done))))
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step, recent = step + 1, 0.98 * recent + 0.02 * value.item()
        if step % 100 == 0:
            print(f"{type(network).__name__}: step {step}, {done:.0%} of the time, loss {recent:.3f}", flush=True)
    network.eval()


def train_judge_reader(
    reader: JudgeReader, sampler: JudgeSampler, budget_s: float, batch: int = 128, clock: Clock = time.process_time
) -> None:
    """Teaches the jamo reader on strongly changed glyphs, labels smoothed a little."""

    def loss() -> Tensor:
        pictures, jamo, _ = sampler.draw(batch)
        changed = disturb(pictures)
        with half_precision(torch.device("cpu")):
            heads = reader(changed.contiguous(memory_format=torch.channels_last))
        losses = [F.cross_entropy(heads[part].float(), jamo[:, part], label_smoothing=0.03) for part in range(3)]
        return torch.stack(losses).sum()

    _descend(reader, [], loss, budget_s, clock)


@torch.no_grad()
def _first_proxies(writer: JudgeWriter, writers: InventedWriters, sampler: JudgeSampler) -> Tensor:
    """A vector for every writer (W, 64): where the network puts some of its glyphs, and a little chance."""
    proxies = 0.1 * torch.randn(len(sampler.hands) * VARIANTS, VECTOR_SIZE)
    writer.eval()
    for _ in range(PROXY_BATCHES):
        pictures, _, hands = sampler.draw(128)
        changed, numbers = writers.write(pictures, hands)
        proxies.index_add_(0, numbers, writer(changed))
    return F.normalize(proxies, dim=-1)


def train_judge_writer(
    writer: JudgeWriter, sampler: JudgeSampler, budget_s: float, batch: int = 128, clock: Clock = time.process_time
) -> None:
    """Teaches the writer identifier: a cosine softmax with a margin over all writers (CosFace, arXiv:1801.09414)."""
    writers = InventedWriters()
    proxies = nn.Parameter(_first_proxies(writer, writers, sampler))
    scale, margin = 20.0, 0.15

    def loss() -> Tensor:
        pictures, _, hands = sampler.draw(batch)
        changed, numbers = writers.write(pictures, hands)
        with half_precision(torch.device("cpu")):
            vectors = writer(changed.contiguous(memory_format=torch.channels_last))
        cosine = vectors.float() @ F.normalize(proxies, dim=-1).T
        return F.cross_entropy(scale * (cosine - margin * F.one_hot(numbers, len(proxies))), numbers)

    _descend(writer, [proxies], loss, budget_s, clock)


def normalised_hand(hand: Hand, count: int, random: np.random.Generator) -> Hand:
    """Some letters of a hand, of one size, place and pen."""
    pictures, chars = real_sample(hand, count, random)
    return Hand(hand.name, normalised(pictures), {char: row for row, char in enumerate(chars)})


def real_sample(hand: Hand, count: int, random: np.random.Generator) -> tuple[NDArray[np.uint8], list[str]]:
    """Real syllables of a packed hand: pictures (N, 96, 96) and their characters."""
    chars = [char for char in hand.index if is_syllable(char)]
    picked = [chars[row] for row in random.permutation(len(chars))[:count]]
    return np.stack([hand.picture(char) for char in picked]), picked


def know_hands(judges: Judges, pack: Path) -> Judges:
    """The same judges, who have now seen ``CENTROID_GLYPHS`` letters of every hand of ``pack/train``."""
    random = np.random.default_rng(11)
    hands = load_hands(pack / "train")
    return replace(
        judges, known={hand.name: judges.centroid(real_sample(hand, CENTROID_GLYPHS, random)[0]) for hand in hands}
    )


def measure_characters(hands: Sequence[Hand], count: int = EFFECT_GLYPHS) -> CharacterEffect:
    """What characters ask of any hand, from so many letters of each."""
    random = np.random.default_rng(3)
    samples = [real_sample(hand, count, random) for hand in hands]
    return CharacterEffect.fit([(chars, pictures) for pictures, chars in samples])


def judge_real_glyphs(judges: Judges, pack: Path, count: int = 400) -> Table:
    """How the judges do on the real glyphs of ``pack/valid``: legible, and found among all packed hands."""
    random = np.random.default_rng(7)
    valid = load_hands(pack / "valid")
    centroids = [judges.centroid(real_sample(hand, CENTROID_GLYPHS, random)[0]) for hand in valid]
    centroids += judges.known.values()
    table = Table("hand", *("initial", "medial", "final"), "legible", f"writer (of {len(centroids)})")
    rows = []
    for number, hand in enumerate(valid):
        pictures, chars = real_sample(hand, count, random)
        read, wanted = judges.read(pictures), np.array([decompose(char) for char in chars])
        found = nearest_hand(judges.vectors(pictures), centroids) == number
        rows.append([*(read == wanted).mean(axis=0), legible(read, wanted).mean(), found.mean()])
        table.add_row(hand.name, *(f"{value:.3f}" for value in rows[-1]))
    table.add_section()
    table.add_row("mean", *(f"{value:.3f}" for value in np.mean(rows, axis=0)))
    return table


def _train(
    kept: Sequence[Hand], fonts: Sequence[Hand], out: Path, reader_s: float, writer_s: float, more: bool, seed: int
) -> None:
    """Trains what has been given time, from the start or, with ``more``, from the weights in ``out``."""
    reader, writer = JudgeReader(), JudgeWriter()
    for network, file in ((reader, READER_FILE), (writer, WRITER_FILE)):
        if more and (out / file).exists():
            load_weights(network, out / file)
    if reader_s:
        train_judge_reader(reader, JudgeSampler(kept, fonts, seed), reader_s)
        save_weights(reader, out / READER_FILE)
    if writer_s:
        random = np.random.default_rng(seed)
        kept, fonts = ([normalised_hand(hand, WRITER_GLYPHS, random) for hand in hands] for hands in (kept, fonts))
        train_judge_writer(writer, JudgeSampler(kept, fonts, seed), writer_s)
        save_weights(writer, out / WRITER_FILE)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Train the judges of the drawing benchmark.")
    parser.add_argument("--pack", type=Path, default=Path(".pack"), help="packed corpus (train/ and valid/)")
    parser.add_argument("--out", type=Path, default=Path("runs/judges"), help="folder for the weights")
    parser.add_argument("--reader-s", type=float, default=720.0, help="CPU seconds for the jamo reader; 0: keep it")
    parser.add_argument("--writer-s", type=float, default=480.0, help="the same for the writer identifier; 0: keep it")
    parser.add_argument("--more", action="store_true", help="go on from the weights in --out")
    parser.add_argument("--seed", type=int, default=0, help="another one when going on, for other samples")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    asked.out.mkdir(parents=True, exist_ok=True)
    kept, fonts = judge_material(asked.pack)
    _train(kept, fonts, asked.out, asked.reader_s, asked.writer_s, asked.more, asked.seed)
    judges = know_hands(Judges.load(asked.out), asked.pack)
    judges.save(asked.out)
    measure_characters(load_hands(asked.pack / "train", JUDGE_HANDS)).save(asked.out)
    Console().print(judge_real_glyphs(judges, asked.pack))


if __name__ == "__main__":
    main()
