"""Pre-training of the generator: one script for a CPU, a GPU, or many under torchrun; resumable to the step.

run/config.json   what was asked
run/last.pt       everything needed to go on
run/curves.csv    the losses by step; curves.png shows them
run/samples/      pictures: target, drawn, shown
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from generator.model import ema_update, half_precision, load_weights, pick_device
from generator.network import Discriminator, Generator, analogy
from generator.recognisers import HandEmbedder, JamoReader
from generator.references import ABSENT
from generator.seeds import DATA as GENERATOR_DATA
from generator.seeds import PLAINEST_FIRST, load_seed, seed_names
from trainer.adapt import DATA as TRAINER_DATA
from trainer.augment import invent_hands
from trainer.corpus import training_hands
from trainer.curves import draw_curves
from trainer.losses import (
    feature_matching_loss,
    hinge_real_fake,
    pixel_loss,
    same_hand_loss,
    shift_tolerant_loss,
)
from trainer.recognisers import hinged_reader_loss
from trainer.sampler import Batch, Sampler


@dataclass
class LossWeights:
    """How much each teacher counts."""

    tolerant: float = 12.0
    pixel: float = 0.1
    reader: float = 0.25
    patch: float = 0.25
    features: float = 6.0
    same_hand: float = 0.1


@dataclass
class PretrainConfig:
    """What a run is made of; every field is an option of ``sonmat pretrain``."""

    run: Path = Path("runs/pretrain")
    pack: Path = Path(".pack")
    batch: int = 32
    rate: float = 4e-4
    final_rate: float = 4e-5
    discriminator_rate_factor: float = 3.0
    """The discriminator's rate against the generator's: one that lags teaches nothing."""
    total_samples: int = 600_000
    """Samples over which the rate falls along a cosine; a run that goes on longer keeps the final rate."""
    budget_s: float = 3600.0
    """Seconds after which this call saves and stops."""
    plain_samples: int = 30_000
    """Samples at the start on which the pixel loss counts in full and the discriminator is not heard."""
    ema: float = 0.999
    invented: float = 0.5
    """Share of the samples turned into invented hands."""
    invented_writers: float = 0.5
    """Share of the samples of writers whom the model of the pen invents; the rest are of the corpus."""
    code_dropout: float = 0.1
    shipped_start: bool = False
    """A new run starts from the shipped weights, past the plain samples, instead of from nothing."""
    save_every_s: float = 300.0
    report_every: int = 200
    """Steps between two lines of the curves."""
    seed: int = 0
    threads: int = 0
    """CPU threads; 0 leaves torch's choice."""


TWICE_AS_OFTEN = PLAINEST_FIRST[:2]
"""Seeds that teach twice as often: the trial of seeds mostly ends with one of these."""


class Teachers:
    """The frozen networks and the discriminator that say what is wrong with a drawn letter."""

    def __init__(
        self, reader: JamoReader, embedder: HandEmbedder, discriminator: nn.Module, weights: LossWeights
    ) -> None:
        self.reader = reader.eval().requires_grad_(False)
        self.embedder = embedder.eval().requires_grad_(False)
        self.discriminator = discriminator
        self.weights = weights

    def discriminator_loss(self, batch: Batch, fake: Tensor, code: Tensor) -> Tensor:
        """Real against drawn patches, and real glyphs pointing to their own hand."""
        seed_target = batch.seed[:, :1]
        count = len(fake)
        patch, vectors, _ = self.discriminator(torch.cat([batch.target, fake.detach()]), torch.cat([seed_target] * 2))
        loss = hinge_real_fake(patch[:count], patch[count:])
        return loss + 0.5 * same_hand_loss(vectors[:count], code, batch.hand)

    def generator_losses(self, batch: Batch, logits: Tensor, code: Tensor, heard: bool) -> dict[str, Tensor]:
        """The weighted terms; the discriminator's only when it is ``heard``."""
        fake, weights = torch.sigmoid(logits), self.weights
        labels = batch.jamo.clone()
        labels[labels == torch.tensor(ABSENT, device=labels.device)] = -100
        terms = {
            "tolerant": weights.tolerant * shift_tolerant_loss(fake, batch.target),
            "pixel": (weights.pixel if heard else 1.0) * pixel_loss(logits, batch.target),
            "reader": weights.reader * hinged_reader_loss(self.reader, fake, batch.target, labels),
        }
        if heard:
            seed_target = batch.seed[:, :1]
            patch, vectors, drawn = self.discriminator(fake, seed_target)
            with torch.no_grad():
                true = self.discriminator(batch.target, seed_target)[2]
            terms["patch"] = -weights.patch * patch.float().mean()
            terms["features"] = weights.features * feature_matching_loss(drawn, true)
            terms["same_hand"] = weights.same_hand * same_hand_loss(vectors, code, batch.hand)
        return terms


