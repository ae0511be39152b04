"""Measures how far two neighbours stand apart, by the white between their facing sides, band by band.

Narrow places count most, so the white is averaged by its power mean with exponent -2; a stroke counts a little above
and below itself too, so that two that pass each other closely count as near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fontbuild.outlines.outline import BAND_COUNT, Edges

WIDEST_UNITS = 400.0
"""White where there is no ink."""
_SPREAD_BANDS = 3
"""A stroke counts so many bands above and below itself."""
_NARROWEST_UNITS = 8.0
_PER_BAND_UNITS = 10.0
"""White that each of these bands adds."""
_CHUNK = 512

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SideProfiles:
    """The two profiles of some glyphs: white from the ink to the end of the advance, band by band."""

    left: Float32Array
    """(N, BAND_COUNT) units, WIDEST_UNITS where there is no ink."""
    right: Float32Array
    counts: NDArray[np.int64]
    """(N,) bands with ink."""

    def batches(self) -> Iterator[SideProfiles]:
        """Yields a few hundred glyphs at a time, so that memory stays small."""
        for start in range(0, len(self.right), _CHUNK):
            yield self.select(np.arange(start, min(start + _CHUNK, len(self.right))))

    def select(self, rows: NDArray[np.int64]) -> SideProfiles:
        """Returns the profiles of some of the glyphs."""
        return SideProfiles(self.left[rows], self.right[rows], self.counts[rows])


def side_profiles(edges: Sequence[Edges], advances: Sequence[float]) -> SideProfiles:
    """Returns the profiles of glyphs that lie at their place in their advances."""
    both = np.array(edges)
    ends = np.array(advances, float)[:, None]
    counts = np.maximum((~np.isnan(both[:, :, 0])).sum(axis=1), 1)
    return SideProfiles(_spread_vertically(both[:, :, 0]), _spread_vertically(ends - both[:, :, 1]), counts)


def white_between(one: SideProfiles, two: SideProfiles) -> Float32Array:
    """Returns (N, M, BAND_COUNT) the white between each of ``one`` and each of ``two`` that follows it."""
    white: Float32Array = one.right[:, None, :] + two.left[None, :, :]
    return white


def optical_distance(white: Float32Array, counts: NDArray[np.int64], others: NDArray[np.int64]) -> Float32Array:
    """Averages (..., BAND_COUNT) to (...), over as many bands as the lower of the two glyphs has."""
    near = np.square(1 / np.maximum(white, _NARROWEST_UNITS)).sum(axis=-1)
    mean: Float32Array = np.sqrt(np.minimum(counts, others).astype(np.float32) / near)
    return mean


def _spread_vertically(white: NDArray[np.float64]) -> Float32Array:
    """Lets every stroke count in the bands near it as well."""
    known = np.where(np.isnan(white), WIDEST_UNITS, white).astype(np.float32)
    padded = np.pad(known, ((0, 0), (_SPREAD_BANDS, _SPREAD_BANDS)), constant_values=WIDEST_UNITS)
    near = range(2 * _SPREAD_BANDS + 1)
    shifted = [padded[:, at : at + BAND_COUNT] + abs(at - _SPREAD_BANDS) * _PER_BAND_UNITS for at in near]
    spread: Float32Array = np.minimum.reduce(shifted)
    return spread
