"""Training the judges, on very little."""

import math
from itertools import count
from statistics import median

import numpy as np
import pytest
import torch
from torch.nn import functional

from trainer.corpus import Hand, pack_font
from trainer.evaluation import judge_training
from trainer.evaluation.judge_training import InventedWriters, JudgeReader, JudgeSampler, disturb, train_judge_reader


@pytest.fixture(scope="module")
def packed(font, tmp_path_factory) -> Hand:
    pack = tmp_path_factory.mktemp("pack")
    return Hand.load(pack, pack_font(font, pack, "가나다라마바사아자차카타파하"))


def test_sampler_gives_pictures_with_their_jamo(packed):
    pictures, jamo, hands = JudgeSampler([packed], [packed]).draw(8)
    assert pictures.shape == (8, 1, 96, 96) and 0.5 < pictures.max() <= 1
    assert (jamo[:, 1:] == 0).all() and set(hands.tolist()) <= {0, 1}


def test_disturbed_glyphs_change_but_stay(packed):
    torch.manual_seed(0)
    pictures, _, _ = JudgeSampler([packed], [packed]).draw(32)
    changed = disturb(pictures)
    assert (changed - pictures).abs().mean() > 0.01
    ink = changed.sum(dim=(1, 2, 3)) / pictures.sum(dim=(1, 2, 3))
    assert ink.min() > 0.3 and ink.max() < 3


def test_invented_writers_are_numbered(packed):
    torch.manual_seed(0)
    pictures, _, hands = JudgeSampler([packed], [packed]).draw(64)
    _, numbers = InventedWriters().write(pictures, hands)
    variant = numbers - hands * judge_training.VARIANTS
    assert ((variant >= 0) & (variant < judge_training.VARIANTS)).all()


def test_one_writer_has_many_sizes_places_and_pens(packed):
    torch.manual_seed(0)
    pictures, _, _ = JudgeSampler([packed], [packed]).draw(1)
    changed, numbers = InventedWriters().write(pictures.repeat(200, 1, 1, 1), torch.zeros(200, dtype=torch.long))
    mine = changed[numbers == numbers[0], 0]
    boxes = [torch.nonzero(picture > 0.5) for picture in mine]
    heights = np.array([float(box[:, 0].max() - box[:, 0].min()) for box in boxes])
    rights = np.array([float(box[:, 1].float().mean()) for box in boxes])
    inks = mine.sum(dim=(1, 2))
    assert len(mine) > 5
    assert heights.max() / heights.min() > 1.05 and np.ptp(rights) > 1 and inks.max() / inks.min() > 1.2


FEW = "가를뫼쁜"
"""Syllables that share no jamo: of three jamo each, four are equally frequent."""


def loss_after_training(hand: Hand, seed: int, steps: int) -> float:
    """What a reader pays for undisturbed letters, in nats a syllable.

    Normalised over the letters at hand, as in training: the running means are not worth much after so few steps.
    """
    torch.manual_seed(seed)
    sampler, reader = JudgeSampler([hand], [hand]), JudgeReader()
    train_judge_reader(reader, sampler, steps, batch=12, clock=count().__next__)
    pictures, jamo, _ = sampler.draw(32)
    with torch.no_grad():
        heads = reader.train()(pictures)
    return sum(functional.cross_entropy(heads[part].float(), jamo[:, part]).item() for part in range(3))


def test_a_reader_learns_to_tell_letters_apart(font, tmp_path):
    hand = Hand.load(tmp_path, pack_font(font, tmp_path, FEW))
    losses = [loss_after_training(hand, seed, 12) for seed in range(3)]
    knowing_frequencies_alone = 3 * math.log(len(FEW))
    assert median(losses) < 0.5 * knowing_frequencies_alone, losses
