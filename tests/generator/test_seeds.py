from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.frame import Frame
from generator.seeds import GREYS, HANGUL, SEED_PX, Seed, load_seed, read_seed, save_seed, seed_codes, seed_names


@pytest.mark.parametrize("name", seed_names())
def test_every_shipped_seed_draws_everything(name: str) -> None:
    seed = load_seed(name)
    assert seed.hangul.shape == (len(HANGUL), SEED_PX, SEED_PX)
    assert (seed.hangul.reshape(len(HANGUL), -1).max(axis=1) > 100).all()
    assert (seed.latin.reshape(94, -1).max(axis=1) > 100).all()


def test_codes_are_read_without_pictures() -> None:
    assert set(seed_codes()) == set(seed_names())
    name = seed_names()[0]
    assert np.allclose(seed_codes()[name], load_seed(name).code)


def test_a_seed_survives_the_file(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    hangul = random.integers(0, 256, (len(HANGUL), SEED_PX, SEED_PX), np.uint8)
    latin = random.integers(0, 256, (94, 96, 96), np.uint8)
    code = random.normal(size=64).astype(np.float32)
    # Noise does not compress: a few real pictures stand for the font.
    hangul[10:] = 0
    latin[2:] = 0
    back = read_seed(save_seed(Seed("noise", hangul, latin, Frame(50.0, 0.5, 0.4), code), tmp_path))
    step = 255 / (GREYS - 1)
    assert np.abs(back.hangul.astype(int) - hangul).max() <= step / 2 + 1
    assert np.abs(back.latin.astype(int) - latin).max() <= step / 2 + 1
    assert back.frame == Frame(50.0, 0.5, 0.4)
    assert np.allclose(back.code, code, atol=1e-5)


def test_an_unknown_seed_names_the_known() -> None:
    with pytest.raises(KeyError, match=seed_names()[0]):
        load_seed("Nobody")
