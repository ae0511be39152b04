"""Puts trained networks beside the code, in half precision."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from generator.drawing import hand_code
from generator.model import load_model, save_weights
from generator.network import Discriminator, Generator
from generator.seeds import DATA as GENERATOR_DATA
from trainer.adapt import DATA as TRAINER_DATA
from trainer.corpus import training_hands
from trainer.recognisers import train_embedder, train_reader

CODE_GLYPHS = 64


def train_recognisers(pack: Path, budget_s: float) -> list[Path]:
    """Trains and ships the jamo reader and the hand embedder.

    The generator is conditioned on the embedding and the seeds carry their codes: after a new embedder both
    must be made again (``sonmat seeds``, ``sonmat pretrain``).
    """
    hands = training_hands(pack)
    reader, embedder = GENERATOR_DATA / "reader.pt", GENERATOR_DATA / "embedder.pt"
    save_weights(train_reader(hands, budget_s), reader)
    save_weights(train_embedder(hands, budget_s), embedder)
    return [reader, embedder]


def _codes(pack: Path) -> np.ndarray:
    model = load_model()
    codes = []
    for hand in training_hands(pack):
        rows = np.linspace(0, len(hand.pictures) - 1, CODE_GLYPHS).astype(int)
        codes.append(hand_code(model, np.asarray(hand.pictures[rows])))
    return np.stack(codes).astype(np.float16)


def export_run(run: Path, pack: Path) -> list[Path]:
    """Ships a pre-training run: the averaged generator, the discriminator, the training hands' codes, its facts.

    Raises:
        FileNotFoundError: the run has no ``last.pt``.
    """
    state = torch.load(run / "last.pt", map_location="cpu", weights_only=True)
    generator, discriminator = Generator(), Discriminator()
    generator.load_state_dict(state["average"])
    discriminator.load_state_dict(state["discriminator"])
    paths = [GENERATOR_DATA / "generator.pt", TRAINER_DATA / "discriminator.pt", TRAINER_DATA / "hand_codes.npy"]
    save_weights(generator, paths[0])
    save_weights(discriminator, paths[1])
    np.save(paths[2], _codes(pack))
    facts = TRAINER_DATA / "pretraining.json"
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    for place in ("run", "pack"):
        config.pop(place, None)
    facts.write_text(json.dumps({"counters": state["counters"], "config": config}, indent=1) + "\n", encoding="utf-8")
    return [*paths, facts]
