"""Draws letters that were not written with the network, and reads them with the jamo reader."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.frame import FRAME_PX, Frame
from generator.layers import as_pictures
from generator.model import Model, half_precision
from generator.network import analogy
from generator.references import choose_references, parts_of
from generator.seeds import Seed, enlarge
from templates.glyphs import GlyphSet
from templates.hangul import is_syllable
from templates.progress import ProgressCallback

DRAW_BATCH = 64
CODE_GLYPHS = 64
"""Glyphs that a hand's code is computed from: more do not change it."""


class Drawer:
    """Everything about one hand that drawing needs, prepared once.

    Args:
        written: the writer's glyphs; only the syllables are used.
        seed: where the content comes from.

    Attributes:
        gain: what the ink drawn is multiplied by; 1 at first (``generator.weight`` finds the hand's).

    Raises:
        ValueError: no syllable is written.
    """

    def __init__(self, model: Model, written: GlyphSet, seed: Seed) -> None:
        glyphs = [glyph for char, glyph in written.items() if is_syllable(char) and not glyph.is_blank]
        if not glyphs:
            raise ValueError("there is not one written syllable to draw from")
        self.model, self.seed = model, seed
        self.frame = Frame.fit(glyphs)
        self.chars = [glyph.char for glyph in glyphs]
        self.parts = parts_of(self.chars)
        self.own = np.stack([self.frame.picture(glyph) for glyph in glyphs])
        self.own_seed = seed.pictures(self.chars)
        self.code = hand_code(model, self.own)
        self.gain = 1.0

    def with_seed(self, seed: Seed) -> Drawer:
        """Returns the same hand with its content from another seed."""
        other = copy.copy(self)
        other.seed, other.own_seed = seed, seed.pictures(self.chars)
        return other

    def inputs(self, chars: Sequence[str], random: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Returns the seven pictures (N, 7, F, F) and jamo (N, 3) of targets; no target is its own reference."""
        parts = parts_of(chars)
        excluded = np.array([[char == own for own in self.chars] for char in chars])
        shown = choose_references(parts, self.parts, random, excluded)
        seed = np.concatenate([self.seed.pictures(chars)[:, None], self.own_seed[shown]], axis=1)
        seed_pictures = enlarge(as_pictures(torch.from_numpy(seed)))
        own = as_pictures(torch.from_numpy(self.own[shown]))
        return analogy(seed_pictures, own), torch.from_numpy(parts)

    @torch.inference_mode()
    def pictures(
        self,
        chars: Sequence[str],
        random: np.random.Generator | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.uint8]:
        """Draws syllables and lone jamo: (N, FRAME_PX, FRAME_PX) uint8.

        Args:
            random: where given, references are chosen at random among similar ones, for another try.
        """
        device = self.model.device
        code = torch.from_numpy(self.code).to(device)
        drawn = np.zeros((len(chars), FRAME_PX, FRAME_PX), np.uint8)
        for start in range(0, len(chars), DRAW_BATCH):
            pictures, jamo = self.inputs(chars[start : start + DRAW_BATCH], random)
            pictures = pictures.to(device).contiguous(memory_format=torch.channels_last)
            with half_precision(device):
                logits = self.model.generator(pictures, code.expand(len(jamo), -1), jamo.to(device))
            shades = (torch.sigmoid(logits.float())[:, 0] * 255 * self.gain).clamp(max=255).round().to(torch.uint8)
            drawn[start : start + DRAW_BATCH] = shades.cpu().numpy()
            if progress:
                progress(min(1.0, (start + DRAW_BATCH) / len(chars)), "draw")
        return drawn


@torch.inference_mode()
def hand_code(model: Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Computes a hand's code from (N, F, F) uint8 frame pictures: (64,) float32."""
    step = max(1, len(pictures) // CODE_GLYPHS)
    some = as_pictures(torch.from_numpy(pictures[::step].copy())).to(model.device)
    code: NDArray[np.float32] = model.embedder.code(some[None])[0].float().cpu().numpy()
    return code


@torch.inference_mode()
def read_confidence(model: Model, pictures: NDArray[np.uint8], chars: Sequence[str]) -> NDArray[np.float32]:
    """Returns the jamo reader's confidence that each drawn syllable is the right one: (N,) in [0, 1].

    It is the least probability among the three jamo; lone jamo, which the reader does not know, get 1.
    """
    confidence = np.ones(len(chars), np.float32)
    syllables = [row for row, char in enumerate(chars) if is_syllable(char)]
    for start in range(0, len(syllables), 256):
        rows = syllables[start : start + 256]
        stack = as_pictures(torch.from_numpy(pictures[rows])).to(model.device)[:, None]
        wanted = torch.from_numpy(parts_of([chars[row] for row in rows])).to(model.device)
        with half_precision(model.device):
            heads = model.reader(stack)
        shares = [
            F.softmax(head.float(), dim=1).gather(1, wanted[:, part : part + 1]) for part, head in enumerate(heads)
        ]
        confidence[rows] = torch.cat(shares, dim=1).amin(dim=1).cpu().numpy()
    return confidence
