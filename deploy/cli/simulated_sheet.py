"""Simulates a sheet that a font has filled in: rendered, photographed and read again, for evaluation."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from collector.capture import read_photos
from collector.instances import Preference, judge_sheet, to_glyphs
from collector.simulator import FontWriter, Pen, everyday, photograph
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from templates.sheet import SET_NAMES, build_sheet

PEN = Pen.GEL
"""The same pen for all hands, so that hands and not pens are compared."""


def sheet_set_of(chars: Sequence[str]) -> str:
    """The name of the sheet with exactly these syllables.

    Raises:
        ValueError: there is no such sheet.
    """
    for name in SET_NAMES:
        if set(hangul_set(name)) == set(chars):
            return name
    raise ValueError(f"no sheet has exactly these {len(chars)} syllables")


def write_on_paper(font: Path, chars: Sequence[str]) -> GlyphSet:
    """Reads the glyphs from simulated photographs of a sheet that the font has filled in.

    Raises:
        ValueError: no sheet has exactly these characters.
        PhotoError: a photograph could not be read.
    """
    sheet, hand = build_sheet(sheet_set_of(chars)), FontWriter(font)
    random = np.random.default_rng(zlib.crc32(font.stem.encode()))
    with tempfile.TemporaryDirectory() as folder:
        photos = [
            photograph(sheet, page.index, hand, replace(everyday(random), pen=PEN)).save(
                Path(folder) / f"{page.index}.jpg"
            )
            for page in sheet.pages
        ]
        return to_glyphs("hand", judge_sheet(read_photos(photos), Preference.BEST).good)
