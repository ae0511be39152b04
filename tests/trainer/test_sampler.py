from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from generator.references import parts_of
from generator.seeds import load_seed, seed_names
from templates.hangul import is_common
from trainer.corpus import Hand, load_hands
from trainer.invented_writers import WriterPool
from trainer.sampler import STYLE_GLYPHS, Sampler, random_cover


def test_batches_have_the_promised_shapes(pack: Path) -> None:
    sampler = Sampler(load_hands(pack / "train"), [load_seed(seed_names()[0])], batch=5, seed=0)
    batch = next(sampler.stream())
    assert batch.target.shape == (5, 1, 96, 96)
    assert batch.own.shape == (5, STYLE_GLYPHS, 96, 96)
    assert batch.seed.shape == (5, 4, 96, 96)
    assert batch.jamo.shape == (5, 3)
    assert batch.target.max() <= 1
    assert batch.target.amax(dim=(1, 2, 3)).min() > 0.5


def test_a_hand_that_knows_too_little_is_refused_and_nobody_waits(pack: Path) -> None:
    hand = load_hands(pack / "train")[0]
    few = Hand("few", hand.pictures, {char: hand.index[char] for char in "가나"})
    sampler = Sampler([few], [load_seed(seed_names()[0])], batch=2, seed=0)
    with pytest.raises(ValueError, match="few"):
        next(sampler.stream())


def test_covers_of_which_a_hand_knows_next_to_nothing_are_passed_over(pack: Path) -> None:
    hands = load_hands(pack / "train")
    sampler = Sampler(hands, [load_seed(seed_names()[0])], batch=1, seed=4)
    assert all(len(sampler._written(hands[0])) >= STYLE_GLYPHS for _ in range(300))


def test_the_answer_is_never_shown(pack: Path) -> None:
    hands = load_hands(pack / "train")
    sampler = Sampler(hands, [load_seed(seed_names()[0])], batch=1, seed=3)
    for _ in range(60):
        target, own, *_ = sampler.sample()
        assert not any(np.array_equal(target, shown) for shown in own[:3])


def test_the_same_seed_draws_the_same(pack: Path) -> None:
    hands, seeds = load_hands(pack / "train"), [load_seed(seed_names()[0])]
    first, second = (Sampler(hands, seeds, batch=3, seed=9).draw() for _ in range(2))
    assert torch.equal(first.target, second.target)
    assert torch.equal(first.own, second.own)


def test_invented_writers_take_their_share_with_numbers_of_their_own(pack: Path) -> None:
    hands = load_hands(pack / "train")
    sampler = Sampler(hands, [load_seed(seed_names()[0])], batch=1, seed=2, invented_writers=0.5)
    sampler.writers = WriterPool(sampler.sets, seed=2, size=3)
    numbers = [sampler.sample()[4] for _ in range(80)]
    invented = {number for number in numbers if number >= len(hands)}
    assert invented == {len(hands), len(hands) + 1, len(hands) + 2}
    assert 20 < sum(number in invented for number in numbers) < 60


def test_what_an_invented_writer_is_to_draw_is_on_no_sheet(pack: Path) -> None:
    hands = load_hands(pack / "train")
    sampler = Sampler(hands, [load_seed(seed_names()[0])], batch=1, seed=2, invented_writers=1.0)
    sampler.writers = WriterPool(sampler.sets, seed=2, size=3)
    for _ in range(40):
        target, own, *_ = sampler.sample()
        assert target.max() > 128
        assert not any(np.array_equal(target, shown) for shown in own)


def test_with_nobody_invented_all_samples_are_of_the_corpus(pack: Path) -> None:
    hands = load_hands(pack / "train")
    sampler = Sampler(hands, [load_seed(seed_names()[0])], batch=1, seed=2)
    assert all(sampler.sample()[4] < len(hands) for _ in range(20))


def test_a_random_cover_covers() -> None:
    chars = random_cover(100, np.random.default_rng(0))
    parts = parts_of(chars)
    assert len(set(chars)) == 100
    assert all(is_common(char) for char in chars)
    assert len(set(parts[:, 0])) == 19
    assert len(set(parts[:, 1])) >= 19
