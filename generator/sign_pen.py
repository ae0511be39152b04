"""Measures the pen of a hand from its letters, and draws the strokes of signs with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from generator.latin import stroke_width_px
from templates.glyphs import GlyphImage, Ink
from templates.signs import Mark, Points, SignStroke

_INK = 128
_LETTERS = 60
"""Number of letters measured, evenly spread over all."""
_STEEPEST = 0.45
"""Edges farther than this from the vertical (tangent) are left out of the slant."""
_MOST_SLANT = 0.35
_OVERSAMPLING = 3
_STEP_EM = 0.01
"""Distance of the points along a line that are moved and drawn one by one."""
_WAVE = 0.45
"""Wavelength of the distortion of a line, in the side of the square."""
_LINE_SHARE = 0.45
"""Distortion of one line, in that of whole letters."""
_DOT_SHARE = 1.35
"""Diameter of a dot, in widths of the pen."""


@dataclass(frozen=True)
class SignPen:
    """Measures of a hand's pen.

    Attributes:
        width: of a stroke, in the side of the square that a syllable fills.
        end_share: width at a stroke's ends, in the width of its middle (1: blunt).
        spread: how much the width varies along a stroke, standard deviation in widths.
        slant: tangent of the letters' slant, positive to the right.
        distortion: standard deviation of a line from its intended place, in the side of the square.
    """

    width: float
    end_share: float
    spread: float
    slant: float
    distortion: float


def measure_pen(syllables: Iterable[GlyphImage], side_em: float, distortion_em: float) -> SignPen:
    """Measures the pen of some written syllables.

    Args:
        side_em: side of the square that a syllable of the hand fills.
        distortion_em: as ``generator.variants.hand_distortion_em`` measures it.

    Raises:
        ValueError: no syllable has ink.
    """
    every = [glyph for glyph in syllables if not glyph.is_blank]
    if not every:
        raise ValueError("a pen cannot be measured without a syllable that has ink")
    some = every[:: max(1, len(every) // _LETTERS)]
    width_em = float(np.median([stroke_width_px(glyph.ink) / glyph.em_px for glyph in some]))
    widths = np.concatenate([_widths_em(glyph) for glyph in some])
    thin, middle, thick = np.quantile(widths, (0.1, 0.5, 0.9)) if len(widths) else (1.0, 1.0, 1.0)
    return SignPen(
        width=width_em / side_em,
        end_share=float(np.clip(thin / middle, 0.4, 1.0)),
        spread=float(np.clip((thick - thin) / (2.56 * middle), 0.0, 0.25)),
        slant=float(np.clip(np.median([_slant(glyph.ink) for glyph in some]), -_MOST_SLANT, _MOST_SLANT)),
        distortion=_LINE_SHARE * distortion_em / side_em,
    )


def _widths_em(glyph: GlyphImage) -> NDArray[np.float64]:
    """Measures widths along the middle lines of the strokes."""
    inside = (glyph.ink >= _INK).astype(np.uint8)
    middle = cv2.ximgproc.thinning(inside * 255) > 0
    reach = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5)[middle], np.float64)
    return 2 * reach / glyph.em_px


def _slant(ink: Ink) -> float:
    """Returns the mean slant of the steep edges, weighted by their strength."""
    shade = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 1.0)
    across, down = (cv2.Sobel(shade, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    steep = np.abs(down) < _STEEPEST * np.abs(across)
    if not steep.any():
        return 0.0
    strength = np.abs(across[steep])
    return float(((down[steep] / across[steep]) * strength).sum() / strength.sum())


class SignCanvas:
    """A picture that strokes are drawn into; the unit square lies in its middle.

    Args:
        side_px: pixels of the unit square's side.
        low, high: the corners (x, y) of what the picture holds, in sides of the square.
    """

    def __init__(self, side_px: float, low: Points, high: Points) -> None:
        self._scale = side_px * _OVERSAMPLING
        self._low = low
        width, height = np.ceil((high - low) * side_px).astype(int)
        self._big: Ink = np.zeros((height * _OVERSAMPLING, width * _OVERSAMPLING), np.uint8)

    def draw(self, stroke: SignStroke, pen: SignPen, random: np.random.Generator) -> None:
        """Draws one stroke with this pen, slightly distorted."""
        points = _slanted(_distorted(_resampled(stroke), pen, random), pen)
        match stroke.mark:
            case Mark.DOT:
                self._discs(points, np.full(len(points), pen.width * _DOT_SHARE))
            case Mark.LINE:
                self._discs(points, _stroke_widths(len(points), pen, random, is_closed=stroke.is_closed))
            case _:
                shade = 0 if stroke.mark is Mark.ERASED else 255
                corners = np.rint(self._pixels(points)).astype(np.int32)
                cv2.fillPoly(self._big, [corners], shade)
                if shade:
                    self._discs(points, np.full(len(points), pen.width * 0.8))

    def paste(self, ink: Ink, middle: tuple[float, float]) -> None:
        """Pastes a picture of the same scale, its middle at a place (x, y) of the square."""
        big = cv2.resize(ink, None, fx=_OVERSAMPLING, fy=_OVERSAMPLING, interpolation=cv2.INTER_CUBIC)
        x, y = np.rint(self._pixels(np.array([middle]))[0] - np.array(big.shape[::-1]) / 2).astype(int)
        top, left = max(y, 0), max(x, 0)
        bottom, right = min(y + big.shape[0], self._big.shape[0]), min(x + big.shape[1], self._big.shape[1])
        if bottom > top and right > left:
            place = self._big[top:bottom, left:right]
            np.maximum(place, big[top - y : bottom - y, left - x : right - x], out=place)

    def ink(self) -> Ink:
        """Returns what was drawn, (H, W) uint8."""
        size = (self._big.shape[1] // _OVERSAMPLING, self._big.shape[0] // _OVERSAMPLING)
        return np.asarray(cv2.resize(self._big, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _pixels(self, points: Points) -> Points:
        pixels: Points = (points - self._low) * self._scale
        return pixels

    def _discs(self, points: Points, widths: NDArray[np.float64]) -> None:
        for (x, y), width in zip(self._pixels(points), widths, strict=True):
            cv2.circle(self._big, (round(x * 16), round(y * 16)), round(width / 2 * self._scale * 16), 255, -1, shift=4)


def _resampled(stroke: SignStroke) -> Points:
    """Resamples the line with a point every _STEP_EM."""
    points = np.concatenate([stroke.points, stroke.points[:1]]) if stroke.is_closed else stroke.points
    lengths = np.hypot(*np.diff(points, axis=0).T)
    if len(points) < 2 or not lengths.sum():
        return points
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.union1d(np.linspace(0, way[-1], max(2, round(way[-1] / _STEP_EM))), way)
    return np.column_stack([np.interp(at, way, points[:, axis]) for axis in (0, 1)])


def _distorted(points: Points, pen: SignPen, random: np.random.Generator) -> Points:
    """Bends the line smoothly by the pen's distortion; a closed line stays closed."""
    bends = max(2, round(len(points) * _STEP_EM / _WAVE) + 2)
    nodes = random.normal(0, pen.distortion, (bends, 2))
    if len(points) > 2 and np.allclose(points[0], points[-1]):
        nodes[-1] = nodes[0]
    at = np.linspace(0, 1, len(points))
    smooth = (1 - np.cos(np.pi * (at * (bends - 1) % 1))) / 2
    left = np.minimum((at * (bends - 1)).astype(int), bends - 2)
    smooth[-1] = 1.0
    share = smooth[:, None]
    return np.asarray(points + nodes[left] * (1 - share) + nodes[left + 1] * share, np.float64)


_SLANT_SHARE = 0.6
"""Slant of signs, in that of letters."""


def _slanted(points: Points, pen: SignPen) -> Points:
    shift = (0.5 - points[:, 1]) * pen.slant * _SLANT_SHARE
    return np.column_stack([points[:, 0] + shift, points[:, 1]])


def _stroke_widths(count: int, pen: SignPen, random: np.random.Generator, *, is_closed: bool) -> NDArray[np.float64]:
    """Returns the width at every point: thinner towards the ends, slightly uneven."""
    at = np.arange(count) * _STEP_EM
    nodes = random.normal(0, pen.spread, max(2, count // 12 + 2)) * 0.5
    uneven = np.interp(np.linspace(0, len(nodes) - 1, count), np.arange(len(nodes)), nodes)
    widths = pen.width * (1 + np.clip(uneven, -0.3, 0.3))
    if not is_closed:
        taper = np.clip(np.minimum(at, at[::-1]) / (1.5 * pen.width), 0, 1)
        widths = widths * (pen.end_share + (1 - pen.end_share) * np.sqrt(taper))
    return np.asarray(widths, np.float64)
