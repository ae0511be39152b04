"""Writes a specimen as one HTML file with a text field and a grid of letters; it loads nothing and sends nothing."""

from __future__ import annotations

import base64
import html
from collections.abc import Collection, Sequence
from importlib import resources
from pathlib import Path
from string import Template

from fontTools.ttLib import TTFont

from fontbuild.sample_text import PROSE
from fontbuild.specimens.sheet import choose_grid_characters
from templates import hangul

CELLS = 400
_DOUBTFUL_KOREAN = " 밑줄을 그은 글자는 읽기 어려울 수 있으니 다시 살펴보세요."
_DOUBTFUL_ENGLISH = " Underlined ones may be hard to read: give them another look."


def write_specimen_page(woff2: Path, written: Collection[str], out: Path, doubtful: Sequence[str] = ()) -> None:
    """Writes the page with the font inside.

    Args:
        woff2: the font file.
        written: the characters that the writer wrote; tinted.
        out: the HTML file to write; its folder is made.
        doubtful: drawn characters that may not be readable, the worst first; marked.
    """
    font = TTFont(woff2, lazy=True)
    characters = frozenset(map(chr, font.getBestCmap()))
    names = font["name"]
    name = (names.getName(1, 3, 1, 0x412) or names.getName(1, 3, 1, 0x409)).toUnicode()
    unsure = [char for char in doubtful if char in characters and char not in written]
    template = resources.files("fontbuild") / "data" / "specimen.html"
    page = Template(template.read_text(encoding="utf-8")).substitute(
        name=html.escape(name),
        woff2=base64.b64encode(woff2.read_bytes()).decode(),
        syllables=f"{len(characters & frozenset(hangul.SYLLABLES)):,}",
        prose=html.escape(PROSE),
        doubtful_ko=_DOUBTFUL_KOREAN if unsure else "",
        doubtful_en=_DOUBTFUL_ENGLISH if unsure else "",
        cells="\n".join(_cells(characters, frozenset(written), unsure)),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")


def _cells(characters: frozenset[str], written: frozenset[str], doubtful: Sequence[str]) -> list[str]:
    cells = []
    for char in choose_grid_characters(characters, written, doubtful, CELLS):
        kind = "written" if char in written else "doubtful" if char in doubtful else ""
        cells.append(f'<li class="{kind}">{html.escape(char)}</li>' if kind else f"<li>{html.escape(char)}</li>")
    return cells
