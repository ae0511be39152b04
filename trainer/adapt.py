"""Adaptation: a minute of fine-tuning that teaches the generator one hand.

Half of every batch are written glyphs, drawn from the writer's other glyphs and compared with the true ones; the
other half are syllables nobody wrote, which only have to be readable and to point like this hand. The second half
is what keeps rare syllables whole while the likeness grows.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.drawing import Drawer, read_confidence
from generator.layers import as_pictures
from generator.model import Model, ema_update, half_precision, load_model, load_weights, save_weights
from generator.network import Discriminator
from generator.seeds import enlarge, load_seed
from templates.glyphs import GlyphSet
from templates.hangul import SYLLABLES
from trainer.augment import invent_hands
from trainer.losses import (
    feature_matching_loss,
    hinge_real_fake,
    pixel_loss,
    shift_tolerant_loss,
    towards_hand_loss,
)
from trainer.recognisers import reader_loss

DATA = Path(__file__).parent / "data"
Progress = Callable[[float, str], None]
Show = Callable[[NDArray[np.uint8]], None]
"""Told how the network draws some letters by now: (N, FRAME_PX, FRAME_PX), ink 255."""


@dataclass(frozen=True)
class AdaptConfig:
    """How a hand is learnt; the defaults are those of the table in ``trainer/README.md``."""

    steps: int = 140
    batch: int = 24
    paired: int = 12
    """Of the batch: written glyphs, compared with the true ones."""
    rate: float = 3e-4
    discriminator_rate: float = 4e-4
    held_out_share: float = 0.12
    look_every: int = 28
    """Steps between two evaluation points."""
    show_every: int = 14
    """Steps between two showings to whoever watches."""
    keep: float = 0.97
    """Of the moving average of the weights, each step."""
    tolerant: float = 12.0
    pixel: float = 0.5
    reader: float = 0.8
    patch: float = 0.3
    features: float = 6.0
    judge_hand: float = 0.15
    embedded_hand: float = 0.2
    legible_slack: float = 0.01
    """Share of readable syllables that a point may lie below the unadapted network, or below the true glyphs."""
    seed: int = 0


@dataclass(frozen=True)
class EvaluationPoint:
    """What one point at the network found, on letters it does not train on.

    Attributes:
        legible: share of syllables nobody wrote that the product's reader reads right.
        likeness: mean cosine of drawn syllables to the hand's code.
        distance: shift-tolerant distance of the held-out written glyphs; 0 where too few are written to hold any.
    """

    seconds: float
    legible: float
    likeness: float
    distance: float


@dataclass(frozen=True)
class AdaptReport:
    """What adaptation did: every point, and which one was kept (0: the network as it was)."""

    steps: int
    seconds: float
    held_out: int
    true: EvaluationPoint
    """The writer's own glyphs, looked at in the same way."""
    kept: int
    evaluation_points: tuple[EvaluationPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a report."""
        return asdict(self)


class Adaptation:
    """The state of one adaptation: the hand, the learning network and its discriminator."""

    def __init__(self, model: Model, written: GlyphSet, seed: str, config: AdaptConfig) -> None:
        self.config, self.model = config, model
        self.random = np.random.default_rng(config.seed)
        torch.manual_seed(config.seed)
        self.drawer = Drawer(model, written, load_seed(seed))
        count = len(self.drawer.chars)
        held = min(24, round(config.held_out_share * count)) if count >= 12 else 0
        order = self.random.permutation(count)
        self.held, self.taught = order[:held], order[held:]
        self.unwritten = [char for char in SYLLABLES if char not in written]
        self.looked_at = [self.unwritten[row] for row in self.random.permutation(len(self.unwritten))[:192]]
        self.discriminator = Discriminator()
        load_weights(self.discriminator, DATA / "discriminator.pt")
        self.discriminator.to(model.device)
        self.bank = torch.from_numpy(np.load(DATA / "hand_codes.npy").astype(np.float32)).to(model.device)
        self.learner = copy.deepcopy(model.generator).requires_grad_(True)
        self.average = model.generator
        self.code = torch.from_numpy(self.drawer.code).to(model.device)
        self.optimizer = torch.optim.AdamW(self.learner.parameters(), config.rate, (0.5, 0.99), weight_decay=0.0)
        self.discriminator_optimizer = torch.optim.AdamW(
            self.discriminator.parameters(), config.discriminator_rate, (0.5, 0.99)
        )

    def _batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures (B, 7, F, F), jamo (B, 3), true glyphs of the paired (P, 1, F, F); lightly reinvented together."""
        config = self.config
        rows = self.random.choice(self.taught, min(config.paired, len(self.taught)), replace=False)
        free = self.random.integers(len(self.unwritten), size=config.batch - len(rows))
        chars = [self.drawer.chars[row] for row in rows] + [self.unwritten[row] for row in free]
        pictures, jamo = self.drawer.inputs(chars, self.random)
        true = as_pictures(torch.from_numpy(self.drawer.own[rows]))[:, None]
        return pictures.to(self.model.device), jamo.to(self.model.device), true.to(self.model.device)

    def _real(self, count: int) -> tuple[Tensor, Tensor]:
        """Written glyphs with the seed's rendering of them, for the discriminator."""
        rows = self.random.choice(self.taught, count)
        real = as_pictures(torch.from_numpy(self.drawer.own[rows]))[:, None]
        seed = enlarge(as_pictures(torch.from_numpy(self.drawer.own_seed[rows]))[:, None])
        return invent_hands(real, 0.5, 0.15).to(self.model.device), seed.to(self.model.device)

    def step(self) -> None:
        """One step of discriminator and learner."""
        config, device = self.config, self.model.device
        pictures, jamo, true = self._batch()
        seed_target = pictures[:, :1]
        code = self.code.expand(len(jamo), -1)
        with half_precision(device):
            logits = self.learner(pictures.contiguous(memory_format=torch.channels_last), code, jamo)
        logits = logits.float()
        fake, paired = torch.sigmoid(logits), len(true)
        self._train_discriminator(fake.detach(), seed_target)
        self.discriminator.requires_grad_(False)
        with half_precision(device):
            patch, vectors, drawn = self.discriminator(fake, seed_target)
            with torch.no_grad():
                features = self.discriminator(true, seed_target[:paired])[2]
            loss = (
                config.tolerant * shift_tolerant_loss(fake[:paired], true)
                + config.pixel * pixel_loss(logits[:paired], true)
                + config.reader * reader_loss(self.model.reader, fake, jamo)
                - config.patch * patch.float().mean()
                + config.features * feature_matching_loss([layer[:paired] for layer in drawn], features)
                + config.judge_hand * towards_hand_loss(vectors, self.code, self.bank)
                + config.embedded_hand * towards_hand_loss(self.model.embedder(fake), self.code, self.bank)
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 2.0)
        self.optimizer.step()
        self.discriminator.requires_grad_(True)

    def _train_discriminator(self, fake: Tensor, seed_target: Tensor) -> None:
        real, seed = self._real(len(fake))
        with half_precision(self.model.device):
            patch, vectors, _ = self.discriminator(torch.cat([real, fake]), torch.cat([seed, seed_target]))
            loss = hinge_real_fake(patch[: len(real)], patch[len(real) :])
            loss = loss + 0.5 * towards_hand_loss(vectors[: len(real)], self.code, self.bank)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimizer.step()

    def ema_update(self) -> None:
        """Moves the average, which is what draws, towards the learner."""
        ema_update(self.average, self.learner, 1 - self.config.keep)

    @torch.inference_mode()
    def point(self, seconds: float) -> EvaluationPoint:
        """Draws unwritten syllables and the held-out glyphs with the average, and measures them."""
        legible, likeness = self._read(self.drawer.pictures(self.looked_at), self.looked_at)
        distance = 0.0
        if len(self.held):
            drawn = self.drawer.pictures([self.drawer.chars[row] for row in self.held])
            true = as_pictures(torch.from_numpy(self.drawer.own[self.held]))[:, None]
            distance = float(shift_tolerant_loss(as_pictures(torch.from_numpy(drawn))[:, None], true))
        return EvaluationPoint(round(seconds, 1), legible, likeness, round(distance, 5))

    def true_evaluation_point(self) -> EvaluationPoint:
        """The same figures of the written glyphs themselves."""
        return EvaluationPoint(0.0, *self._read(self.drawer.own, self.drawer.chars), 0.0)

    @torch.inference_mode()
    def _read(self, pictures: NDArray[np.uint8], chars: list[str]) -> tuple[float, float]:
        legible = float((read_confidence(self.model, pictures, chars) > 0.5).mean())
        stack = as_pictures(torch.from_numpy(pictures)).to(self.model.device)[:, None]
        likeness = float((self.model.embedder(stack) @ F.normalize(self.code, dim=0)).mean())
        return round(legible, 4), round(likeness, 4)


def best_evaluation_point(evaluation_points: list[EvaluationPoint], true: EvaluationPoint, slack: float) -> int:
    """The point to keep: nearest in likeness and in shape, of those that read as well as the first or the true glyphs.

    Likeness beyond that of the true glyphs counts for nothing: it flatters the embedder, not the eye.
    """
    first = evaluation_points[0]
    floor = min(first.legible, true.legible) - slack

    def gain(number: int) -> float:
        point = evaluation_points[number]
        alike = min(point.likeness, true.likeness) / max(true.likeness, 1e-6)
        return alike - point.distance / max(first.distance, 1e-6)

    fair = [
        number
        for number, point in enumerate(evaluation_points)
        if point.legible >= floor and point.likeness >= first.likeness
    ]
    return max([0, *fair], key=gain)


def adapt(
    written: GlyphSet,
    seed: str,
    out: Path,
    *,
    device: str = "auto",
    progress: Progress | None = None,
    show: Show | None = None,
    shown: str = "",
    config: AdaptConfig | None = None,
    base: Path | None = None,
) -> AdaptReport:
    """Fine-tunes the generator on one hand and writes the weights to ``out``.

    Every few steps it is evaluated on letters it does not train on, and the best weights are kept; those may
    be the network as it was, so adapting never makes a hand worse by its own measure.

    Args:
        seed: the seed the hand will be drawn with.
        show: told every few steps how the ``shown`` syllables are drawn by now, before the first step as well.
        base: weights to start from; the shipped ones by default.

    Raises:
        ValueError: no syllable is written.
    """
    config = config or AdaptConfig()
    state = Adaptation(load_model(base, device), written, seed, config)
    evaluation_points, snapshots = [state.point(0.0)], [copy.deepcopy(state.average.state_dict())]
    start, steps = time.monotonic(), 0
    if show:
        show(state.drawer.pictures(shown))
    while steps < config.steps:
        for group in state.optimizer.param_groups:
            group["lr"] = config.rate * min(1.0, (steps + 1) / 20) * (1 - 0.8 * steps / config.steps)
        state.step()
        state.ema_update()
        steps += 1
        if steps % config.look_every == 0 or steps == config.steps:
            evaluation_points.append(state.point(time.monotonic() - start))
            snapshots.append(copy.deepcopy(state.average.state_dict()))
        if show and (steps % config.show_every == 0 or steps == config.steps):
            show(state.drawer.pictures(shown))
        if progress:
            progress(steps / config.steps, "adapt")
    true = state.true_evaluation_point()
    kept = best_evaluation_point(evaluation_points, true, config.legible_slack)
    state.average.load_state_dict(snapshots[kept])
    save_weights(state.average, out)
    return AdaptReport(steps, round(time.monotonic() - start, 1), len(state.held), true, kept, tuple(evaluation_points))
