"""Makes the paper under print and ink: colour, ruling, show-through from the back, dust."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from collector.simulator.conditions import Conditions
from collector.simulator.noise import FloatImage


class Ruling(StrEnum):
    """Lines of the paper itself."""

    NONE = "none"
    LINES = "lines"
    SQUARES = "squares"


_RULE_MM = {Ruling.LINES: 7.0, Ruling.SQUARES: 5.0}
_RULE_WIDTH_MM = 0.25
_RULE_COLOUR = (0.45, 0.60, 0.75)
"""Reflectance of a line, linear: the usual pale blue."""
_SKEW = 0.010
"""Tangent of the largest angle at which a sheet goes through the printer."""
_DUST_MM = (0.08, 0.16)
_SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class BlankPaper:
    """A sheet of paper, in shares of the reflectance of plain white paper."""

    colour: FloatImage
    rules: NDArray[np.uint8]
    """(H, W) 255 where a line is printed; no rows where none is."""
    through: FloatImage
    """(H, W) share of the light that writing on the back absorbs; no rows where there is none."""
    dust: NDArray[np.uint8]
    """(H, W) 255 under a speck; no rows where there is none."""

    def strip(self, rows: slice) -> FloatImage:
        """Returns (h, W, 3) or (1, 1, 3) some rows of the paper."""
        light = self.colour[None, None]
        if len(self.rules):
            taken = self.rules[rows].astype(np.float32)[..., None] / 255 * (1 - np.array(_RULE_COLOUR, np.float32))
            light = np.asarray(light * (1 - taken), np.float32)
        if len(self.through):
            light = np.asarray(light * (1 - self.through[rows])[..., None], np.float32)
        if len(self.dust):
            light = np.asarray(light * (1 - self.dust[rows].astype(np.float32)[..., None] / 300), np.float32)
        return light


def make_paper(coverage: FloatImage, conditions: Conditions, px_per_mm: float, rng: np.random.Generator) -> BlankPaper:
    """Makes the paper of a page with the writing ``coverage`` on its front; its back has the same writing."""
    shape = coverage.shape
    ruling = Ruling(conditions.ruling)
    nothing = np.zeros((0, shape[1]), np.uint8)
    rules = nothing if ruling is Ruling.NONE else _ruled(shape, ruling, px_per_mm, rng)
    through = np.zeros((0, shape[1]), np.float32)
    if conditions.back_shows:
        back = cv2.GaussianBlur(np.roll(coverage[:, ::-1], round(6 * px_per_mm), axis=0), (0, 0), 0.25 * px_per_mm)
        through = np.asarray(back * conditions.back_shows, np.float32)
    dust = _specks(shape, conditions.dust, px_per_mm, rng) if conditions.dust else nothing
    return BlankPaper(np.array(conditions.paper, np.float32), rules, through, dust)


def _ruled(shape: tuple[int, ...], ruling: Ruling, px_per_mm: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    mask = np.zeros(shape, np.uint8)
    height, width = shape
    step, skew = _RULE_MM[ruling] * px_per_mm, float(rng.uniform(-_SKEW, _SKEW))
    thick = round(_RULE_WIDTH_MM * px_per_mm)
    first = float(rng.uniform(0, step))
    for y in np.arange(first - _SKEW * width, height + _SKEW * width, step):
        _line(mask, (0, y), (width, y + skew * width), thick)
    if ruling is Ruling.SQUARES:
        for x in np.arange(first - _SKEW * height, width + _SKEW * height, step):
            _line(mask, (x, 0), (x - skew * height, height), thick)
    return mask


def _line(mask: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float], thick: int) -> None:
    fine = [(round(x * 2**_SUBPIXEL_BITS), round(y * 2**_SUBPIXEL_BITS)) for x, y in (start, end)]
    cv2.line(mask, fine[0], fine[1], 255, thick, cv2.LINE_AA, _SUBPIXEL_BITS)


def _specks(shape: tuple[int, ...], count: int, px_per_mm: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    mask = np.zeros(shape, np.uint8)
    for x, y, radius_mm in rng.uniform((0, 0, _DUST_MM[0]), (shape[1], shape[0], _DUST_MM[1]), (count, 3)):
        cv2.circle(mask, (int(x), int(y)), round(radius_mm * px_per_mm), 255, -1, cv2.LINE_AA)
    return mask
