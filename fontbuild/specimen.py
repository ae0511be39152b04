"""A page that shows the hand: a title, prose at several sizes, Latin and digits, and a grid of glyphs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from templates import hangul

_PAGE_PX = (1600, 2263)
_MARGIN_PX = 110
_PAPER = (252, 248, 240)
_INK = (38, 34, 31)
_SOFT = (139, 126, 112)
_ACCENT = (193, 74, 53)
_TINT = (249, 228, 214)
_RULE = (226, 215, 199)

_PROSE = (
    "아침에 창문을 열면 골목 끝 빵집에서 고소한 냄새가 올라온다. 할머니는 낡은 공책에 또박또박 장 볼 것을 적으시고, "
    "나는 그 글씨를 가만히 들여다본다. 꾹꾹 눌러쓴 획마다 걸음걸이와 말투와 웃음이 배어 있다. "
    "얇은 종이 한 장이 이렇게 두터울 수 있을까, 읽을수록 궁금하고 또 그립다."
)
_PANGRAM = "파란 하늘 아래 토끼 셋이 콩밭을 지나 차가운 물가로 뛰었다."
_LATIN = "Grandmother's quick zesty recipe: five extra jalapenos, two big lemons, a whisk."
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"
_SIGNS = "2026. 10. 9. (금) 오후 3:45 [메모] 1+2=3, 50% & more! #손맛 @home \"네?\" 'Yes.' {~} <3"
_GRID_COLUMNS = 20


def write_specimen(ttf: Path, written: Collection[str], out: Path) -> None:
    """Draw the specimen of a font as a PNG; characters that the font lacks are left out.

    Args:
        ttf: the font file.
        written: the characters that the writer wrote; tinted in the grid.
        out: the PNG to write.
    """
    font = TTFont(ttf, lazy=True)
    characters = frozenset(map(chr, font.getBestCmap()))
    page = _Page(ttf, characters)
    name = font["name"].getName(1, 3, 1, 0x412) or font["name"].getName(1, 3, 1, 0x409)
    _title(page, name.toUnicode(), len(characters & frozenset(hangul.SYLLABLES)))
    _prose(page)
    _grid(page, frozenset(written))
    out.parent.mkdir(parents=True, exist_ok=True)
    page.picture.save(out, format="PNG", optimize=True)


@dataclass
class _Page:
    """A picture being filled from top to bottom."""

    ttf: Path
    characters: frozenset[str]
    picture: Image.Image = field(default_factory=lambda: Image.new("RGB", _PAGE_PX, _PAPER))
    y: float = 90.0

    def __post_init__(self) -> None:
        self.pen = ImageDraw.Draw(self.picture)
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}

    @property
    def width(self) -> int:
        return _PAGE_PX[0] - 2 * _MARGIN_PX

    def font(self, size_px: int) -> ImageFont.FreeTypeFont:
        if size_px not in self._fonts:
            self._fonts[size_px] = ImageFont.truetype(str(self.ttf), size_px, layout_engine=ImageFont.Layout.BASIC)
        return self._fonts[size_px]

    def known(self, text: str) -> str:
        return " ".join("".join(char for char in text if char in self.characters or char == " ").split())

    def line(self, text: str, size_px: int, colour: tuple[int, int, int] = _INK, leading: float = 1.42) -> None:
        """Set one line at the left margin and move below it."""
        self.y += size_px * leading
        at = (_MARGIN_PX, self.y - size_px * (leading - 1))
        self.pen.text(at, self.known(text), font=self.font(size_px), fill=colour, anchor="ls")

    def paragraph(self, text: str, size_px: int, lines: int) -> None:
        """Set text to the page's width, no more than ``lines`` lines of it."""
        for row in self._wrap(self.known(text), self.font(size_px))[:lines]:
            self.line(row, size_px)

    def _wrap(self, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
        rows = [""]
        for word in text.split(" "):
            longer = f"{rows[-1]} {word}".strip()
            if rows[-1] and font.getlength(longer) > self.width:
                rows.append(word)
            else:
                rows[-1] = longer
        return rows

    def rule(self) -> None:
        self.y += 34
        self.pen.line((_MARGIN_PX, self.y, _PAGE_PX[0] - _MARGIN_PX, self.y), fill=_RULE, width=2)
        self.y += 6


def _title(page: _Page, name: str, syllables: int) -> None:
    size_px = 190
    while size_px > 40 and page.font(size_px).getlength(page.known(name)) > page.width:
        size_px -= 10
    page.line(name, size_px, leading=1.0)
    page.y += size_px * 0.2
    page.line(f"손으로 쓴 글씨에서 만든 글꼴, 한글 {syllables:,}자", 34, _ACCENT, leading=1.6)
    page.line(f"A font made from handwriting, {syllables:,} Hangul syllables", 26, _SOFT)
    page.rule()


def _prose(page: _Page) -> None:
    page.line(_PANGRAM, 62)
    page.paragraph(_PROSE, 44, 5)
    page.y += 14
    page.paragraph(_PROSE, 28, 4)
    page.y += 14
    page.paragraph(_LATIN, 44, 2)
    page.line(_CAPITALS, 44)
    page.line(_SIGNS, 32)
    page.rule()


def _grid(page: _Page, written: frozenset[str]) -> None:
    """Fill what is left of the page with glyphs."""
    page.line("칠한 칸은 직접 쓴 글자, 나머지는 그려 낸 글자", 30, _ACCENT)
    page.line("Tinted: written by hand. Plain: drawn in the same hand.", 24, _SOFT)
    top, side = page.y + 24, page.width / _GRID_COLUMNS
    rows = int((_PAGE_PX[1] - _MARGIN_PX * 0.8 - top) // side)
    shown = _mingled(page.characters, written, _GRID_COLUMNS * rows)
    font = page.font(round(side * 0.74))
    for index, char in enumerate(shown):
        row, column = divmod(index, _GRID_COLUMNS)
        left, upper = _MARGIN_PX + column * side, top + row * side
        if char in written:
            page.pen.rounded_rectangle((left + 2, upper + 2, left + side - 2, upper + side - 2), 10, fill=_TINT)
        at = (left + side / 2, upper + side * 0.76)
        page.pen.text(at, char, font=font, fill=_INK, anchor="ms")


def _mingled(characters: frozenset[str], written: frozenset[str], count: int) -> list[str]:
    """Common syllables in code-point order, written and drawn ones in equal parts where there are enough."""
    common = sorted(char for char in characters if hangul.is_common(char))
    own = [char for char in common if char in written]
    other = [char for char in common if char not in written]
    own_count = max(min(count // 2, len(own)), count - len(other))
    return sorted(_evenly(own, own_count) + _evenly(other, count - own_count))


def _evenly(items: Sequence[str], count: int) -> list[str]:
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
