"""Baseline b: pure jamo composition. Parts are cut from the written glyphs and put together, nothing is learnt.

A glyph is cut along the lines its layout suggests, each moved to where it meets the least ink; strokes (connected
ink) that lie mostly on one side of the cut stay whole. A part keeps its place where its glyph has the target's
layout, and is fitted into the hand's usual place for it otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.references import parts_of, suitability
from templates.hangul import MedialClass, layout

Picture = NDArray[np.uint8]
Box = NDArray[np.float64]
"""left, top, right, bottom in pixels of the frame."""

INITIAL, MEDIAL, FINAL = 0, 1, 2
WHOLE_STROKE = 0.72
"""A stroke with this share of its ink in one part goes to that part whole."""

INK = 96


def _cut(profile: NDArray[np.float64], low: float, high: float, usual: float) -> int:
    """The index between two shares of a profile of ink where a cut meets the least, near the usual share."""
    size = len(profile)
    first, last = int(low * size), max(int(high * size), int(low * size) + 1)
    places = np.arange(first, last)
    smooth = np.convolve(np.pad(profile, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    cost = smooth[first:last] / max(float(profile.max()), 1.0) + 1.2 * np.abs(places / size - usual)
    return int(places[int(cost.argmin())])


def _upper_regions(ink: NDArray[np.float64], kind: int, closed: bool) -> NDArray[np.int64]:
    """Labels initial and medial over the part of a glyph (h, w) that stands above its final."""
    height, width = ink.shape
    region = np.full((height, width), INITIAL, np.int64)
    if kind == MedialClass.HORIZONTAL:
        region[_cut(ink.sum(axis=1), 0.35, 0.8, 0.62 if closed else 0.56) :] = MEDIAL
        return region
    mixed = kind == MedialClass.MIXED
    right = _cut(ink.sum(axis=0), 0.4, 0.85, 0.66 if mixed else 0.58)
    if mixed and right:
        region[_cut(ink[:, :right].sum(axis=1), 0.35, 0.8, 0.58) :, :right] = MEDIAL
    region[:, right:] = MEDIAL
    return region


def regions(picture: Picture, char: str) -> NDArray[np.int64]:
    """Which part, INITIAL, MEDIAL or FINAL, each pixel of a syllable's picture (H, W) belongs to; -1 off the ink."""
    labels = np.full(picture.shape, -1, np.int64)
    ys, xs = np.nonzero(picture >= INK)
    if not len(ys):
        return labels
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    ink = picture[top:bottom, left:right].astype(np.float64)
    kind, closed = layout(char) % 3, layout(char) >= 3
    end = _cut(ink.sum(axis=1), 0.42, 0.8, 0.62) if closed else len(ink)
    inside = np.full(ink.shape, FINAL, np.int64)
    inside[:end] = _upper_regions(ink[:end], kind, closed)
    grown = np.pad(inside, ((top, len(picture) - bottom), (left, picture.shape[1] - right)), mode="edge")
    labels[picture > 0] = grown[picture > 0]
    return _keep_strokes_whole(picture, labels)


def _keep_strokes_whole(picture: Picture, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    count, strokes = cv2.connectedComponents((picture > 0).astype(np.uint8), connectivity=8)
    for stroke in range(1, count):
        here = strokes == stroke
        votes = np.bincount(labels[here], weights=picture[here], minlength=3)
        if votes.max() >= WHOLE_STROKE * votes.sum():
            labels[here] = int(votes.argmax())
    return labels


def _box(part: Picture) -> Box | None:
    ys, xs = np.nonzero(part >= INK)
    return np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], np.float64) if len(ys) else None


def _fit(part: Picture, box: Box, place: Box) -> Picture:
    """Moves and stretches a part from its box to a place (each side by half to twice)."""
    scale = np.clip((place[2:] - place[:2]) / (box[2:] - box[:2]), 0.5, 2.0)
    shift = (place[:2] + place[2:]) / 2 - scale * (box[:2] + box[2:]) / 2
    matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
    return np.asarray(cv2.warpAffine(part, matrix, part.shape[::-1], flags=cv2.INTER_LINEAR), np.uint8)


class Composition:
    """Draws syllables from the parts of written ones.

    Args:
        chars: the written syllables.
        pictures: their frame pictures, (W, H, W) uint8.
    """

    def __init__(self, chars: Sequence[str], pictures: NDArray[np.uint8]) -> None:
        self.parts = parts_of(chars)
        self.layouts = [layout(char) for char in chars]
        labels = [regions(picture, char) for picture, char in zip(pictures, chars, strict=True)]
        self.cut = np.stack(
            [np.where(np.stack(labels) == role, pictures, 0).astype(np.uint8) for role in (INITIAL, MEDIAL, FINAL)],
            axis=1,
        )
        self.places = self._usual_places()

    def _usual_places(self) -> dict[tuple[int, int], Box]:
        found: dict[tuple[int, int], list[Box]] = {}
        for parts, kind in zip(self.cut, self.layouts, strict=True):
            for role, part in enumerate(parts):
                if (box := _box(part)) is not None:
                    found.setdefault((role, kind), []).append(box)
        return {key: np.median(np.stack(boxes), axis=0) for key, boxes in found.items()}

    def _part(self, row: int, role: int, kind: int) -> Picture:
        part: Picture = self.cut[row, role]
        box, place = _box(part), self.places.get((role, kind))
        if self.layouts[row] == kind or box is None or place is None:
            return part
        return _fit(part, box, place)

    def pictures(self, chars: Sequence[str]) -> NDArray[np.uint8]:
        """Frame pictures (N, H, W) uint8 of syllables."""
        best = suitability(parts_of(chars), self.parts)
        drawn = []
        for number, char in enumerate(chars):
            kind = layout(char)
            roles = (INITIAL, MEDIAL, FINAL) if kind >= 3 else (INITIAL, MEDIAL)
            drawn.append(
                np.maximum.reduce([self._part(self._source(best[number, role], role), role, kind) for role in roles])
            )
        return np.stack(drawn)

    def _source(self, scores: NDArray[np.float32], role: int) -> int:
        """The written glyph that serves best and has ink in this part."""
        for row in np.argsort(-scores):
            if self.cut[row, role].max() >= INK:
                return int(row)
        return int(scores.argmax())
