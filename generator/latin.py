"""Fills in ASCII that the writer left empty: the seed's letters in the hand's size, pen width and baseline."""

from __future__ import annotations

import cv2
import numpy as np

from generator.frame import Frame
from generator.seeds import Seed
from templates.glyphs import GlyphImage, GlyphSet, Ink, Source
from templates.hangul import ASCII_PRINTABLE, is_syllable

DEFAULT_BASELINE_EM = 0.7
"""Where the sheet prints the baseline of Latin cells."""

_OVERSAMPLING = 3


def stroke_width_px(ink: Ink) -> float:
    """Returns the mean width of the strokes in pixels: twice the area over the length of the outline.

    For a long stroke of width w and length l the area is w * l and the outline 2 * l.
    """
    shade = ink.astype(np.float32) / 255
    across = cv2.Sobel(shade, cv2.CV_32F, 1, 0, ksize=3) / 8
    down = cv2.Sobel(shade, cv2.CV_32F, 0, 1, ksize=3) / 8
    outline = float(np.hypot(across, down).sum())
    return 2 * float(shade.sum()) / outline if outline else 0.0


def with_stroke_width(ink: Ink, change_px: float) -> Ink:
    """Moves the outline outwards (positive) or inwards by half of ``change_px`` on both sides of each stroke."""
    big = cv2.resize(ink, None, fx=_OVERSAMPLING, fy=_OVERSAMPLING, interpolation=cv2.INTER_CUBIC)
    inside = (big >= 128).astype(np.uint8)
    if not inside.any():
        return ink
    # Distances count from pixel centre to pixel centre; the outline runs half a pixel before.
    inwards, outwards = (cv2.distanceTransform(side, cv2.DIST_L2, 5) for side in (inside, 1 - inside))
    signed = np.where(inside > 0, inwards - 0.5, 0.5 - outwards)
    # No stroke may vanish: thinning stops short of the half width of the thinnest strokes.
    ridge = float(np.quantile(signed[inside > 0], 0.9))
    moved = signed + max(change_px * _OVERSAMPLING / 2, 0.5 - ridge)
    shade = np.clip(moved + 0.5, 0, 1) * 255
    small = cv2.resize(shade.astype(np.uint8), ink.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _width_em(glyphs: list[GlyphImage]) -> float:
    return float(np.median([stroke_width_px(glyph.ink) / glyph.em_px for glyph in glyphs]))


def _height_em(glyph: GlyphImage) -> float:
    bounds = glyph.bounds_em()
    return bounds[3] - bounds[1] if bounds else 0.0


def _scale(seed: Seed, written: GlyphSet, frame: Frame) -> float:
    """Returns the size of the hand's letters over the seed's: from its own Latin, else from its Hangul."""
    own = [char for char in ASCII_PRINTABLE if char in written and char.isalnum()]
    ratios = [
        _height_em(written[char]) / height
        for char in own
        if (height := _height_em(seed.latin_glyph(char, DEFAULT_BASELINE_EM))) > 0
    ]
    if len(ratios) >= 5:
        return float(np.median(ratios))
    return seed.frame.px_per_em / frame.px_per_em


def complete_latin(written: GlyphSet, seed: Seed) -> list[GlyphImage]:
    """Returns the ASCII glyphs that ``written`` lacks: seed glyphs matched in size, stroke width and baseline."""
    missing = [char for char in ASCII_PRINTABLE if char not in written or written[char].is_blank]
    syllables = [glyph for char, glyph in written.items() if is_syllable(char)]
    frame = Frame.fit(syllables)
    scale = _scale(seed, written, frame)
    baselines = [glyph.baseline_em for glyph in written.values() if glyph.baseline_em is not None]
    baseline = float(np.median(baselines)) if baselines else DEFAULT_BASELINE_EM
    own_latin = [written[char] for char in ASCII_PRINTABLE if char in written and char.isalnum()]
    wanted = _width_em(own_latin if len(own_latin) >= 5 else syllables)
    seed_baseline = _seed_baseline_em(seed)
    glyphs = []
    for char in missing:
        plain = seed.latin_glyph(char, seed_baseline)
        em_px = plain.em_px / scale
        change = wanted * em_px - stroke_width_px(plain.ink)
        left = (plain.origin_px[0] + plain.em_px / 2) - em_px / 2
        top = (plain.origin_px[1] + seed_baseline * plain.em_px) - baseline * em_px
        ink = with_stroke_width(plain.ink, change)
        glyphs.append(GlyphImage(char, ink, em_px, (left, top), baseline, Source.SEED))
    return glyphs


def _seed_baseline_em(seed: Seed) -> float:
    """Returns the seed's baseline in its em: the bottom of its flat-footed capitals."""
    bottoms = [
        bounds[3] for char in "HIEMN" if (bounds := seed.latin_glyph(char, DEFAULT_BASELINE_EM).bounds_em()) is not None
    ]
    return float(np.median(bottoms))
