"""Completes a hand: from the written glyphs to every character of a font."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.drawing import Drawer, read_confidence
from generator.jamo import draw_lone_jamo
from generator.latin import complete_latin
from generator.model import load_model
from generator.seeds import HANGUL, PLAINEST_FIRST, load_seed
from generator.signs import complete_signs
from generator.variants import draw_frequent
from generator.weight import match_ink
from templates.glyphs import GlyphSet, Source
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, SYLLABLES
from templates.progress import ProgressCallback
from templates.signs import signs

DOUBTFUL_CONFIDENCE = 0.5
"""A drawn syllable that the jamo reader reads with less confidence is drawn again another way."""


@dataclass(frozen=True)
class Completion:
    """All glyphs of a hand, and what was doubtful.

    Attributes:
        glyphs: 11,172 syllables, 51 lone jamo, 94 ASCII and the signs of ``templates.signs``, in that order; further
            shapes of frequent ones.
        redrawn: how many were drawn again because of low confidence.
        doubtful: characters that stay doubtful, the worst first.
    """

    glyphs: GlyphSet
    redrawn: int
    doubtful: tuple[str, ...]


def draw_checked(
    drawer: Drawer, chars: Sequence[str], progress: ProgressCallback | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float32], int]:
    """Draws, reads what was drawn, draws doubtful letters again in other ways, and keeps the most confident.

    All get the writer's weight of ink. Doubtful letters are drawn from other references first, then from the other
    seeds, the plainest first: with a brush seed a letter may be ambiguous, and the hand's shape comes from the
    references in any case.

    Returns:
        Pictures (N, F, F) uint8, confidence (N,), and how many were drawn again.
    """
    match_ink(drawer)
    pictures = drawer.pictures(chars, progress=progress)
    confidence = read_confidence(drawer.model, pictures, chars)
    redrawn = int((confidence < DOUBTFUL_CONFIDENCE).sum())
    for draw in _redraw_methods(drawer):
        doubtful = np.flatnonzero(confidence < DOUBTFUL_CONFIDENCE)
        if not len(doubtful):
            break
        some = [chars[int(row)] for row in doubtful]
        again = draw(some)
        new_confidence = read_confidence(drawer.model, again, some)
        better = new_confidence > confidence[doubtful]
        pictures[doubtful[better]], confidence[doubtful[better]] = again[better], new_confidence[better]
    return pictures, confidence, redrawn


def _redraw_methods(drawer: Drawer) -> Iterator[Callable[[Sequence[str]], NDArray[np.uint8]]]:
    yield lambda chars: drawer.pictures(chars, np.random.default_rng(0))
    for name in PLAINEST_FIRST:
        if name != drawer.seed.name:
            yield drawer.with_seed(load_seed(name)).pictures


def complete(
    written: GlyphSet,
    seed: str,
    weights: Path | None = None,
    *,
    device: str = "auto",
    progress: ProgressCallback | None = None,
) -> Completion:
    """Draws every character that ``written`` lacks; written ones keep the writer's own shape.

    Args:
        seed: a name of the seed library.
        weights: adapted weights; None for the shipped ones.

    Raises:
        KeyError: no such seed.
        ValueError: no syllable is written.
    """
    library_seed = load_seed(seed)
    drawer = Drawer(load_model(weights, device), written, library_seed)
    missing = [char for char in SYLLABLES if char not in written or written[char].is_blank]
    pictures, confidence, redrawn = draw_checked(drawer, missing, progress)
    drawn = {
        char: drawer.frame.glyph(char, picture, Source.DRAWN) for char, picture in zip(missing, pictures, strict=True)
    }
    jamo = draw_lone_jamo(load_model(None, device), written, COMPATIBILITY_JAMO)
    drawn |= {glyph.char: glyph for glyph in (*jamo, *complete_latin(written, library_seed))}
    everything = [drawn.get(char) or written[char] for char in (*HANGUL, *ASCII_PRINTABLE)]
    further = draw_frequent(drawer, GlyphSet.of(written.name, everything))
    own_signs = [written[sign] for sign in signs() if sign in written and not written[sign].is_blank]
    everything += [*own_signs, *complete_signs(GlyphSet.of(written.name, everything), written)]
    order = np.argsort(confidence)
    doubtful = tuple(missing[int(row)] for row in order if confidence[row] < DOUBTFUL_CONFIDENCE)
    return Completion(GlyphSet.of(written.name, everything, further), redrawn, doubtful)
