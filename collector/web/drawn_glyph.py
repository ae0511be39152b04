"""Letters drawn with the finger: lines of points to the ink that a pen would have left."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.errors import PhotoError
from collector.store import Strokes
from templates.glyphs import GlyphImage
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, is_syllable
from templates.sheet import BASELINE_RATIO

EM_PX = 168
"""As photographs of the sheet: 12 px/mm and cells of 14 mm."""
MARGIN_EM = 0.2
USUAL_PEN_EM = 0.045
"""A pen of 0.6 mm on a cell of 14 mm, where the writer's own is not known."""
MOST_LINES, MOST_POINTS = 80, 6000
_OVERSAMPLING = 4
_OTHERS = frozenset((*ASCII_PRINTABLE, *COMPATIBILITY_JAMO))


class LetterRefused(PhotoError):
    """What came from the drawing board is no letter."""

    code = "letter.unusable"

    def __init__(self) -> None:
        super().__init__(
            "그린 글자를 읽지 못했습니다. 칸 안에 다시 써 주세요.",
            "The drawing could not be read: please write the letter again inside the box.",
        )


def is_letter(char: str) -> bool:
    """Whether a font of ours has this character."""
    return is_syllable(char) or char in _OTHERS


def parse_strokes(text: str) -> Strokes:
    """Lines of points from a browser's JSON, checked point by point.

    Raises:
        LetterRefused: it is anything else, too much, or nothing.
    """
    try:
        document = json.loads(text)
        lines = [[_point(point) for point in line] for line in document if line]
    except (ValueError, TypeError, RecursionError) as error:
        raise LetterRefused from error
    if not lines or len(lines) > MOST_LINES or sum(map(len, lines)) > MOST_POINTS:
        raise LetterRefused
    if not any(0 <= x <= 1 and 0 <= y <= 1 for line in lines for x, y in line):
        raise LetterRefused
    return lines


def _point(point: object) -> list[float]:
    if not isinstance(point, list) or len(point) != 2:
        raise ValueError("a point is [x, y]")
    x, y = (float(value) for value in point)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a point is finite")
    reach = MARGIN_EM - 0.01
    return [round(min(max(value, -reach), 1 + reach), 4) for value in (x, y)]


def to_glyph(char: str, strokes: Strokes, pen_em: float) -> GlyphImage:
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


def as_path(strokes: Strokes) -> str:
    """The lines as an SVG path in thousandths of an em."""
    parts = []
    for line in strokes:
        points = [f"{round(1000 * x)} {round(1000 * y)}" for x, y in smooth(line).tolist()]
        parts.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(parts)
