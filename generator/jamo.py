"""The 51 lone jamo, which no sheet asks for.

They are drawn by the unadapted network from a plain seed: adapting to syllables makes it forget what stands alone.
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
"""Ink from which on a mark is looked at."""
NEAR_PX = 5
"""A mark further than this from all ink of the seed's jamo belongs to another jamo of the references."""
SMALL = 0.2
"""Unless it has more than this share of the ink: then the hand writes the jamo that way."""


def draw_lone_jamo(plain: Model, written: GlyphSet, chars: Sequence[str]) -> list[GlyphImage]:
    """Lone jamo in the hand's frame and weight.

    Args:
        plain: the shipped networks, not adapted.
        chars: compatibility jamo.
    """
    drawer = Drawer(plain, written, load_seed(PLAIN_SEED))
    content = enlarge(as_pictures(torch.from_numpy(drawer.seed.pictures(chars)))[:, None])[:, 0].numpy()
    pictures = [
        without_strays(picture, seed * 255 >= FAINT)
        for picture, seed in zip(drawer.pictures(chars), content, strict=True)
    ]
    match_ink(drawer)
    return [
        drawer.frame.glyph(char, np.asarray(cv2.convertScaleAbs(picture, alpha=drawer.gain), np.uint8), Source.DRAWN)
        for char, picture in zip(chars, pictures, strict=True)
    ]


def without_strays(picture: NDArray[np.uint8], content: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A (H, W) picture without the small marks that stand where ``content`` (H, W) has none."""
    count, marks = cv2.connectedComponents((picture >= FAINT).astype(np.uint8), connectivity=8)
    around = cv2.dilate(content.astype(np.uint8), np.ones((2 * NEAR_PX + 1, 2 * NEAR_PX + 1), np.uint8))
    ink = np.bincount(marks.ravel(), weights=picture.ravel(), minlength=count)
    there = np.bincount(marks.ravel(), weights=(picture * around).ravel(), minlength=count)
    strays = [mark for mark in range(1, count) if 2 * there[mark] < ink[mark] < SMALL * ink.sum()]
    return np.where(np.isin(marks, strays), 0, picture).astype(np.uint8)
