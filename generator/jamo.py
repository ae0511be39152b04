"""The 51 lone jamo, which no sheet asks for.

Consonants are drawn by the unadapted network from the plainest seed: adapting to syllables makes it forget what
stands alone. For lone vowels it still borrows strokes of its references' consonants, so those are the seed's own,
brought to the hand's stroke width.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.drawing import Drawer
from generator.frame import FRAME_PX
from generator.latin import stroke_width_px, with_stroke_width
from generator.model import Model
from generator.seeds import load_seed
from templates.glyphs import GlyphImage, GlyphSet, Ink, Source
from templates.hangul import MEDIALS

PLAIN_SEED = "NanumBarunpen"


def draw_lone_jamo(plain: Model, written: GlyphSet, chars: Sequence[str]) -> list[GlyphImage]:
    """Lone jamo in the hand's frame.

    Args:
        plain: the shipped networks, not adapted.
        chars: compatibility jamo.
    """
    drawer = Drawer(plain, written, load_seed(PLAIN_SEED))
    consonants = [char for char in chars if char not in MEDIALS]
    drawn = dict(zip(consonants, drawer.pictures(consonants), strict=True))
    wanted = float(np.median([stroke_width_px(picture) for picture in drawer.own]))
    glyphs = []
    for char in chars:
        if char in drawn:
            glyphs.append(drawer.frame.glyph(char, drawn[char], Source.DRAWN))
        else:
            picture = _vowel(drawer.seed.pictures([char])[0], wanted)
            glyphs.append(drawer.frame.glyph(char, picture, Source.SEED))
    return glyphs


def _vowel(seed_picture: NDArray[np.uint8], wanted_px: float) -> Ink:
    large = cv2.resize(seed_picture, (FRAME_PX, FRAME_PX), interpolation=cv2.INTER_CUBIC)
    picture = np.asarray(large, np.uint8)
    return with_stroke_width(picture, wanted_px - stroke_width_px(picture))
