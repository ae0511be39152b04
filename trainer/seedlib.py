"""Makes the seed library, and finds in it the font to draw a hand from.

The metric-learned embedding ranks the seeds by their likeness to the hand; a trial decides among the nearest: the
network draws some of the writer's own letters from each, as if they had not been written, and the seed that comes
nearest to them is taken. Likeness alone picks brushes for brushes, but what the network needs of a seed is where
the strokes are, and an even hand tells that more clearly (``trainer/README.md`` has the table).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import torch

from generator.drawing import Drawer, hand_code
from generator.frame import Frame
from generator.layers import as_pictures
from generator.model import Model, load_model
from generator.seeds import HANGUL, PLAINEST_FIRST, SEED_FONTS, Seed, load_seed, save_seed, seed_codes, shrink
from templates.glyphs import GlyphSet
from templates.hangul import ASCII_PRINTABLE
from trainer.corpus import render_font
from trainer.losses import shift_tolerant_loss

DEBIAN_FONTS = Path("/usr/share/fonts/truetype")

CANDIDATES = 4
"""So many of the nearest seeds are tried."""
TRIAL_GLYPHS = 64


@dataclass(frozen=True)
class SeedChoice:
    """The seed to draw a hand from.

    Attributes:
        distance: 1 - cosine of its code and the hand's in the metric-learned embedding, 0 (the same) to 2.
        ranked: every seed with its distance, nearest first.
        tried: the nearest with how far the writer's own letters drawn from them were off (shift-tolerant
            distance), best first.
    """

    name: str
    distance: float
    ranked: tuple[tuple[str, float], ...]
    tried: tuple[tuple[str, float], ...]


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


def rank_seeds(code: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Every seed with its distance from a hand's (64,) code, nearest first."""
    codes = seed_codes()
    stack = np.ascontiguousarray(np.stack(list(codes.values())), np.float32)
    query = np.ascontiguousarray(code[None], np.float32)
    faiss.normalize_L2(stack)
    faiss.normalize_L2(query)
    index = faiss.IndexFlatIP(stack.shape[1])
    index.add(stack)
    likeness, order = index.search(query, len(codes))
    names = list(codes)
    return tuple((names[row], round(1 - float(near), 4)) for near, row in zip(likeness[0], order[0], strict=True))


def try_seeds(drawer: Drawer, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """How far the writer's letters, drawn from each seed and from the writer's other letters, are off; best first."""
    rows = np.linspace(0, len(drawer.chars) - 1, min(TRIAL_GLYPHS, len(drawer.chars))).astype(int)
    true = as_pictures(torch.from_numpy(drawer.own[rows]))[:, None]
    off = []
    for name in names:
        drawn = drawer.with_seed(load_seed(name)).pictures([drawer.chars[row] for row in rows])
        distance = shift_tolerant_loss(as_pictures(torch.from_numpy(drawn))[:, None], true)
        off.append((name, round(float(distance), 5)))
    return tuple(sorted(off, key=lambda each: each[1]))


def choose_seed(written: GlyphSet, model: Model | None = None) -> SeedChoice:
    """The seed to draw a written hand from; with the shipped model where none is given.

    Raises:
        ValueError: no syllable is written.
    """
    drawer = Drawer(model or load_model(), written, load_seed(PLAINEST_FIRST[0]))
    ranked = rank_seeds(drawer.code)
    tried = try_seeds(drawer, [name for name, _ in ranked[:CANDIDATES]])
    name = tried[0][0]
    return SeedChoice(name, dict(ranked)[name], ranked, tried)
