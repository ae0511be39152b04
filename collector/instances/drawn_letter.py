"""Letters drawn with the finger: lines of points to the ink that a pen would have left."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from templates.glyphs import GlyphImage
from templates.sheet import BASELINE_RATIO

Strokes = Sequence[Sequence[Sequence[float]]]
"""Lines of points (x, y) in em, y down, the em square's top left corner at (0, 0)."""

EM_PX = 168
"""As photographs of the sheet: 12 px/mm and cells of 14 mm."""
MARGIN_EM = 0.2
"""Strokes may leave the em square by so much."""
USUAL_PEN_EM = 0.045
"""A pen of 0.6 mm on a cell of 14 mm, where the writer's own is not known."""
_OVERSAMPLING = 4


def draw_letter(char: str, strokes: Strokes, pen_em: float) -> GlyphImage:
    """The glyph of a letter drawn with a round pen of the writer's own width."""
    side = round(EM_PX * (1 + 2 * MARGIN_EM))
    big = np.zeros((side * _OVERSAMPLING, side * _OVERSAMPLING), np.uint8)
    scale, width = EM_PX * _OVERSAMPLING, max(2, round(pen_em * EM_PX * _OVERSAMPLING))
    for line in strokes:
        path = np.round((smooth(line) + MARGIN_EM) * scale).astype(np.int32)
        cv2.polylines(big, [path.reshape(-1, 1, 2)], False, 255, width, cv2.LINE_8)
        for end in (path[0], path[-1]):
            cv2.circle(big, (int(end[0]), int(end[1])), width // 2, 255, -1)
    ink = np.asarray(cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    margin = MARGIN_EM * EM_PX
    return GlyphImage(char, ink, float(EM_PX), (margin, margin), BASELINE_RATIO if char.isascii() else None)


def smooth(line: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """(N, 2) a line without its corners: G. Chaikin, An algorithm for high-speed curve generation, 1974."""
    points = np.asarray(line, np.float64).reshape(-1, 2)
    for _ in range(2):
        if len(points) < 3:
            break
        start, end = points[:-1], points[1:]
        cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points
