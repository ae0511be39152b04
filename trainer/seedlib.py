"""Makes the seed library, and finds in it the font most like a hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from generator.drawing import hand_code
from generator.frame import Frame
from generator.model import Model, load_model
from generator.seeds import HANGUL, SEED_FONTS, Seed, save_seed, seed_codes, shrink
from templates.glyphs import GlyphSet
from templates.hangul import ASCII_PRINTABLE, is_syllable
from trainer.corpus import render_font

DEBIAN_FONTS = Path("/usr/share/fonts/truetype")


@dataclass(frozen=True)
class SeedChoice:
    """The seed nearest to a hand in the metric-learned embedding.

    Attributes:
        distance: 1 - cosine of the two codes, 0 (the same) to 2.
        ranked: every seed with its distance, nearest first.
    """

    name: str
    distance: float
    ranked: tuple[tuple[str, float], ...]


def make_seed(name: str, font: Path, model: Model) -> Seed:
    """Renders a font that draws every syllable, lone jamo and ASCII into a seed.

    Raises:
        ValueError: a character is missing.
    """
    hangul = render_font(font, HANGUL)
    if len(hangul) != len(HANGUL):
        raise ValueError(f"{font.name} draws only {len(hangul)} of {len(HANGUL)} Hangul characters")
    latin = render_font(font, ASCII_PRINTABLE)
    if len(latin) != len(ASCII_PRINTABLE):
        raise ValueError(f"{font.name} draws only {len(latin)} of {len(ASCII_PRINTABLE)} ASCII characters")
    frame = Frame.fit(hangul)
    pictures = np.stack([frame.picture(glyph) for glyph in hangul])
    sample = pictures[np.random.default_rng(0).permutation(len(HANGUL) - 51)[:256]]
    return Seed(
        name, shrink(pictures), np.stack([frame.picture(glyph) for glyph in latin]), frame, hand_code(model, sample)
    )


def make_library(folder: Path, model: Model, fonts: Mapping[str, str] = SEED_FONTS) -> list[Path]:
    """Writes the whole library; fonts are paths under Debian's font folder.

    Raises:
        FileNotFoundError: a font is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [save_seed(make_seed(name, DEBIAN_FONTS / path, model), folder) for name, path in fonts.items()]


def rank_seeds(code: np.ndarray) -> SeedChoice:
    """Searches the library for the seeds nearest to a hand's (64,) code."""
    codes = seed_codes()
    stack = np.ascontiguousarray(np.stack(list(codes.values())), np.float32)
    query = np.ascontiguousarray(code[None], np.float32)
    faiss.normalize_L2(stack)
    faiss.normalize_L2(query)
    index = faiss.IndexFlatIP(stack.shape[1])
    index.add(stack)
    likeness, order = index.search(query, len(codes))
    names = list(codes)
    ranked = tuple((names[row], round(1 - float(near), 4)) for near, row in zip(likeness[0], order[0], strict=True))
    return SeedChoice(ranked[0][0], ranked[0][1], ranked)


def choose_seed(written: GlyphSet, model: Model | None = None) -> SeedChoice:
    """The nearest seed for a written hand; the shipped model looks where none is given.

    Raises:
        ValueError: no syllable is written.
    """
    glyphs = [glyph for char, glyph in written.items() if is_syllable(char) and not glyph.is_blank]
    frame = Frame.fit(glyphs)
    return rank_seeds(hand_code(model or load_model(), np.stack([frame.picture(glyph) for glyph in glyphs])))
