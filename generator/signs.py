"""Draws signs with the hand's own pen: stroke by stroke, or composed of the hand's letters.

Signs on their own stand where syllables stand, and fontbuild scales them like syllables. Latin letters with marks keep
their letter's place and baseline. Full-width forms are not drawn here: fontbuild makes them of finished outlines.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.latin import stroke_width_px, with_stroke_width
from generator.sign_pen import SignCanvas, measure_pen
from generator.variants import hand_distortion_em
from templates.glyphs import GlyphImage, GlyphSet, Ink, Source
from templates.hangul import is_common, is_syllable
from templates.signs import Mark, SignComposition, SignStroke, composition_of, signs, strokes_by_sign

SIDE_PX = 128.0
"""Pixels of the side of the square that a syllable fills, in the pictures made here."""
SMALL_WIDTH = 0.78
"""Width of the pen in letters that are written small inside a sign, in widths of the pen."""
_INK = 128
_MARGIN = 0.3
_LETTER_GAP = 0.05
"""White between letters of a line, in the side of the square."""
_SMALL_HEIGHT = 0.62
"""Height of raised and lowered figures, in the height of figures."""
_NARROWEST = 0.62
"""Lines that are too long are condensed to this at most; beyond it they are made smaller."""


@dataclass(frozen=True)
class _LineOfLetters:
    """Letters beside each other: their ink at SIDE_PX and its baseline in pixels from the top."""

    ink: Ink
    baseline_px: float


def complete_signs(everything: GlyphSet, written: GlyphSet) -> list[GlyphImage]:
    """Draws the signs of ``templates.signs`` that ``written`` lacks and that can be made of ``everything``.

    Args:
        everything: syllables, lone jamo and ASCII of the hand.
        written: what the writer wrote; the pen is measured from its syllables.

    Raises:
        ValueError: no syllable is written.
    """
    maker = _SignMaker(everything, written)
    made = [maker.glyph(sign) for sign in signs() if sign not in written or written[sign].is_blank]
    return [glyph for glyph in made if glyph is not None]


class _SignMaker:
    def __init__(self, everything: Mapping[str, GlyphImage], written: GlyphSet) -> None:
        self._glyphs = everything
        syllables = [glyph for char, glyph in written.items() if is_syllable(char) and not glyph.is_blank]
        boxes = np.array([box for glyph in syllables if is_common(glyph.char) and (box := glyph.bounds_em())])
        if not len(boxes):
            boxes = np.array([box for glyph in syllables if (box := glyph.bounds_em())])
        if not len(boxes):
            raise ValueError("signs need at least one written syllable with ink")
        width, height = np.median(boxes[:, 2:] - boxes[:, :2], axis=0)
        self._side_em = float(np.sqrt(width * height))
        across, down = (np.median(boxes[:, side] + boxes[:, side + 2]) / 2 for side in (0, 1))
        self._middle_em = (float(across), float(down))
        self.pen = measure_pen(syllables, self._side_em, hand_distortion_em(syllables))
        self._cap_em = self._capital_height_em()

    def _capital_height_em(self) -> float:
        boxes = [self._glyphs[char].bounds_em() for char in "HIENMTL" if char in self._glyphs]
        heights = [box[3] - box[1] for box in boxes if box]
        return float(np.median(heights)) if heights else 0.6

    def glyph(self, sign: str) -> GlyphImage | None:
        """Draws a sign; None where it has no picture, or where a letter that it is made of is missing."""
        strokes = strokes_by_sign().get(sign)
        if strokes is not None:
            return self._drawn(sign, strokes)
        parts = composition_of(sign)
        if parts is None or parts.how == "wide":
            return None
        match parts.how:
            case "circle":
                return self._circled(sign, parts.text)
            case "accent" | "stroke" | "ligature" | "same":
                return self._letter(sign, parts)
            case "super" | "sub":
                return self._boxed(sign, parts.text, _SUPER_BOX if parts.how == "super" else _SUB_BOX)
            case "fraction":
                return self._fraction(sign, parts.text)
            case _:
                return self._boxed(sign, parts.text, _FULL_BOX)

    def _letter_or_sign(self, char: str) -> GlyphImage | None:
        """Returns the hand's own glyph of a character, or draws it where it is a sign."""
        return self._glyphs.get(char) or (self.glyph(char) if char in signs() else None)

    def _random(self, sign: str) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(sign.encode()))

    def _drawn(self, sign: str, strokes: Sequence[SignStroke]) -> GlyphImage | None:
        low, high = _extent(strokes)
        canvas, random = SignCanvas(SIDE_PX, low, high), self._random(sign)
        for stroke in strokes:
            if stroke.mark is not Mark.LETTERS:
                canvas.draw(stroke, self.pen, random)
            elif not self._fill(canvas, stroke.text, stroke.points):
                return None
        return self._placed(sign, canvas.ink(), low)

    def _circled(self, sign: str, text: str) -> GlyphImage | None:
        (circle,) = strokes_by_sign()["○"]
        low, high = _extent([circle])
        canvas = SignCanvas(SIDE_PX, low, high)
        canvas.draw(circle, self.pen, self._random(sign))
        inner = np.array([[0.25, 0.23], [0.75, 0.77]] if len(text) == 1 else [[0.2, 0.27], [0.8, 0.73]])
        return self._placed(sign, canvas.ink(), low) if self._fill(canvas, text, inner) else None

    def _boxed(self, sign: str, text: str, box: NDArray[np.float64]) -> GlyphImage | None:
        low, high = box.min(axis=0) - _MARGIN, box.max(axis=0) + _MARGIN
        canvas = SignCanvas(SIDE_PX, low, high)
        if not self._fill(canvas, text, box, stands=True):
            return None
        return self._placed(sign, canvas.ink(), low)

    def _fraction(self, sign: str, text: str) -> GlyphImage | None:
        above, _, below = text.partition("\u2044")
        slash = SignStroke(Mark.LINE, np.array([[0.78, 0.02], [0.24, 0.98]]))
        low, high = np.array([-_MARGIN, -_MARGIN]), np.array([1 + _MARGIN, 1 + _MARGIN])
        canvas = SignCanvas(SIDE_PX, low, high)
        canvas.draw(slash, self.pen, self._random(sign))
        if not self._fill(canvas, above, np.array([[-0.02, 0.0], [0.4, 0.46]])):
            return None
        if below and not self._fill(canvas, below, np.array([[0.6, 0.54], [1.02, 1.0]])):
            return None
        return self._placed(sign, canvas.ink(), low)

    def _fill(self, canvas: SignCanvas, text: str, box: NDArray[np.float64], *, stands: bool = False) -> bool:
        """Writes a line of letters into a box of the square; False where a letter is missing.

        ``stands``: on the box's lower edge, no taller than capitals are beside syllables, instead of filling it.
        """
        line = self._set_line(text)
        if line is None:
            return False
        width, height = (box[1] - box[0]) * SIDE_PX
        tall, wide = line.ink.shape
        scale_y = min(height / tall, 1.0) if stands else height / tall
        scale_x = min(scale_y, width / wide)
        if scale_x < scale_y * _NARROWEST:
            scale_y = scale_x / _NARROWEST
        size = (max(3, round(wide * scale_x)), max(3, round(tall * scale_y)))
        way = cv2.INTER_AREA if scale_y < 1 else cv2.INTER_CUBIC
        ink = np.asarray(cv2.resize(line.ink, size, interpolation=way), np.uint8)
        share = float(np.clip(np.sqrt(scale_x * scale_y), SMALL_WIDTH, 1.0))
        ink = self._with_pen(np.pad(ink, 6), self.pen.width * SIDE_PX * share)
        x, y = (box[0] + box[1]) / 2
        if stands:
            y = box[1][1] - (line.baseline_px * scale_y - size[1] / 2) / SIDE_PX
        canvas.paste(ink, (float(x), float(y)))
        return True

    def _with_pen(self, ink: Ink, width_px: float) -> Ink:
        return with_stroke_width(ink, width_px - stroke_width_px(ink))

    def _set_line(self, text: str) -> _LineOfLetters | None:
        """Sets letters on one baseline, capitals as high as syllables."""
        pieces = []
        for char in text:
            piece = self._piece(char)
            if piece is None:
                return None
            pieces.append(piece)
        gap = round(_LETTER_GAP * SIDE_PX)
        top = max(piece.baseline_px for piece in pieces)
        bottom = max(piece.ink.shape[0] - piece.baseline_px for piece in pieces)
        ink = np.zeros((int(np.ceil(top + bottom)) + 1, sum(p.ink.shape[1] + gap for p in pieces) - gap), np.uint8)
        x = 0
        for piece in pieces:
            y = round(top - piece.baseline_px)
            place = ink[y : y + piece.ink.shape[0], x : x + piece.ink.shape[1]]
            np.maximum(place, piece.ink[: place.shape[0]], out=place)
            x += piece.ink.shape[1] + gap
        return _LineOfLetters(ink, top)

    def _piece(self, char: str) -> _LineOfLetters | None:
        raised = composition_of(char) if char not in self._glyphs and char in signs() else None
        if raised is not None and raised.how in ("super", "sub"):
            line = self._set_line(raised.text)
            if line is None:
                return None
            size = tuple(max(2, round(side * _SMALL_HEIGHT)) for side in line.ink.shape[::-1])
            ink = np.asarray(cv2.resize(line.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
            return _LineOfLetters(ink, size[1] + (0.4 * SIDE_PX if raised.how == "super" else -0.15 * SIDE_PX))
        glyph = self._letter_or_sign(_SIMPLE.get(char, char))
        bounds = glyph.bounds_em() if glyph is not None else None
        if glyph is None or bounds is None:
            return None
        return self._cut(glyph, bounds)

    def _cut(self, glyph: GlyphImage, bounds: tuple[float, float, float, float]) -> _LineOfLetters:
        """Cuts out the ink, at SIDE_PX."""
        is_letter = glyph.baseline_em is not None
        scale = SIDE_PX / ((self._cap_em if is_letter else self._side_em) * glyph.em_px)
        left, top = glyph.origin_px
        rows = slice(max(0, int(bounds[1] * glyph.em_px + top) - 1), int(bounds[3] * glyph.em_px + top) + 2)
        columns = slice(max(0, int(bounds[0] * glyph.em_px + left) - 1), int(bounds[2] * glyph.em_px + left) + 2)
        ink = glyph.ink[rows, columns]
        size = (max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale)))
        scaled = np.asarray(
            cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8
        )
        foot_em = glyph.baseline_em if glyph.baseline_em is not None else self._middle_em[1] + self._side_em * 0.48
        return _LineOfLetters(scaled, (foot_em * glyph.em_px + top - rows.start) * scale)

    def _placed(self, sign: str, ink: Ink, low: NDArray[np.float64]) -> GlyphImage:
        """Places a picture of the unit square and its surroundings in the em."""
        em_px = SIDE_PX / self._side_em
        x, y = (-low - 0.5) * SIDE_PX
        middle_x, middle_y = 0.5 + x / SIDE_PX, 0.5 + y / SIDE_PX
        origin = (
            (middle_x + 0.5) * SIDE_PX - self._middle_em[0] * em_px,
            (middle_y + 0.5) * SIDE_PX - self._middle_em[1] * em_px,
        )
        return GlyphImage(sign, ink, em_px, (float(origin[0]), float(origin[1])), source=Source.COMPOSED)

    def _letter(self, sign: str, parts: SignComposition) -> GlyphImage | None:
        """Makes a Latin letter with a mark, a bar or a second letter, at its own place and on its baseline."""
        base = self._letter_or_sign(parts.text[0])
        if base is None or base.is_blank:
            return None
        if parts.how == "same":
            return replace(base, char=sign, source=Source.COMPOSED)
        if parts.how == "ligature":
            return self._ligature(sign, base, self._glyphs.get(parts.text[1]))
        if parts.how == "accent" and parts.text[0] in "ij":
            base = _without_dot(base)
        return self._marked(sign, base, _BARS.get(sign, "bar") if parts.how == "stroke" else parts.text[1])

    def _ligature(self, sign: str, first: GlyphImage, second: GlyphImage | None) -> GlyphImage | None:
        if second is None or second.is_blank:
            return None
        grow = first.em_px / second.em_px
        size = (round(second.ink.shape[1] * grow), round(second.ink.shape[0] * grow))
        ink = np.asarray(cv2.resize(second.ink, size, interpolation=cv2.INTER_AREA), np.uint8)
        (_, _, right, _), (left, _, _, _) = first.bounds_em() or (0, 0, 0, 0), second.bounds_em() or (0, 0, 0, 0)
        baselines = [g.baseline_em or 0.0 for g in (first, second)]
        overlap_px = self.pen.width * self._side_em * first.em_px * 1.2
        shift_x = round(
            first.origin_px[0] + right * first.em_px - (second.origin_px[0] + left * second.em_px) * grow - overlap_px
        )
        shift_y = round(
            (first.origin_px[1] + baselines[0] * first.em_px)
            - (second.origin_px[1] + baselines[1] * second.em_px) * grow
        )
        top, bottom = max(0, -shift_y), max(0, shift_y + size[1] - first.ink.shape[0])
        joined = np.pad(first.ink, ((top, bottom), (0, max(0, shift_x + size[0] - first.ink.shape[1]))))
        place = joined[shift_y + top : shift_y + top + size[1], max(0, shift_x) : shift_x + size[0]]
        np.maximum(place, ink[: place.shape[0], -place.shape[1] :], out=place)
        origin = (first.origin_px[0], first.origin_px[1] + top)
        return replace(first, char=sign, ink=joined, origin_px=origin, source=Source.COMPOSED)

    def _marked(self, sign: str, base: GlyphImage, mark: str) -> GlyphImage | None:
        bounds = base.bounds_em()
        strokes = _MARKS.get(mark)
        if bounds is None or strokes is None:
            return None
        unit_em = self._cap_em
        low = np.array([bounds[0], bounds[1]]) - unit_em * 0.7
        high = np.array([bounds[2], bounds[3]]) + unit_em * 0.7
        canvas = SignCanvas(base.em_px * self._side_em, low / self._side_em, high / self._side_em)
        random = self._random(sign)
        for stroke in strokes:
            points = np.array([_mark_place(point, bounds, unit_em, mark, sign) for point in stroke.points])
            canvas.draw(replace(stroke, points=points / self._side_em), replace(self.pen, slant=0.0), random)
        ink = canvas.ink()
        origin = -low * base.em_px
        shift = np.rint(origin - np.array(base.origin_px)).astype(int)
        moved = np.zeros_like(ink)
        _paste(moved, base.ink, shift)
        exact = np.array(base.origin_px) + shift
        return replace(
            base,
            char=sign,
            ink=np.maximum(ink, moved),
            origin_px=(float(exact[0]), float(exact[1])),
            source=Source.COMPOSED,
        )


