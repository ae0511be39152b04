"""Kerning, the signs that programs insert by themselves, and vertical lines, as HarfBuzz shapes them."""

import numpy as np
import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont

from fontbuild import FontInfo, build_font
from fontbuild.layout.kerning import CLOSEST_UNITS
from templates.glyphs import GlyphSet
from tests.fontbuild.hand import BASELINE_EM, draw, hand

FOOT, CAP = BASELINE_EM - 0.02, BASELINE_EM - 0.5


def latin(char, strokes):
    return draw(char, strokes, baseline_em=BASELINE_EM)


SIGNS = (
    latin("T", [[(0.2, CAP), (0.7, CAP)], [(0.45, CAP), (0.45, FOOT)]]),
    latin("H", [[(0.3, CAP), (0.3, FOOT)], [(0.6, CAP), (0.6, FOOT)], [(0.3, 0.45), (0.6, 0.45)]]),
    latin(".", [[(0.4, FOOT), (0.41, FOOT)]]),
    latin(",", [[(0.42, FOOT - 0.02), (0.38, FOOT + 0.08)]]),
    latin("-", [[(0.35, 0.5), (0.55, 0.5)]]),
    latin("'", [[(0.4, CAP), (0.4, CAP + 0.1)]]),
    latin("(", [[(0.5, CAP), (0.42, 0.45), (0.5, FOOT + 0.05)]]),
)
WIDE = draw("그", [[(0.2, 0.7), (0.8, 0.7)], [(0.3, 0.3), (0.6, 0.3), (0.6, 0.5)]])
HIGH = draw("빈", [[(0.2, 0.2), (0.8, 0.2)], [(0.3, 0.2), (0.3, 0.35)]])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    glyphs = GlyphSet.of("signs", [*hand().values(), *SIGNS, WIDE, HIGH])
    return build_font(glyphs, FontInfo("부호"), tmp_path_factory.mktemp("font")).ttf


def shaped(path, text, direction="ltr", **features):
    """Names of glyphs, and where each begins along the line."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    hb.shape(font, buffer, features)
    order = TTFont(path).getGlyphOrder()
    steps = [p.x_advance + p.y_advance for p in buffer.glyph_positions]
    return [order[info.codepoint] for info in buffer.glyph_infos], steps


def kerned(path, pair):
    return shaped(path, pair)[1][0] - shaped(path, pair, kern=False)[1][0]


def test_what_stands_apart_is_drawn_together(path):
    assert kerned(path, "Tn") < -30 and kerned(path, "T.") < -30
    assert abs(kerned(path, "nn")) < 15 and abs(kerned(path, "HH")) < 40


def test_a_stop_follows_a_high_syllable_closer_than_a_low_one(path):
    assert kerned(path, "빈.") < kerned(path, "그.")


def test_kerning_never_makes_strokes_touch(path):
    font = TTFont(path)
    glyf, widths, cmap = font["glyf"], font["hmtx"], font.getBestCmap()
    for pair in ("HH", "nH", "Hn", "H(", "mn"):
        one, two = (cmap[ord(char)] for char in pair)
        gap = widths[one][0] - glyf[one].xMax + widths[two][1]
        assert gap + kerned(path, pair) >= min(gap, CLOSEST_UNITS) - 1


def test_missing_signs_are_made_of_written_ones(path):
    font = TTFont(path)
    glyf, cmap = font["glyf"], font.getBestCmap()
    comma, one, two = (glyf[cmap[ord(char)]] for char in ",’”")
    assert len(two.endPtsOfContours) == 2 * len(one.endPtsOfContours)
    assert one.yMax - one.yMin == pytest.approx(comma.yMax - comma.yMin, abs=2) and one.yMin > comma.yMax
    opening, closing = (np.array(glyf[cmap[ord(char)]].getCoordinates(glyf)[0]) for char in "‘’")
    turned = opening.min(axis=0) + opening.max(axis=0) - opening
    away = np.abs((turned - turned.min(axis=0)) - (closing - closing.min(axis=0)))
    assert away.max() <= 2, "half a turn, and rounding"
    assert len(glyf[cmap[ord("…")]].endPtsOfContours) == 3
    dashes = [glyf[cmap[ord(char)]].xMax - glyf[cmap[ord(char)]].xMin for char in "-–—"]
    assert dashes == sorted(dashes) and dashes[2] > 2 * dashes[0]


def test_vertical_lines_turn_brackets_and_raise_stops(path):
    names, steps = shaped(path, "그(그.", direction="ttb")
    assert names == ["uniADF8", "parenleft.vert", "uniADF8", "period.vert"]
    assert len(set(steps)) == 1 and -1000 <= steps[0] <= -780
    glyf = TTFont(path)["glyf"]
    upright, turned = glyf["parenleft"], glyf["parenleft.vert"]
    assert turned.xMax - turned.xMin == pytest.approx(upright.yMax - upright.yMin, abs=3)
    assert glyf["period.vert"].xMin > 500 and glyf["period.vert"].yMin > glyf["period"].yMax
