"""The types that every stage exchanges: one glyph's picture with its place, and a set of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.uint8]
"""(H, W) uint8, 0 for paper to 255 for ink."""


class Source(StrEnum):
    """Where the shape of a glyph comes from."""

    WRITTEN = "written"
    DRAWN = "drawn"
    SEED = "seed"
    COMPOSED = "composed"


@dataclass(frozen=True, eq=False)
class GlyphImage:
    """One character's ink and the place of its em square in the raster.

    The em square is the writing area of a cell (a square as wide as the cell is high). The raster may
    extend beyond it, so that a stroke that leaves the cell is kept.
    """

    char: str
    ink: Ink
    em_px: float
    """Pixels in one em."""
    origin_px: tuple[float, float]
    """(x, y) of the em square's top left corner in the raster, y down; negative where the raster is inside it."""
    baseline_em: float | None = None
    """Latin only: the baseline, in em down from the top of the em square."""
    source: Source = Source.WRITTEN

    def __post_init__(self) -> None:
        if self.ink.ndim != 2 or self.ink.dtype != np.uint8:
            raise ValueError(f"{self.char}: ink must be (H, W) uint8, got {self.ink.dtype} {self.ink.shape}")
        if self.em_px <= 0:
            raise ValueError(f"{self.char}: em_px must be positive, got {self.em_px}")

    @property
    def is_blank(self) -> bool:
        """Whether there is no ink at all."""
        return not bool((self.ink >= 128).any())

    def bounds_em(self) -> tuple[float, float, float, float] | None:
        """Returns left, top, right, bottom of the ink (pixels of 128 and more) in em, y down; None where blank."""
        ys, xs = np.nonzero(self.ink >= 128)
        if not len(xs):
            return None
        left, top = self.origin_px
        return (
            (float(xs.min()) - left) / self.em_px,
            (float(ys.min()) - top) / self.em_px,
            (float(xs.max()) + 1 - left) / self.em_px,
            (float(ys.max()) + 1 - top) / self.em_px,
        )


@dataclass(frozen=True)
class GlyphSet(Mapping[str, GlyphImage]):
    """The glyphs of one hand by character, in the order they were given."""

    name: str
    glyphs: Mapping[str, GlyphImage] = field(default_factory=dict)
    alternates: Mapping[str, tuple[GlyphImage, ...]] = field(default_factory=dict)
    """Further shapes of some characters, since nobody writes one letter the same twice."""

    @classmethod
    def of(cls, name: str, glyphs: Iterable[GlyphImage], alternates: Iterable[GlyphImage] = ()) -> GlyphSet:
        """Makes a set of the given glyphs; of two for one character the later wins. Alternates keep their order."""
        further: dict[str, tuple[GlyphImage, ...]] = {}
        for glyph in alternates:
            further[glyph.char] = (*further.get(glyph.char, ()), glyph)
        return cls(name, {glyph.char: glyph for glyph in glyphs}, further)

    def shapes(self) -> Iterator[GlyphImage]:
        """Yields every glyph, then every alternate of the characters in the set."""
        yield from self.glyphs.values()
        for char, further in self.alternates.items():
            if char in self.glyphs:
                yield from further

    def __getitem__(self, char: str) -> GlyphImage:
        return self.glyphs[char]

    def __iter__(self) -> Iterator[str]:
        return iter(self.glyphs)

    def __len__(self) -> int:
        return len(self.glyphs)
