"""How far two neighbours stand apart: the white between the sides that face each other, band by band.

The eye takes the narrow places for the distance, so the white is averaged by its power mean with exponent -2;
a stroke is felt a little above and below itself, so that two which pass each other closely count as near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.outline import BAND_COUNT, Edges

WIDEST_UNITS = 400.0
"""White where nothing faces."""
_SPREAD_BANDS = 3
"""A stroke is felt so many bands above and below itself."""
_NARROWEST_UNITS = 8.0
_AWAY_UNITS = 10.0
"""White that each band of that adds."""
_CHUNK = 512

Numbers = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sides:
    """The two profiles of some glyphs: white from the ink to the end of the advance, band by band."""

    left: Numbers
    """(N, BAND_COUNT) units, WIDEST_UNITS where there is no ink."""
    right: Numbers
    counts: NDArray[np.int64]
    """(N,) bands with ink."""

    def parts(self) -> Iterator[Sides]:
        """A few hundred glyphs at a time, so that memory stays small."""
        for start in range(0, len(self.right), _CHUNK):
            yield self.taken(np.arange(start, min(start + _CHUNK, len(self.right))))

    def taken(self, rows: NDArray[np.int64]) -> Sides:
        """The sides of some of the glyphs."""
        return Sides(self.left[rows], self.right[rows], self.counts[rows])


def sides(edges: Sequence[Edges], advances: Sequence[float]) -> Sides:
    """The profiles of glyphs that lie at their place in their advances."""
    both = np.array(edges)
    ends = np.array(advances, float)[:, None]
    counts = np.maximum((~np.isnan(both[:, :, 0])).sum(axis=1), 1)
    return Sides(_felt(both[:, :, 0]), _felt(ends - both[:, :, 1]), counts)


def facing(one: Sides, two: Sides) -> Numbers:
    """(N, M, BAND_COUNT): white between each of ``one`` and each of ``two`` that follows it."""
    white: Numbers = one.right[:, None, :] + two.left[None, :, :]
    return white


def distance(white: Numbers, counts: NDArray[np.int64], others: NDArray[np.int64]) -> Numbers:
    """(..., BAND_COUNT) -> (...): the mean over as many bands as the lower of the two glyphs has."""
    near = np.square(1 / np.maximum(white, _NARROWEST_UNITS)).sum(axis=-1)
    mean: Numbers = np.sqrt(np.minimum(counts, others).astype(np.float32) / near)
    return mean


def _felt(white: NDArray[np.float64]) -> Numbers:
    """White with every stroke felt a little above and below itself."""
    known = np.where(np.isnan(white), WIDEST_UNITS, white).astype(np.float32)
    padded = np.pad(known, ((0, 0), (_SPREAD_BANDS, _SPREAD_BANDS)), constant_values=WIDEST_UNITS)
    near = range(2 * _SPREAD_BANDS + 1)
    shifted = [padded[:, at : at + BAND_COUNT] + abs(at - _SPREAD_BANDS) * _AWAY_UNITS for at in near]
    felt: Numbers = np.minimum.reduce(shifted)
    return felt
