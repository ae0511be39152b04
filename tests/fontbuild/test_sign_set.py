"""A font with all signs, as shapers and Linux see it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fontbuild import FontInfo, build_font
from fontbuild.metrics import ASCENDER
from generator.signs import complete_signs
from templates.charset import hangul_set
from templates.glyphs import GlyphSet
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO
from templates.signs import BLANK, signs
from tests.conftest import missing
from tests.fonts import written_with

SYLLABLES = "".join(hangul_set("28")) + "주가나다라마바사아자차카타파하"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    glyphs = written_with("nanum/NanumPen.ttf", SYLLABLES + "".join(COMPATIBILITY_JAMO) + "".join(ASCII_PRINTABLE))
    placed = [replace(glyph, baseline_em=0.8) if char.isascii() else glyph for char, glyph in glyphs.items()]
    hand = GlyphSet.of("hand", placed)
    written = GlyphSet.of("hand", [hand[char] for char in SYLLABLES])
    every = GlyphSet.of("hand", [*placed, *complete_signs(hand, written)])
    return build_font(every, FontInfo("부호"), tmp_path_factory.mktemp("font")).ttf


def test_every_sign_is_in_the_font(path: Path) -> None:
    cmap = TTFont(path).getBestCmap()
    assert not [sign for sign in signs() if ord(sign) not in cmap]


def test_full_width_forms_and_blanks_are_as_wide_as_a_syllable(path: Path) -> None:
    font = TTFont(path)
    widths = {char: font["hmtx"][font.getBestCmap()[ord(char)]][0] for char in ("Ａ", "１", "！", *BLANK)}
    assert len(set(widths.values())) == 1
    syllables = [font["hmtx"][font.getBestCmap()[ord(char)]][0] for char in SYLLABLES]
    assert min(syllables) <= widths["Ａ"] <= max(syllables)


def test_accents_make_no_line_higher(path: Path) -> None:
    font = TTFont(path)
    tops = {sign: font["glyf"][font.getBestCmap()[ord(sign)]].yMax for sign in "ÀÉÎÕÜÅ"}
    assert max(tops.values()) <= ASCENDER + 1


def test_signs_do_not_move_letters(path: Path, tmp_path: Path) -> None:
    glyphs = written_with("nanum/NanumPen.ttf", SYLLABLES + "".join(COMPATIBILITY_JAMO) + "".join(ASCII_PRINTABLE))
    plain = [replace(glyph, baseline_em=0.8) if char.isascii() else glyph for char, glyph in glyphs.items()]
    without = TTFont(build_font(GlyphSet.of("hand", plain), FontInfo("부호"), tmp_path).ttf)
    font = TTFont(path)
    for char in SYLLABLES + "aHg5,(":
        name = without.getBestCmap()[ord(char)]
        assert font["hmtx"][name] == without["hmtx"][name], char
        now, before = ((f["glyf"][name].xMin, f["glyf"][name].yMin, f["glyf"][name].yMax) for f in (font, without))
        assert now == pytest.approx(before, abs=2), char  # curves of one batch are fitted together


def test_linux_finds_every_jamo_that_it_asks_a_korean_font_for(path: Path) -> None:
    program = shutil.which("fc-query")
    if program is None:
        missing("fc-query is not installed: apt-get install fontconfig")
    found = subprocess.run([program, "--format=%{charset}", str(path)], capture_output=True, text=True, check=True)
    assert "3131-318e" in found.stdout
