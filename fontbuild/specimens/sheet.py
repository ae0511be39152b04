"""Writes a specimen page to print and to share: a title, prose, Latin and digits, and a grid of glyphs.

The page is a PDF whose text can be copied; the picture is rendered from it.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fontbuild.sample_text import PROSE
from fontbuild.specimens.typesetting import Typesetter
from templates import hangul

PICTURE_PX = 1600
"""Width of the picture."""
MARGIN_PT = 41.0
PAPER, INK, SOFT, ACCENT, TINT, RULE = (
    HexColor(colour) for colour in (0xFCF8F0, 0x26221F, 0x8B7E70, 0xC14A35, 0xF9E4D6, 0xE2D7C7)
)

_PANGRAM = "파란 하늘 아래 토끼 셋이 콩밭을 지나 차가운 물가로 뛰었다."
_LATIN = "Grandmother's quick zesty recipe: five extra jalapenos, two big lemons, a whisk."
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"
_SIGNS = "2026. 10. 9. (금) 오후 3:45 [메모] 1+2=3, 50% & more! #손맛 @home “네?” ‘Yes…’ {~} <3"
_VARYING = "하하하하! 바나나 나나, 가나다라 다다다. 이이이 ㅋㅋㅋ ㅠㅠ"
_GRID_COLUMNS = 20
MOST_DOUBTFUL = 20


def write_specimen(ttf: Path, written: Collection[str], out: Path, doubtful: Sequence[str] = ()) -> None:
    """Draws the specimen of a font as a PDF or a PNG, by the suffix of ``out``; what the font lacks is left out.

    Args:
        ttf: the font file.
        written: the characters that the writer wrote; tinted in the grid.
        out: the file to write; its folder is made.
        doubtful: drawn characters that may not be readable, the worst first; marked in the grid.

    Raises:
        ValueError: ``out`` ends in neither .pdf nor .png.
    """
    if out.suffix not in (".pdf", ".png"):
        raise ValueError(f"a specimen is a .pdf or a .png, not {out.name}")
    with Typesetter(ttf) as face:
        pdf = _typeset(face, frozenset(written), doubtful)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".pdf":
        out.write_bytes(pdf)
        return
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=PICTURE_PX / A4[0]).to_pil()
    picture.convert("RGB").save(out, format="PNG", optimize=True)


def _typeset(face: Typesetter, written: frozenset[str], doubtful: Sequence[str]) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, initialFontName=face.embedded[0].fontName)
    canvas.setTitle(face.name())
    canvas.setCreator("Sonmat")
    page = _SpecimenPage(face, canvas)
    canvas.setFillColor(PAPER)
    canvas.rect(0, 0, *A4, stroke=0, fill=1)
    _title(page)
    _prose(page)
    _grid(page, written, [char for char in doubtful if char in face.characters and char not in written])
    canvas.save()
    return stream.getvalue()


@dataclass
class _SpecimenPage:
    """A page being filled from top to bottom; y in points from the bottom."""

    face: Typesetter
    canvas: Canvas
    y: float = A4[1] - 33.0

    @property
    def width(self) -> float:
        """Width between the margins in points."""
        return float(A4[0]) - 2 * MARGIN_PT

    def line(self, text: str, size: float, colour: HexColor = INK, leading: float = 1.42) -> None:
        """Sets one line at the left margin."""
        self.y -= size * leading
        self.canvas.setFillColor(colour)
        self.face.draw(self.canvas, MARGIN_PT, self.y + size * (leading - 1), self.face.known(text), size)

    def paragraph(self, text: str, size: float, lines: int) -> None:
        """Sets text to the page's width, no more than ``lines`` lines of it."""
        for _, row in zip(range(lines), self.face.wrap(self.face.known(text), size, self.width), strict=False):
            self.line(row, size)

    def rule(self) -> None:
        """Draws a line across the page."""
        self.y -= 12
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.7)
        self.canvas.line(MARGIN_PT, self.y, A4[0] - MARGIN_PT, self.y)
        self.y -= 2


def _title(page: _SpecimenPage) -> None:
    name, size = page.face.known(page.face.name()), 70.0
    while size > 15 and page.face.width(name, size) > page.width:
        size -= 2
    page.line(name, size, leading=1.0)
    page.y -= size * 0.2
    syllables = len(page.face.characters & frozenset(hangul.SYLLABLES))
    page.line(f"손으로 쓴 글씨에서 만든 글꼴, 한글 {syllables:,}자", 12.6, ACCENT, leading=1.6)
    page.line(f"A font made from handwriting, {syllables:,} Hangul syllables", 9.7, SOFT)
    page.rule()


def _prose(page: _SpecimenPage) -> None:
    page.line(_PANGRAM, 23)
    page.paragraph(PROSE, 16.4, 5)
    page.y -= 5
    page.paragraph(PROSE, 10.4, 4)
    page.y -= 5
    page.line(_VARYING, 16.4)
    page.paragraph(_LATIN, 16.4, 2)
    page.line(_CAPITALS, 16.4)
    page.line(_SIGNS, 12)
    page.rule()


def _grid(page: _SpecimenPage, written: frozenset[str], doubtful: Sequence[str]) -> None:
    """Fills the rest of the page with glyphs."""
    page.line(
        "칠한 칸은 직접 쓴 글자, 나머지는 그려 낸 글자" + (", 밑줄은 다시 볼 글자" if doubtful else ""), 11, ACCENT
    )
    english = "Tinted: written by hand. Plain: drawn in the same hand."
    page.line(english + (" Underlined: worth another look." if doubtful else ""), 9, SOFT)
    top, side = page.y - 9, page.width / _GRID_COLUMNS
    rows = int((top - MARGIN_PT * 0.8) // side)
    shown = choose_grid_characters(page.face.characters, written, doubtful, _GRID_COLUMNS * rows)
    for index, char in enumerate(shown):
        row, column = divmod(index, _GRID_COLUMNS)
        _cell(page, char, (MARGIN_PT + column * side, top - (row + 1) * side), side, char in written, char in doubtful)


def _cell(
    page: _SpecimenPage, char: str, corner: tuple[float, float], side: float, is_written: bool, is_doubtful: bool
) -> None:
    left, bottom = corner
    if is_written:
        page.canvas.setFillColor(TINT)
        page.canvas.roundRect(left + 0.8, bottom + 0.8, side - 1.6, side - 1.6, 3.6, stroke=0, fill=1)
    if is_doubtful:
        page.canvas.setStrokeColor(ACCENT)
        page.canvas.setLineWidth(0.9)
        page.canvas.line(left + side * 0.25, bottom + side * 0.08, left + side * 0.75, bottom + side * 0.08)
    size = side * 0.74
    page.canvas.setFillColor(INK)
    page.face.draw(page.canvas, left + (side - page.face.width(char, size)) / 2, bottom + side * 0.24, char, size)


def choose_grid_characters(
    characters: frozenset[str], written: frozenset[str], doubtful: Sequence[str], count: int
) -> list[str]:
    """Chooses syllables: the worst doubtful ones, and common ones, written and drawn in equal parts; in code order."""
    doubtful = doubtful[:MOST_DOUBTFUL]
    common = sorted(char for char in characters if hangul.is_common(char) and char not in doubtful)
    own = [char for char in common if char in written]
    other = [char for char in common if char not in written]
    room = count - len(doubtful)
    own_count = max(min(room // 2, len(own)), room - len(other))
    return sorted([*_spread_evenly(own, own_count), *_spread_evenly(other, room - own_count), *doubtful])


def _spread_evenly(items: Sequence[str], count: int) -> list[str]:
    """Returns ``count`` of the items, evenly spaced."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
