"""Writes with a handwriting font, scaled so that its syllables fill a cell as people's do."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from collector.simulator.noise import FloatImage

SYLLABLE_HEIGHT = 0.70
"""Median height of a syllable's ink, in cells."""
LARGEST = 0.90
"""95th percentile of the syllables' size, at most, in cells."""
_PROBE = "가나다라마바사아자차카타파하고노도로모보소오조호국민들은한글을쓰고있었다는말과물꽃밥집"
_PROBE_PX = 128
_OVERSAMPLE = 2


class FontWriter:
    """The glyphs of one font file (TTF, OTF, WOFF2) as coverage rasters."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        self._chars = frozenset(chr(code) for code in TTFont(path, lazy=True).getBestCmap())
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._scale, self._centre = self._fit()

    def knows(self, char: str) -> bool:
        """Returns whether the font has this character."""
        return char in self._chars

    def _font(self, size_px: int) -> ImageFont.FreeTypeFont:
        if size_px not in self._fonts:
            self._fonts[size_px] = ImageFont.truetype(str(self._path), size_px)
        return self._fonts[size_px]

    def _fit(self) -> tuple[float, tuple[float, float]]:
        """Returns the font size in cells, and the median middle of a syllable in font sizes from the origin."""
        font = self._font(_PROBE_PX)
        boxes = [font.getbbox(char, anchor="ls") for char in _PROBE if self.knows(char)]
        box = np.array(boxes, np.float64) / _PROBE_PX
        sizes = box[:, 2:] - box[:, :2]
        scale = min(SYLLABLE_HEIGHT / np.median(sizes[:, 1]), LARGEST / np.percentile(sizes.max(axis=1), 95))
        centre = np.median((box[:, 2:] + box[:, :2]) / 2, axis=0)
        return float(scale), (float(centre[0]), float(centre[1]))

    def draw(self, char: str, size_px: int, cell_px: float, baseline: float | None, jitter: Jitter) -> FloatImage:
        """Draws coverage (size_px, size_px) in [0, 1] of a character whose cell is in the raster's middle.

        Args:
            cell_px: edge of the cell in pixels.
            baseline: where Latin stands, in cells from the cell's top; None centres the glyph as a syllable.
            jitter: how this glyph varies.
        """
        over = size_px * _OVERSAMPLE
        font_px = round(self._scale * cell_px * _OVERSAMPLE)
        font = self._font(font_px)
        middle = over / 2
        if baseline is None:
            x, y = middle - self._centre[0] * font_px, middle - self._centre[1] * font_px
        else:
            left, _, right, _ = font.getbbox(char, anchor="ls")
            x, y = middle - (left + right) / 2, middle + (baseline - 0.5) * cell_px * _OVERSAMPLE
        image = Image.new("L", (over, over))
        ImageDraw.Draw(image).text((x, y), char, font=font, fill=255, anchor="ls")
        turn = np.asarray(cv2.getRotationMatrix2D((middle, middle), jitter.turn_deg, jitter.scale), np.float64)
        turn[:, 2] += np.array([jitter.dx, jitter.dy]) * cell_px * _OVERSAMPLE
        moved = cv2.warpAffine(np.asarray(image, np.uint8), turn, (over, over))
        small = cv2.resize(moved, (size_px, size_px), interpolation=cv2.INTER_AREA)
        return np.asarray(small.astype(np.float32) / 255, np.float32)


class Jitter:
    """The variation of one glyph: shift in cells, scale, turn in degrees."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.dx, self.dy = (float(v) for v in rng.normal(0, 0.025, 2))
        self.scale = float(np.clip(rng.normal(1, 0.03), 0.9, 1.1))
        self.turn_deg = float(rng.normal(0, 1.2))
