"""Figures for one picture against the hand's own: distance, overlap, ink, and the faults a tracer would keep.

All pictures are (N, 96, 96) uint8 frame pictures (0 paper, 255 ink) of one hand, normalised once for the whole hand:
a glyph that is drawn in the wrong place of its cell is drawn wrongly, and padding cannot flatter a figure.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

UPSAMPLING = 4
"""How much a picture is enlarged before it is cut at one half, as the tracer does."""

SPECK_PX = 0.6
"""Ink of less than a square of this side (of the 96 px frame) is a speck."""

Pictures = NDArray[np.uint8]
Figures = NDArray[np.float32]


def cut(picture: Pictures) -> NDArray[np.uint8]:
    """One (H, W) picture, enlarged by UPSAMPLING and cut at one half: (4H, 4W) of 0 and 1."""
    height, width = picture.shape
    size = (UPSAMPLING * width, UPSAMPLING * height)
    inked: NDArray[np.uint8] = (cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC) >= 128).astype(np.uint8)
    return inked


def as_traced(pictures: Pictures) -> Pictures:
    """What is left of grey pictures once they are outlines, back at their own size: (N, H, W) uint8."""
    height, width = pictures.shape[1:]
    back = [cv2.resize(cut(picture) * 255, (width, height), interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.stack(back).astype(np.uint8) if back else pictures


def stroke_l1(drawn: Pictures, real: Pictures) -> Figures:
    """Stroke-normalised L1: sum |drawn - real| / sum real, a glyph at a time (N,); 0 the same, 1 as bad as blank."""
    difference = np.abs(drawn.astype(np.float32) - real).sum(axis=(1, 2))
    return np.asarray(difference / _ink(real), np.float32)


def soft_iou(drawn: Pictures, real: Pictures) -> Figures:
    """Overlap of grey ink: sum min / sum max, (N,), 1 the same."""
    common = np.minimum(drawn, real).sum(axis=(1, 2), dtype=np.float64)
    either = np.maximum(drawn, real).sum(axis=(1, 2), dtype=np.float64)
    return np.asarray(common / np.maximum(either, 1.0), np.float32)


def ink_ratio(drawn: Pictures, real: Pictures) -> Figures:
    """Ink drawn over the ink the hand's own glyph has, both as traced, (N,); below 1 strokes thin or missing."""
    return np.asarray(as_traced(drawn).sum(axis=(1, 2), dtype=np.float64) / _ink(as_traced(real)), np.float32)


def smear(drawn: Pictures) -> Figures:
    """Grey that a tracer must guess about: sum |picture - picture as traced| / ink as traced, (N,)."""
    return stroke_l1(drawn, as_traced(drawn))


def _ink(pictures: Pictures) -> NDArray[np.float64]:
    ink: NDArray[np.float64] = np.maximum(pictures.sum(axis=(1, 2), dtype=np.float64), 1.0)
    return ink


def topology(picture: Pictures) -> tuple[int, int, int]:
    """Connected strokes (specks left out), specks, and holes of one picture as traced.

    Ink is joined by edges and corners, paper by edges only, so that the two never contradict each other.
    """
    return topology_of_cut(cut(picture))


def topology_of_cut(inked: NDArray[np.uint8]) -> tuple[int, int, int]:
    """``topology`` of what ``cut`` has made of a picture."""
    inked = np.pad(inked, 1)
    count, _, statistics, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    areas = statistics[1:count, cv2.CC_STAT_AREA]
    least = (SPECK_PX * UPSAMPLING) ** 2
    specks = int((areas < least).sum())
    holes = cv2.connectedComponents(1 - inked, connectivity=4)[0] - 2
    return len(areas) - specks, specks, int(holes)


def faults(drawn: Pictures, real: Pictures) -> NDArray[np.int64]:
    """(N, 4) by glyph: breaks and joins (strokes more and fewer than the real glyph has), specks, holes wrong.

    Specks are counted as they are: the real glyphs' own count stands beside it in the table. A hand joins and
    parts its strokes at will, so that even a true second writing of a letter would not be at 0 breaks.
    """
    rows = []
    for one, other in zip(drawn, real, strict=True):
        strokes, specks, holes = topology(one)
        true_strokes, _, true_holes = topology(other)
        more = strokes - true_strokes
        rows.append((max(more, 0), max(-more, 0), specks, abs(holes - true_holes)))
    return np.array(rows, np.int64).reshape(-1, 4)


def legible(read: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether all three jamo are read right: two (N, 3) -> (N,)."""
    right: NDArray[np.bool_] = (read == wanted).all(axis=1)
    return right
