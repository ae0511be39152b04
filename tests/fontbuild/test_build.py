import unicodedata

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from fontbuild import FontInfo, License, build_font, check_font
from fontbuild.errors import BrokenFontError, NoInkError
from templates.glyphs import GlyphImage, GlyphSet
from templates.signs import BLANK
from tests.fontbuild.hand import hand, syllable


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_font(hand(), FontInfo("엄마 글씨", license=License.OFL), tmp_path_factory.mktemp("font"))


def test_the_files_are_named_after_the_font(built):
    assert [built.ttf.name, built.woff2.name] == ["엄마 글씨.ttf", "엄마 글씨.woff2"]
    assert sorted(path.name for path in built.ttf.parent.iterdir()) == ["엄마 글씨.ttf", "엄마 글씨.woff2"]
    assert TTFont(built.woff2).getBestCmap() == TTFont(built.ttf).getBestCmap()


def test_every_glyph_given_is_in_the_font_with_spaces_and_wide_forms(built):
    characters = set(map(chr, TTFont(built.ttf).getBestCmap()))
    given = set(hand())
    assert given | {" ", "\u00a0", *BLANK} <= characters
    wide = characters - given - {" ", "\u00a0", *BLANK}
    assert {unicodedata.normalize("NFKC", char) for char in wide} == {char for char in given if char.isascii()}
    assert built.report["checks"]["passed"] and built.report["blank"] == ""


def test_what_platforms_ask_for(built):
    font = TTFont(built.ttf)
    os2, hhea, head = font["OS/2"], font["hhea"], font["head"]
    assert (os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap) == (880, -120, 0)
    assert (hhea.ascent, -hhea.descent) == (os2.usWinAscent, os2.usWinDescent)
    assert head.yMax <= hhea.ascent and head.yMin >= hhea.descent
    assert os2.fsType == 0 and os2.ulCodePageRange1 & (1 << 19)
    assert os2.ulUnicodeRange2 & (1 << (56 - 32)), "Hangul syllables"
    assert {"GSUB", "gasp", "prep", "vhea", "vmtx"} <= set(font.keys())
    assert font["hmtx"]["space"] == font["hmtx"]["uni00A0"]


def test_extents_agree_with_the_glyphs(built):
    font = TTFont(built.ttf)
    glyf, hmtx, vmtx = font["glyf"], font["hmtx"], font["vmtx"]
    boxes, head_of_line = [], 380 + font["vhea"].advanceHeightMax // 2
    for name in font.getGlyphOrder():
        glyph = glyf[name]
        if glyph.numberOfContours:
            points = np.array(glyph.getCoordinates(glyf)[0])
            boxes.append((*points.min(axis=0), *points.max(axis=0)))
            assert boxes[-1] == (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax)
            assert hmtx[name][1] == glyph.xMin and vmtx[name][1] + glyph.yMax == head_of_line
    head = font["head"]
    boxes = np.array(boxes)
    assert (head.xMin, head.yMin) == tuple(boxes[:, :2].min(axis=0))
    assert (head.xMax, head.yMax) == tuple(boxes[:, 2:].max(axis=0))


def test_the_same_glyphs_give_the_same_bytes(built, tmp_path):
    again = build_font(hand(), FontInfo("엄마 글씨", license=License.OFL), tmp_path)
    assert again.ttf.read_bytes() == built.ttf.read_bytes()
    assert again.woff2.read_bytes() == built.woff2.read_bytes()


def test_a_blank_glyph_is_left_out_and_named(tmp_path):
    blank = GlyphImage("나", np.zeros((60, 60), np.uint8), 60.0, (0.0, 0.0))
    files = build_font(GlyphSet.of("some", [syllable("가"), syllable("다"), blank]), FontInfo("둘"), tmp_path)
    assert files.report["blank"] == "나"
    assert ord("나") not in TTFont(files.ttf).getBestCmap()


def test_no_glyphs_leave_no_files(tmp_path):
    with pytest.raises(NoInkError):
        build_font(GlyphSet("none"), FontInfo("빈 글씨"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_to_the_end(tmp_path):
    calls = []
    build_font(hand("가나다"), FontInfo("셋"), tmp_path, progress=lambda share, what: calls.append((share, what)))
    shares = [share for share, _ in calls]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert all(what for _, what in calls)


def test_a_broken_font_is_noticed_and_never_delivered(built, tmp_path, monkeypatch):
    font = TTFont(built.ttf)
    font["cmap"].getcmap(3, 1).cmap[ord("가")] = "space"
    hollow = tmp_path / "hollow.ttf"
    font.save(hollow)
    result = check_font(hollow)
    assert result["invisible"] == "가" and not result["passed"]
    monkeypatch.setattr("fontbuild.build.check_font", lambda path: result)
    out = tmp_path / "out"
    with pytest.raises(BrokenFontError, match="가"):
        build_font(hand("가나"), FontInfo("깨진 글씨"), out)
    assert list(out.iterdir()) == []


def test_a_font_without_a_table_is_rejected_by_the_sanitizer(built, tmp_path):
    font = TTFont(built.ttf)
    del font["OS/2"]
    font.save(tmp_path / "lacking.ttf")
    assert check_font(tmp_path / "lacking.ttf")["sanitizer"]
