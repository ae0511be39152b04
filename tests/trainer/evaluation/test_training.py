"""Training the judges, on very little."""

from itertools import count

import numpy as np
import pytest
import torch

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


def test_a_reader_learns_in_forty_steps(packed):
    torch.manual_seed(0)
    sampler = JudgeSampler([packed], [packed])
    reader = JudgeReader()
    train_judge_reader(reader, sampler, 40, batch=28, clock=count().__next__)
    pictures, jamo, _ = sampler.draw(56)
    right = (reader(pictures)[0].argmax(1) == jamo[:, 0]).float().mean()
    assert right > 0.3
