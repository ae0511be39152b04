"""A Debian font that the judges were not trained on, as a hand."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.frame import Frame
from generator.seeds import SEED_FONTS
from templates.charset import hangul_set
from tests.conftest import missing
from trainer.corpus import render_font
from trainer.evaluation.bench import Hand, unseen_syllables
from trainer.evaluation.material import JUDGE_FONTS
from trainer.seedlib import DEBIAN_FONTS


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks are quickest on one thread, unless somebody asks for more."""
    before = torch.get_num_threads()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or 1))
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def font() -> Path:
    """NanumBarunpen: a seed, so never the judges'."""
    name = SEED_FONTS["NanumBarunpen"]
    assert name not in JUDGE_FONTS
    path = DEBIAN_FONTS / name
    if not path.exists():
        missing(f"{path} is not installed (Debian: fonts-nanum-extra)")
    return path


@pytest.fixture(scope="session")
def hand(font) -> Hand:
    """The font's sheet of 256 and 100 other syllables."""
    written = hangul_set("256")
    own = render_font(font, written)
    real = render_font(font, unseen_syllables(frozenset(map(chr, range(0xAC00, 0xD7A4))), written, 100))
    frame = Frame.fit(own)
    pictures = [np.stack([frame.picture(glyph) for glyph in glyphs]) for glyphs in (own, real)]
    chars = [[glyph.char for glyph in glyphs] for glyphs in (own, real)]
    return Hand(font.stem, font, chars[0], pictures[0], chars[1], pictures[1])
