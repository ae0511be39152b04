"""A hand of round strokes with known geometry, so that tests need no font and know what is right."""

import zlib

import cv2
import numpy as np

from templates.glyphs import GlyphImage, GlyphSet, Source

MARGIN_EM = 0.2
BASELINE_EM = 0.70
_FINE = 4


def draw(char, strokes, *, em_px=96, pen_em=0.045, baseline_em=None, source=Source.WRITTEN):
    """Polylines in em from the em square's top left, y down, drawn with a round pen and soft edges."""
    margin = round(MARGIN_EM * em_px)
    side = round(em_px + 2 * margin)
    canvas = np.zeros((side * _FINE, side * _FINE), np.uint8)
    for stroke in strokes:
        points = np.rint((np.array(stroke) * em_px + margin) * _FINE).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, max(1, round(pen_em * em_px * _FINE)))
    ink = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    return GlyphImage(char, ink, float(em_px), (margin, margin), baseline_em, source)


def ring(cx, cy, radius, steps=40):
    turn = np.linspace(0, 2 * np.pi, steps)
    return np.stack([cx + radius * np.cos(turn), cy + radius * np.sin(turn)], axis=1).tolist()


def syllable(char, *, down=0.0, **options):
    """Strokes that differ from character to character, in a box of about 0.6 x 0.7 em."""
    chance = np.random.default_rng(zlib.crc32(char.encode()))
    jitter = chance.normal(0, 0.015, (4, 2))
    strokes = [
        [(0.22, 0.2), (0.5, 0.2), (0.45, 0.5)],
        [(0.7, 0.12), (0.7, 0.55)],
        [(0.7, 0.32), (0.8, 0.32)],
        ring(0.5, 0.72, 0.1),
    ]
    moved = [(np.array(stroke) + shift + (0, down)).tolist() for stroke, shift in zip(strokes, jitter, strict=True)]
    return draw(char, moved, **options)


def letter(char, *, low=0.0, x_height=0.36, **options):
    """A letter like ``n`` that stands ``low`` em below its sheet's baseline."""
    foot = BASELINE_EM + low - 0.0225
    head = BASELINE_EM + low - x_height + 0.0225
    strokes = [[(0.35, foot), (0.35, head)], [(0.35, head), (0.6, head), (0.6, foot)]]
    return draw(char, strokes, baseline_em=BASELINE_EM, **options)


def hand(syllables="가각간갇갈감갑갓강개객거고곡과괴구국그기나너노누느니다더도두드디라러로루르리마머모무므미"):
    """A small written hand with some letters."""
    latin = [letter(char, low=0.02) for char in "acemnorsuvwxz"]
    return GlyphSet.of("test hand", [*(syllable(char) for char in syllables), *latin])