def prepare(batch: Batch, embedder: HandEmbedder, invented: float) -> tuple[Batch, Tensor, Tensor]:
    """Invents hands, then gives the batch, the generator's seven pictures (B, 7, F, F) and the hand codes (B, 64)."""
    together = invent_hands(torch.cat([batch.target, batch.own], dim=1), invented)
    batch.target, batch.own = together[:, :1], together[:, 1:]
    with torch.no_grad(), half_precision(batch.own.device):
        code = embedder.code(batch.own).float()
    return batch, analogy(batch.seed, batch.own), code


class Pretraining:
    """The state of a run: networks, optimisers, average, counters."""

    def __init__(self, config: PretrainConfig, reader: JamoReader, embedder: HandEmbedder) -> None:
        self.config = config
        self.device = pick_device()
        self.rank = int(os.environ.get("RANK", 0))
        torch.manual_seed(config.seed)
        memory = torch.channels_last
        self.generator: nn.Module = Generator().to(self.device, memory_format=memory)  # type: ignore[call-overload]
        self.discriminator: nn.Module = Discriminator().to(self.device, memory_format=memory)  # type: ignore[call-overload]
        self.average = Generator().to(self.device).requires_grad_(False)
        self.average.load_state_dict(self.generator.state_dict())
        if int(os.environ.get("WORLD_SIZE", 1)) > 1:
            torch.distributed.init_process_group()
            self.generator = DistributedDataParallel(self.generator)
            self.discriminator = DistributedDataParallel(self.discriminator)
        self.teachers = Teachers(reader.to(self.device), embedder.to(self.device), self.discriminator, LossWeights())
        self.optimizer = torch.optim.AdamW(self.generator.parameters(), betas=(0.5, 0.99), weight_decay=1e-3)
        self.discriminator_optimizer = torch.optim.AdamW(
            self.discriminator.parameters(), betas=(0.5, 0.99), weight_decay=1e-3
        )
        self.samples, self.seconds = 0, 0.0
        self.began_at = 0
        """Samples at which optimisers and average began anew; the rate and the length of the average rise from here."""

    def _networks(self) -> dict[str, nn.Module]:
        bare = {"generator": self.generator, "discriminator": self.discriminator}
        named = {name: net.module if isinstance(net, DistributedDataParallel) else net for name, net in bare.items()}
        return {**named, "average": self.average}

    def save(self) -> None:
        """Writes ``last.pt`` in one move."""
        if self.rank:
            return
        state = {name: network.state_dict() for name, network in self._networks().items()}
        state["optimizer"] = self.optimizer.state_dict()
        state["discriminator_optimizer"] = self.discriminator_optimizer.state_dict()
        state["counters"] = {"samples": self.samples, "seconds": self.seconds, "began_at": self.began_at}
        path = self.config.run / "last.pt"
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    def load(self) -> None:
        """Goes on where ``last.pt`` stands; else starts as the configuration says."""
        path = self.config.run / "last.pt"
        if not path.exists():
            if self.config.shipped_start:
                self._start_from_shipped()
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        for name, network in self._networks().items():
            network.load_state_dict(state[name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
        counters = state["counters"]
        self.samples, self.seconds, self.began_at = (
            counters["samples"],
            counters["seconds"],
            counters.get("began_at", 0),
        )

    def _start_from_shipped(self) -> None:
        networks = self._networks()
        load_weights(networks["generator"], GENERATOR_DATA / "generator.pt")
        load_weights(networks["average"], GENERATOR_DATA / "generator.pt")
        load_weights(networks["discriminator"], TRAINER_DATA / "discriminator.pt")
        self.samples = self.began_at = self.config.plain_samples

    def _rate(self) -> float:
        config = self.config
        done = min(1.0, self.samples / config.total_samples)
        warm = min(1.0, (self.samples - self.began_at + 1) / 3000)
        swing = 0.5 * (1 + float(torch.cos(torch.tensor(done * torch.pi))))
        return warm * (config.final_rate + (config.rate - config.final_rate) * swing)

    def step(self, batch: Batch) -> dict[str, Tensor]:
        """One step of both networks; the losses, detached."""
        config = self.config
        rate = self._rate()
        for optimizer, haste in (
            (self.optimizer, 1.0),
            (self.discriminator_optimizer, config.discriminator_rate_factor),
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * haste
        heard = self.samples >= config.plain_samples
        batch, pictures, code = prepare(batch.to(self.device), self.teachers.embedder, config.invented)
        kept = (torch.rand(len(code), 1, device=self.device) >= config.code_dropout).to(code.dtype)
        with half_precision(self.device):
            logits = self.generator(pictures.contiguous(memory_format=torch.channels_last), code * kept, batch.jamo)
        logits = logits.float()
        terms = {}
        if self.samples >= config.plain_samples / 2:
            terms["discriminator"] = self._train_discriminator(batch, logits, code)
        self.discriminator.requires_grad_(False)
        with half_precision(self.device):
            losses = self.teachers.generator_losses(batch, logits, code, heard)
        total = torch.stack(list(losses.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.generator.parameters(), 2.0)
        self.optimizer.step()
        self.discriminator.requires_grad_(True)
        self._average()
        self.samples += len(logits) * int(os.environ.get("WORLD_SIZE", 1))
        return {name: value.detach() for name, value in {**terms, **losses}.items()}

    def _train_discriminator(self, batch: Batch, logits: Tensor, code: Tensor) -> Tensor:
        with half_precision(self.device):
            loss = self.teachers.discriminator_loss(batch, torch.sigmoid(logits), code)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimizer.step()
        return loss

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.config.ema, 1 - 64 / (self.samples - self.began_at + 64))
        ema_update(self.average, self._networks()["generator"], 1 - keep)

    @torch.no_grad()
    def picture(self, batch: Batch) -> None:
        """A sheet of samples: rows of seed target, first reference, drawn, target."""
        batch, pictures, code = prepare(batch.to(self.device), self.teachers.embedder, 0.0)
        drawn = torch.sigmoid(self.average(pictures, code, batch.jamo))
        rows = torch.cat([batch.seed[:, :1], batch.own[:, :1], drawn, batch.target], dim=1)[:16]
        sheet = rows.permute(1, 2, 0, 3).reshape(rows.shape[1] * rows.shape[2], -1)
        folder = self.config.run / "samples"
        folder.mkdir(exist_ok=True)
        Image.fromarray((255 - 255 * sheet.cpu()).to(torch.uint8).numpy()).save(folder / f"{self.samples:09d}.png")


def _write_curves(path: Path, row: dict[str, float]) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row), restval=0.0, extrasaction="ignore")
        if fresh:
            writer.writeheader()
        writer.writerow(row)


CURVES = ("samples", "seconds", "tolerant", "pixel", "reader", "patch", "features", "same_hand", "discriminator")


def pretrain(
    config: PretrainConfig, reader: JamoReader, embedder: HandEmbedder, report: Callable[[str], None] = print
) -> Pretraining:
    """Trains until the budget is spent; call again with the same run folder to go on.

    Raises:
        FileNotFoundError: the pack has no training hands (``sonmat pack`` makes it).
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    config.run.mkdir(parents=True, exist_ok=True)
    plain = {
        field.name: str(value) if isinstance(value := getattr(config, field.name), Path) else value
        for field in fields(config)
    }
    (config.run / "config.json").write_text(json.dumps({**plain, "weights": asdict(LossWeights())}, indent=1))
    hands = training_hands(config.pack)
    seeds = [load_seed(name) for name in (*seed_names(), *TWICE_AS_OFTEN)]
    if not hands:
        raise FileNotFoundError(f"{config.pack}: no training hands; run `sonmat pack` first")
    training = Pretraining(config, reader, embedder)
    training.load()
    seed = config.seed + training.samples + 7919 * training.rank
    sampler = Sampler(hands, seeds, config.batch, seed, invented_writers=config.invented_writers)
    report(f"{len(hands)} hands, {len(seed_names())} seeds, {training.device}, from sample {training.samples}")
    _loop(training, sampler, report)
    return training


def _loop(training: Pretraining, sampler: Sampler, report: Callable[[str], None]) -> None:
    config, start, before = training.config, time.monotonic(), training.seconds
    began, saved, sums = training.samples, start, dict.fromkeys(CURVES, 0.0)
    for steps, batch in enumerate(sampler.stream(), 1):
        for name, value in training.step(batch).items():
            sums[name] += float(value)
        now = time.monotonic()
        training.seconds = before + now - start
        if steps % config.report_every == 0 and not training.rank:
            row = {name: round(sums[name] / config.report_every, 5) for name in CURVES}
            row |= {"samples": training.samples, "seconds": round(training.seconds)}
            _write_curves(config.run / "curves.csv", row)
            draw_curves(config.run / "curves.csv", config.run / "curves.png")
            report(f"{(training.samples - began) / (now - start):.0f}/s {row}")
            sums = dict.fromkeys(CURVES, 0.0)
        out_of_time = now - start > config.budget_s
        if now - saved > config.save_every_s or out_of_time:
            training.save()
            training.picture(sampler.draw())
            saved = now
        if out_of_time:
            return
