"""Invented writers kept at hand while training, each with a sheet of letters that were written once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.invented_writers.writer import Writer

TARGET_UNEVENNESS = 0.5
"""How far a target strays from its writer's mean, as a share of how far written letters do.

Nothing that the generator sees tells which way a letter will stray: what it cannot know only blurs it."""


class InventedSheet:
    """A writer and the characters that this writer has on paper, each a picture that stays the same."""

    def __init__(self, writer: Writer, written: Sequence[str]) -> None:
        self.writer, self.written = writer, list(written)
        self._pictures: dict[str, NDArray[np.uint8]] = {}

    def picture(self, char: str, random: np.random.Generator) -> NDArray[np.uint8]:
        """A letter of the sheet, (FRAME_PX, FRAME_PX) uint8, written when first asked for."""
        if char not in self._pictures:
            self._pictures[char] = self.writer.picture(char, random)
        return self._pictures[char]

    def target(self, char: str, random: np.random.Generator) -> NDArray[np.uint8]:
        """Any letter, written anew near the writer's mean."""
        return self.writer.picture(char, random, TARGET_UNEVENNESS)


class WriterPool:
    """Sheets of ``size`` invented writers; each gives way to a new writer after ``uses`` samples.

    Args:
        covers: sets of characters, of which each writer has written one.
    """

    def __init__(self, covers: Sequence[Sequence[str]], seed: int, size: int = 192, uses: int = 128) -> None:
        self.covers, self.seed, self.uses = covers, seed, uses
        self.made = 0
        self._sheets: list[InventedSheet | None] = [None] * size
        self._used = [0] * size

    def pick(self, random: np.random.Generator) -> InventedSheet:
        """One of the sheets, by chance."""
        place = int(random.integers(len(self._sheets)))
        sheet = self._sheets[place]
        if sheet is None or self._used[place] >= self.uses:
            writer = Writer(self.made, self.seed)
            sheet = InventedSheet(writer, self.covers[int(random.integers(len(self.covers)))])
            self._sheets[place], self._used[place] = sheet, 0
            self.made += 1
        self._used[place] += 1
        return sheet
