"""Sets shaped lines of a font in a PDF: kerned, with alternates, and still text that can be searched and copied.

A PDF encodes characters by font. So every number of alternates is embedded as a font of its own, in which the
alternate stands for the letter itself; what is copied is the letter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as EmbeddedFont
from reportlab.pdfgen.canvas import Canvas

from fontbuild.opentype.alternates import alternate_name

_SHAPE = re.compile(r"\.alt(\d+)$")


@dataclass(frozen=True)
class TextRun:
    """Neighbouring characters in one embedded font at their own advances."""

    shape: int
    """0 for the first shapes, 1 for the second ones."""
    text: str
    x: float
    """Start of the run, in units from the start of the line."""


class Typesetter:
    """Sets lines of one font; used in a ``with`` statement, since reportlab keeps registered fonts."""

    def __init__(self, ttf: Path) -> None:
        self._font = TTFont(ttf, lazy=True, recalcBBoxes=False, recalcTimestamp=False)
        self._order = self._font.getGlyphOrder()
        self._advances = self._font["hmtx"].metrics
        self._units = self._font["head"].unitsPerEm
        self._shaper = hb.Font(hb.Face(hb.Blob.from_file_path(str(ttf))))
        self._number = next(n for n in count() if f"hand-{n}-0" not in pdfmetrics.getRegisteredFontNames())
        self.characters = frozenset(map(chr, self._font.getBestCmap()))
        self.embedded: list[EmbeddedFont] = []
        """The fonts as registered with reportlab, that of the first shapes first."""
        self._embed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for embedded in self.embedded:
            embedded.unregister()
        self._font.close()

    def name(self) -> str:
        """Returns the family's name, the Korean one where there is one."""
        names = self._font["name"]
        return str((names.getName(1, 3, 1, 0x412) or names.getName(1, 3, 1, 0x409)).toUnicode())

    def known(self, text: str) -> str:
        """Returns the text without characters that the font lacks."""
        return " ".join("".join(char for char in text if char in self.characters or char == " ").split())

    def width(self, text: str, size: float) -> float:
        """Returns the width of a shaped line, in the unit of ``size``."""
        units: float = self._shape(text)[1]
        return units * size / float(self._units)

    def draw(self, canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
        """Sets a line whose baseline starts at (x, y)."""
        for run in self._shape(text)[0]:
            canvas.setFont(self.embedded[run.shape].fontName, size)
            canvas.drawString(x + run.x * size / self._units, y, run.text)

    def wrap(self, text: str, size: float, width: float) -> Iterator[str]:
        """Breaks at spaces into lines no wider than ``width``."""
        row = ""
        for word in text.split(" "):
            longer = f"{row} {word}".strip()
            if row and self.width(longer, size) > width:
                yield row
                row = word
            else:
                row = longer
        if row:
            yield row

    def _shape(self, text: str) -> tuple[list[TextRun], float]:
        """Returns the runs of a line and its width in units."""
        if not text:
            return [], 0.0
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._shaper, buffer)
        runs: list[TextRun] = []
        x, at_own_advance = 0.0, False
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            name = self._order[info.codepoint]
            found = _SHAPE.search(name)
            shape, char = int(found[1]) if found else 0, text[info.cluster]
            if at_own_advance and runs[-1].shape == shape:
                runs[-1] = TextRun(shape, runs[-1].text + char, runs[-1].x)
            else:
                runs.append(TextRun(shape, char, x))
            x += position.x_advance
            at_own_advance = position.x_advance == self._advances[name][0]
        return runs, x

    def _embed(self) -> None:
        """Registers a font with reportlab for every number of shape."""
        cmap = self._font.getBestCmap()
        names = frozenset(self._order)
        for shape in count():
            further = {code: alternate_name(name, shape) for code, name in cmap.items()} if shape else dict(cmap)
            if not names.intersection(further.values()):
                return
            for table in self._font["cmap"].tables:
                table.cmap = {code: name if name in names else cmap[code] for code, name in further.items()}
            stream = io.BytesIO()
            self._font.save(stream, reorderTables=False)
            stream.seek(0)
            embedded = EmbeddedFont(f"hand-{self._number}-{shape}", stream, shapable=False)
            # reportlab takes fonts of one face for the same font, whatever they are called.
            embedded.face.name = f"{embedded.face.name.decode()}-{self._number}-{shape}".encode()
            pdfmetrics.registerFont(embedded)
            self.embedded.append(embedded)
