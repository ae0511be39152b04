"""Draws the 51 lone jamo, which no sheet asks for.

The unadapted network draws them from a plain seed: a network adapted to syllables draws lone jamo badly.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from generator.drawing import Drawer
from generator.layers import as_pictures
from generator.model import Model
from generator.seeds import enlarge, load_seed
from generator.weight import match_ink
from templates.glyphs import GlyphImage, GlyphSet, Source

PLAIN_SEED = "NanumBarunpen"

FAINT = 32
"""Least ink of a mark."""
NEAR_PX = 5
"""A mark farther than this from all ink of the seed's jamo is part of another jamo of the references."""
SMALL_SHARE = 0.2
"""A mark with more than this share of the ink stays: the hand writes the jamo so."""


def draw_lone_jamo(plain: Model, written: GlyphSet, chars: Sequence[str]) -> list[GlyphImage]:
    """Draws lone jamo in the hand's frame and weight.

    Args:
        plain: the shipped networks, not adapted.
        chars: compatibility jamo.
    """
    drawer = Drawer(plain, written, load_seed(PLAIN_SEED))
    content = enlarge(as_pictures(torch.from_numpy(drawer.seed.pictures(chars)))[:, None])[:, 0].numpy()
    pictures = [
        without_stray_marks(picture, seed * 255 >= FAINT)
        for picture, seed in zip(drawer.pictures(chars), content, strict=True)
    ]
    match_ink(drawer)
    return [
        drawer.frame.glyph(char, np.asarray(cv2.convertScaleAbs(picture, alpha=drawer.gain), np.uint8), Source.DRAWN)
        for char, picture in zip(chars, pictures, strict=True)
    ]


def without_stray_marks(picture: NDArray[np.uint8], content: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Removes from a (H, W) picture the small marks where ``content`` (H, W) has none."""
    count, marks = cv2.connectedComponents((picture >= FAINT).astype(np.uint8), connectivity=8)
    around = cv2.dilate(content.astype(np.uint8), np.ones((2 * NEAR_PX + 1, 2 * NEAR_PX + 1), np.uint8))
    ink = np.bincount(marks.ravel(), weights=picture.ravel(), minlength=count)
    there = np.bincount(marks.ravel(), weights=(picture * around).ravel(), minlength=count)
    strays = [mark for mark in range(1, count) if 2 * there[mark] < ink[mark] < SMALL_SHARE * ink.sum()]
    return np.where(np.isin(marks, strays), 0, picture).astype(np.uint8)