def _paste(target: Ink, ink: Ink, shift: NDArray[np.int64]) -> None:
    x, y = shift.tolist()
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + ink.shape[0], target.shape[0]), min(x + ink.shape[1], target.shape[1])
    target[top:bottom, left:right] = ink[top - y : bottom - y, left - x : right - x]


def _extent(strokes: Sequence[SignStroke]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.concatenate([stroke.points for stroke in strokes])
    return points.min(axis=0) - _MARGIN, points.max(axis=0) + _MARGIN


def _without_dot(glyph: GlyphImage) -> GlyphImage:
    """Removes the dot of an i or j."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((glyph.ink >= _INK).astype(np.uint8))
    if count < 3:
        return glyph
    stem = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    around = cv2.dilate((labels == stem).astype(np.uint8), np.ones((5, 5), np.uint8))
    return replace(glyph, ink=np.where(around > 0, glyph.ink, 0).astype(np.uint8))


_FULL_BOX = np.array([[-0.1, 0.0], [1.1, 0.98]])
_SUPER_BOX = np.array([[0.2, -0.04], [0.75, 0.46]])
_SUB_BOX = np.array([[0.2, 0.6], [0.75, 1.1]])
_SIMPLE = {"\u2215": "/", "\u2044": "/", "\u02bc": "'", "\u00b7": "."}
"""Characters inside decompositions, and what is written for them."""


def _line(*points: tuple[float, float]) -> SignStroke:
    return SignStroke(Mark.LINE, np.array(points))


def _dots(*points: tuple[float, float]) -> tuple[SignStroke, ...]:
    return tuple(SignStroke(Mark.DOT, np.array([point])) for point in points)


_RING = np.column_stack(
    [np.cos(np.linspace(0, 2 * np.pi, 24, endpoint=False)), np.sin(np.linspace(0, 2 * np.pi, 24, endpoint=False))]
)
_MARKS: Mapping[str, tuple[SignStroke, ...]] = {
    "\u0300": (_line((-0.14, -0.28), (0.08, -0.12)),),
    "\u0301": (_line((0.14, -0.28), (-0.08, -0.12)),),
    "\u0302": (_line((-0.18, -0.12), (0.0, -0.28), (0.18, -0.12)),),
    "\u0303": (_line((-0.22, -0.14), (-0.1, -0.22), (0.08, -0.14), (0.22, -0.22)),),
    "\u0308": _dots((-0.15, -0.18), (0.15, -0.18)),
    "\u030a": (SignStroke(Mark.LINE, _RING * 0.11 + np.array([0.0, -0.2]), is_closed=True),),
    "\u0327": (_line((0.0, 0.0), (0.03, 0.1), (0.12, 0.16), (0.06, 0.26), (-0.1, 0.26)),),
    "bar": (_line((-0.5, 0.0), (0.5, 0.0)),),
    "slash": (_line((0.57, -0.57), (-0.57, 0.57)),),
    "tick": (_line((0.5, -0.16), (-0.5, 0.16)),),
}
"""Marks above (y below 0) and below letters, x from the letter's middle, in capital heights.

``bar``, ``slash`` and ``tick`` go across the letter, in its own width and height.
"""
_BARS = dict.fromkeys("Øø", "slash") | dict.fromkeys("Łł", "tick")
_BAR_PLACE = {"Ð": (0.36, 0.5), "Đ": (0.36, 0.5), "đ": (0.62, 0.2), "Ħ": (0.5, 0.26), "ħ": (0.36, 0.2)}
"""Where a bar crosses its letter, in its width and height from the top left; others in the middle."""


def _mark_place(
    point: NDArray[np.float64], bounds: tuple[float, float, float, float], unit_em: float, mark: str, sign: str
) -> NDArray[np.float64]:
    """Returns the place of a mark's point in the em of a letter with these bounds."""
    left, top, right, bottom = bounds
    middle = (left + right) / 2
    if mark == "slash":
        return np.array([middle, (top + bottom) / 2]) + point * [right - left, bottom - top]
    if mark in ("bar", "tick"):
        across, down = _BAR_PLACE.get(sign, (0.5, 0.5))
        reach = max(0.34 * unit_em, 0.6 * (right - left) * (across if across < 0.5 else 1.0))
        place = np.array([left + across * (right - left), top + down * (bottom - top)])
        return place + point * [reach, unit_em]
    if mark == "\u0327":
        return np.array([middle, bottom]) + point * unit_em
    return np.array([middle, top]) + point * unit_em
