"""Turns glyph pictures into outlines in font units, still placed as they lay in their em squares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fontbuild.metrics import ASCENDER, UNITS_PER_EM
from fontbuild.outlines.quadratic import QuadraticContour, to_quadratic
from fontbuild.tracing.bilevel import Bilevel, bilevel
from fontbuild.tracing.potrace import CubicContour, trace
from templates.glyphs import GlyphImage, Source

BAND_UNITS = 20
BAND_BOTTOM = -320
BAND_COUNT = 70
"""Horizontal slices in which the two sides of a glyph are measured: -320 to 1,080 units."""

_SPECK_PX = 16
"""Specks up to this area at TRACE_EM_PX are dropped: a dot of 4.5 px, 0.014 em, is thinner than any pen's full stop."""

_BATCH = 128

Edges = NDArray[np.float64]
"""(BAND_COUNT, 2) leftmost and rightmost ink in each band in font units, bands upwards; nan where a band has none."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The contours of one character in font units, y up, x from the em square's left side."""

    char: str
    contours: tuple[QuadraticContour, ...]
    bounds: tuple[float, float, float, float]
    """xmin, ymin, xmax, ymax of the ink."""
    edges: Edges
    counter: float
    """Mean width of the white between two strokes on one line, in units; 0 where there is none."""
    baseline: float | None
    """Latin: where the sheet has its baseline, in units."""
    source: Source


def outline_glyphs(
    glyphs: Iterable[GlyphImage], progress: Callable[[float], None] | None = None, *, growth_em: float = 0.0
) -> list[Outline]:
    """Traces all glyphs that have ink, in the order given, their edges moved outwards by ``growth_em``.

    Runs on all cores: most of the work is done by potrace's processes and inside OpenCV and NumPy.
    ``progress`` gets the share that is done, from 0 to 1.
    """
    todo = list(glyphs)
    batches = [todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH)]
    done: list[Outline] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for index, outlines in enumerate(pool.map(partial(_outline_batch, growth_em=growth_em), batches)):
            done.extend(outline for outline in outlines if outline.contours)
            if progress is not None:
                progress((index + 1) / len(batches))
    return done


def _outline_batch(glyphs: Sequence[GlyphImage], growth_em: float) -> list[Outline]:
    pictures = [bilevel(glyph, growth_em) for glyph in glyphs]
    traced = trace([picture.ink for picture in pictures], _SPECK_PX)
    placed: list[CubicContour] = []
    for picture, cubics in zip(pictures, traced, strict=True):
        scale, shift = _to_units(picture)
        placed.extend(cubic * scale + shift for cubic in cubics)
    quadratic = iter(to_quadratic(placed))
    outlines = []
    for glyph, picture, cubics in zip(glyphs, pictures, traced, strict=True):
        contours = [next(quadratic) for _ in cubics]
        bounds, edges, counter = _measure(picture)
        baseline = None if glyph.baseline_em is None else ASCENDER - glyph.baseline_em * UNITS_PER_EM
        kept = tuple(contour for contour in contours if contour is not None)
        outlines.append(Outline(glyph.char, kept, bounds, edges, counter, baseline, glyph.source))
    return outlines


def _to_units(picture: Bilevel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns scale and shift from the picture's pixels (from its bottom left, y up) to font units."""
    scale = np.array(picture.scale) * UNITS_PER_EM
    left, top = picture.corner
    bottom = top + picture.ink.shape[0] * picture.scale[1]
    return scale, np.array([left * UNITS_PER_EM, ASCENDER - bottom * UNITS_PER_EM])


def _measure(picture: Bilevel) -> tuple[tuple[float, float, float, float], Edges, float]:
    """Measures the ink's bounds, the glyph's two sides band by band, and its mean counter."""
    scale, shift = _to_units(picture)
    ink = picture.ink[::-1]
    first = ink.argmax(axis=1)
    rows = np.flatnonzero(ink[np.arange(len(ink)), first])
    edges = np.full((BAND_COUNT, 2), np.nan)
    if not len(rows):
        return (0.0, 0.0, 0.0, 0.0), edges, 0.0
    first = first[rows]
    last = ink.shape[1] - ink[:, ::-1].argmax(axis=1)[rows]
    bands = (((rows + 0.5) * scale[1] + shift[1] - BAND_BOTTOM) // BAND_UNITS).astype(int).clip(0, BAND_COUNT - 1)
    band, starts = np.unique(bands, return_index=True)
    edges[band, 0] = np.minimum.reduceat(first, starts) * scale[0] + shift[0]
    edges[band, 1] = np.maximum.reduceat(last, starts) * scale[0] + shift[0]
    white = int((last - first).sum()) - np.count_nonzero(picture.ink)
    gaps = np.count_nonzero(picture.ink[:, 1:] > picture.ink[:, :-1]) - np.count_nonzero(first)
    left, bottom = np.array([first.min(), rows[0]]) * scale + shift
    right, top = np.array([last.max(), rows[-1] + 1]) * scale + shift
    counter = white / gaps * float(scale[0]) if gaps > 0 else 0.0
    return (float(left), float(bottom), float(right), float(top)), edges, counter
