"""Letters drawn with the finger: what a browser sends, checked, and how a page shows it."""

from __future__ import annotations

import json
import math

from collector.errors import PhotoError
from collector.instances import Strokes, smooth
from collector.instances.drawn_letter import MARGIN_EM
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, is_syllable

MOST_LINES, MOST_POINTS = 80, 3000
"""Ten times what a full syllable takes; a point is kept in at most 20 bytes."""
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
    if text.count("[") > MOST_LINES + MOST_POINTS + 1:
        raise LetterRefused
    try:
        document = json.loads(text)
        lines = [[_point(point) for point in line] for line in document if line]
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
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


def as_path(strokes: Strokes) -> str:
    """The lines as an SVG path in thousandths of an em."""
    parts = []
    for line in strokes:
        points = [f"{round(1000 * x)} {round(1000 * y)}" for x, y in smooth(line).tolist()]
        parts.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(parts)
