"""Draws alternates of frequent letters, since nobody writes one letter the same twice.

The alternate of a written syllable is the network's drawing of it, with the place and weight of the written one; a
drawn syllable is drawn again from other references; lone jamo, Latin and digits, which the network does not draw, are
distorted copies. Every shape but the network's first is also distorted: turned, stretched and bent smoothly, more in
an uneven hand than in an even one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.drawing import Drawer, read_confidence
from generator.frame import FRAME_PX, Frame
from generator.latin import stroke_width_px, with_stroke_width
from templates.charset import frequent_syllables
from templates.glyphs import GlyphImage, GlyphSet, Ink, Source
from templates.hangul import is_syllable, layout

TWICE_VARIED = 100
"""So many of the most frequent syllables get two further shapes, the others one."""
REPEATED = "ㅋㅎㅠㅜ" + "acdefgilmnoprst" + "0123456789"
"""Characters other than syllables that are often doubled."""

TRIES = 4
LEAST_CONFIDENCE = 0.5
"""A shape that the jamo reader reads with less confidence is left out."""
MOST_FAINTNESS = 1.5
"""A drawing with so many times the usual share of half-inked pixels is smeared, and left out."""
LEAST_DIFFERENCE = 0.25
"""Share of the ink of two centred shapes that only one of them has; with less the eye sees the same letter twice."""
DISTORTION_EM = (0.009, 0.018)
"""Standard deviation of the distortion, in the most even and in the least even hand."""
INK = 128
_HALF = 48
_BENDS = 3
"""Nodes of the bend across and down: waves as long as half a letter."""
_STRONGER = 1.3
"""Growth of the distortion from one try to the next, when the first was not different enough."""
_TURN = 1.0
"""Standard deviation of the turn, in radians for each em of distortion."""
_STRETCH = 2.0
_OWN_SHARE = 0.4
"""Share of its own place and size that a drawn shape keeps; the rest is the first shape's."""


def draw_frequent(drawer: Drawer, first: GlyphSet) -> list[GlyphImage]:
    """Draws alternates of the letters that text repeats most: see :func:`draw_variants`."""
    frequent = [char for char in frequent_syllables() if not first[char].is_blank]
    twice = draw_variants(drawer, first, frequent[:TWICE_VARIED], 2)
    once = draw_variants(
        drawer, first, [*frequent[TWICE_VARIED:], *(char for char in REPEATED if not first[char].is_blank)], 1
    )
    return [glyph for further in (twice | once).values() for glyph in further]


def draw_variants(
    drawer: Drawer, first: GlyphSet, chars: Sequence[str], count: int
) -> dict[str, tuple[GlyphImage, ...]]:
    """Draws up to ``count`` alternates of each character; characters without a good one are left out.

    Args:
        drawer: of this hand.
        first: the first shape of each of ``chars``.
    """
    distortion_em = hand_distortion_em(first[char] for char in drawer.chars if char in first)
    found: dict[str, tuple[GlyphImage, ...]] = dict.fromkeys(chars, ())
    for attempt in range(TRIES):
        todo = [char for char in chars if len(found[char]) < count]
        for glyph in _candidates(drawer, first, todo, attempt, distortion_em):
            others = (first[glyph.char], *found[glyph.char])
            if all(difference(drawer.frame, glyph, other) >= LEAST_DIFFERENCE for other in others):
                found[glyph.char] = (*found[glyph.char], glyph)
    return {char: further for char, further in found.items() if further}


def hand_distortion_em(glyphs: Iterable[GlyphImage]) -> float:
    """Returns the distortion for this hand, from how much its syllables of one layout differ in height."""
    middles: dict[int, list[float]] = {}
    for glyph in glyphs:
        if is_syllable(glyph.char) and (box := glyph.bounds_em()):
            middles.setdefault(layout(glyph.char), []).append((box[1] + box[3]) / 2)
    spreads = [np.median(np.abs(np.array(some) - np.median(some))) for some in middles.values() if len(some) > 2]
    return float(np.clip(np.median(spreads) if spreads else 0.0, *DISTORTION_EM))


def _candidates(
    drawer: Drawer, first: GlyphSet, chars: Sequence[str], attempt: int, distortion_em: float
) -> list[GlyphImage]:
    """Returns a candidate for each character, without drawings that cannot be read or are broken."""
    drawn = _drawings(drawer, first, chars, attempt)
    for char, glyph in drawn.items():
        if attempt or first[char].source is not Source.WRITTEN:
            glyph = _distorted(glyph, distortion_em, attempt)
        drawn[char] = _match_first_shape(glyph, first[char])
    pictures = np.array([drawer.frame.picture(glyph) for glyph in drawn.values()]).reshape(-1, FRAME_PX, FRAME_PX)
    confidences = read_confidence(drawer.model, pictures, list(drawn))
    faintness = [_faintness(glyph) for glyph in drawn.values()]
    good = [
        glyph
        for glyph, confidence, faint in zip(drawn.values(), confidences, faintness, strict=True)
        if confidence > LEAST_CONFIDENCE
        and faint <= MOST_FAINTNESS * np.median(faintness)
        and _pieces(glyph) <= _pieces(first[glyph.char])
    ]
    return good + [_distorted(first[char], distortion_em, attempt) for char in chars if char not in drawn]


