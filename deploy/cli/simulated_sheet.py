"""A font under test fills in a real sheet: printed, written, photographed on an everyday desk, and read again."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from collector.capture import read_photos
from collector.simulator import Hand, Pen, everyday, photograph
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from templates.sheet import SET_NAMES, build_sheet

STEADY_PEN = Pen.GEL
"""One pen for all hands, so that hands and not pens are compared."""


def set_of(chars: Sequence[str]) -> str:
    """The name of the set that asks for just these syllables.

    Raises:
        ValueError: no sheet does.
    """
    for name in SET_NAMES:
        if set(hangul_set(name)) == set(chars):
            return name
    raise ValueError(f"no sheet asks for these {len(chars)} syllables")


def write_on_paper(font: Path, chars: Sequence[str]) -> GlyphSet:
    """The glyphs that capture reads from photographs of a sheet that the font has filled in.

    Raises:
        ValueError: no sheet asks for these characters.
        PhotoError: a photograph could not be read.
    """
    sheet, hand = build_sheet(set_of(chars)), Hand(font)
    random = np.random.default_rng(zlib.crc32(font.stem.encode()))
    with tempfile.TemporaryDirectory() as folder:
        photos = [
            photograph(sheet, page.index, hand, replace(everyday(random), pen=STEADY_PEN)).save(
                Path(folder) / f"{page.index}.jpg"
            )
            for page in sheet.pages
        ]
        return read_photos(photos).glyphs
