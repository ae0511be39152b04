"""Measures how evenly a font sets text and how often letters vary: ``python -m fontbuild.checks.evenness FONT...``.

Prints, for each TrueType font, over the specimen's prose: the variation (standard deviation over mean) of the distance
between neighbouring syllables and between neighbouring letters, kerning included and left out; the word space in
mean advances; and the share of the letters repeated within three glyphs that come in another shape.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import uharfbuzz as hb
from fontTools.ttLib import TTFont

from fontbuild.layout.profiles import optical_distance, side_profiles
from fontbuild.layout.spacing import is_korean
from fontbuild.layout.transform import edges_of
from fontbuild.metrics import UNITS_PER_EM
from fontbuild.opentype.alternates import REACH
from fontbuild.outlines.outline import Edges
from fontbuild.outlines.quadratic import QuadraticContour
from fontbuild.sample_text import LATIN, PROSE


class MeasuredFont:
    """A font file whose shaped lines and glyph edges are measured."""

    def __init__(self, path: Path) -> None:
        self._font = TTFont(path)
        self._order = self._font.getGlyphOrder()
        self._scale = UNITS_PER_EM / self._font["head"].unitsPerEm
        self._shaper = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))

    def shape(self, text: str, *, kern: bool = True) -> tuple[list[str], list[float]]:
        """Shapes a line: glyph names, and advances in thousandths of an em."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._shaper, buffer, {"kern": kern})
        names = [self._order[info.codepoint] for info in buffer.glyph_infos]
        return names, [position.x_advance * self._scale for position in buffer.glyph_positions]

    def edges(self, name: str) -> Edges:
        """Returns the two sides of a glyph, band by band."""
        glyf = self._font["glyf"]
        points, ends, flags = glyf[name].getCoordinates(glyf)
        coordinates = np.array(points, float).reshape(-1, 2) * self._scale
        starts = [0, *(end + 1 for end in ends)]
        return edges_of([QuadraticContour(coordinates[a:b], np.array(flags[a:b], bool)) for a, b in pairwise(starts)])

    def unevenness(self, text: str, *, is_hangul: bool, kern: bool = True) -> float:
        """Returns standard deviation over mean of the distance between neighbours of one script."""
        names, advances = self.shape(text, kern=kern)
        known = [is_korean(char) == is_hangul and not char.isspace() and char.isalpha() for char in text]
        lines = side_profiles([self.edges(name) for name in names], advances)
        first = np.array([place for place in range(len(names) - 1) if known[place] and known[place + 1]])
        white = lines.right[first] + lines.left[first + 1]
        apart = optical_distance(white, lines.counts[first], lines.counts[first + 1])
        return float(apart.std() / apart.mean())

    def varied_share(self, text: str) -> float:
        """Returns the share of letters repeated within REACH glyphs that come in another shape."""
        names, _ = self.shape(text)
        again = [
            names[place] != names[before]
            for place in range(len(names))
            for before in range(place - 1, max(place - REACH, 0) - 1, -1)
            if text[place] == text[before]
            and not text[place].isspace()
            and text[before] not in text[before + 1 : place]
        ]
        return float(np.mean(again)) if again else 0.0

    def word_space(self, text: str) -> float:
        """Returns the space in mean advances of the text's syllables."""
        names, advances = self.shape(text, kern=False)
        spaces = [step for char, step in zip(text, advances, strict=True) if char == " "]
        syllables = [step for char, step in zip(text, advances, strict=True) if is_korean(char)]
        return float(np.mean(spaces) / np.mean(syllables)) if names else 0.0


def main(paths: Sequence[str]) -> int:
    """Prints a table of the fonts."""
    if not paths:
        print("usage: python -m fontbuild.checks.evenness FONT...")
        return 2
    print("syllables  letters  unkerned  word space  varied  font")
    for path in map(Path, paths):
        font = MeasuredFont(path)
        kerned, unkerned = (font.unevenness(LATIN, is_hangul=False, kern=kern) for kern in (True, False))
        syllables, space = font.unevenness(PROSE, is_hangul=True), font.word_space(PROSE)
        varied = font.varied_share(PROSE)
        print(f"{syllables:9.3f}  {kerned:7.3f}  {unkerned:8.3f}  {space:10.2f}  {varied:6.2f}  {path.stem}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