def _distorted(glyph: GlyphImage, distortion_em: float, attempt: int) -> GlyphImage:
    random = np.random.default_rng([attempt, zlib.crc32(glyph.char.encode())])
    return distort(glyph, distortion_em * _STRONGER**attempt, random)


def _drawings(drawer: Drawer, first: GlyphSet, chars: Sequence[str], attempt: int) -> dict[str, GlyphImage]:
    """Draws what was written (at the first attempt), and what was drawn again from other references."""
    syllables = [char for char in chars if is_syllable(char)]
    written = [char for char in syllables if attempt == 0 and first[char].source is Source.WRITTEN]
    drawn = [char for char in syllables if first[char].source is not Source.WRITTEN]
    pictures = (*drawer.pictures(written), *drawer.pictures(drawn, np.random.default_rng(attempt)))
    return {char: drawer.frame.glyph(char, picture) for char, picture in zip((*written, *drawn), pictures, strict=True)}


def distort(glyph: GlyphImage, distortion_em: float, random: np.random.Generator) -> GlyphImage:
    """Turns, stretches and bends a letter smoothly by ``distortion_em`` (standard deviation)."""
    height, width = glyph.ink.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    rows, columns = np.nonzero(glyph.ink >= INK)
    x, y = across - columns.mean(), down - rows.mean()
    turn = random.normal(0, _TURN * distortion_em)
    wide, tall = random.normal(0, _STRETCH * distortion_em, 2)
    nodes = random.normal(0, distortion_em * glyph.em_px, (_BENDS, _BENDS, 2)).astype(np.float32)
    bend = cv2.resize(nodes, (width, height), interpolation=cv2.INTER_CUBIC)
    from_x = (across + wide * x - turn * y + bend[..., 0]).astype(np.float32)
    from_y = (down + tall * y + turn * x + bend[..., 1]).astype(np.float32)
    return replace(glyph, ink=np.asarray(cv2.remap(glyph.ink, from_x, from_y, cv2.INTER_LINEAR), np.uint8))


def _match_first_shape(glyph: GlyphImage, first: GlyphImage) -> GlyphImage:
    """Gives the glyph the stroke width of the first shape, and nearly its place and size."""
    here, own_size = _middle_em(glyph)
    there, size = _middle_em(first)
    middle_px = here * glyph.em_px + glyph.origin_px
    em_px = glyph.em_px * (own_size / size) ** (1 - _OWN_SHARE)
    left, top = middle_px - (_OWN_SHARE * here + (1 - _OWN_SHARE) * there) * em_px
    wanted_px = stroke_width_px(first.ink) / first.em_px * em_px
    ink = with_stroke_width(glyph.ink, wanted_px - stroke_width_px(glyph.ink))
    return replace(glyph, ink=ink, em_px=em_px, origin_px=(float(left), float(top)))


def _middle_em(glyph: GlyphImage) -> tuple[NDArray[np.float64], float]:
    """Returns the middle of the ink (x, y) and its mean extent; those of the em square where there is none."""
    left, top, right, bottom = glyph.bounds_em() or (0.0, 0.0, 1.0, 1.0)
    return np.array([left + right, top + bottom]) / 2, (right - left + bottom - top) / 2


def difference(frame: Frame, one: GlyphImage, other: GlyphImage) -> float:
    """Returns the share of the ink of two centred shapes that only one of them has: 0 (the same) to 1."""
    first, second = (_centred(frame.picture(glyph)) for glyph in (one, other))
    either = float(np.maximum(first, second).sum(dtype=np.float64))
    return 1 - float(np.minimum(first, second).sum(dtype=np.float64)) / either if either else 0.0


def _centred(picture: Ink) -> Ink:
    rows, columns = np.nonzero(picture >= INK)
    if not len(rows):
        return picture
    shift = np.array([rows.min() + rows.max(), columns.min() + columns.max()]) // 2 - FRAME_PX // 2
    return np.roll(picture, -shift, (0, 1))


def _faintness(glyph: GlyphImage) -> float:
    """Counts half-inked pixels over inked ones: many of them are smears."""
    half = (glyph.ink > INK - _HALF) & (glyph.ink < INK + _HALF)
    return float(half.sum() / max(int((glyph.ink >= INK).sum()), 1))


def _pieces(glyph: GlyphImage) -> int:
    """Counts connected strokes and enclosed whites; more of them than before are breaks, specks and holes."""
    ink = (glyph.ink >= INK).astype(np.uint8)
    return int(cv2.connectedComponents(ink)[0] + cv2.connectedComponents(1 - ink, connectivity=4)[0])
