import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from fontbuild import FontInfo, build_font
from fontbuild.checks.outline_check import compare, count_faults
from fontbuild.outlines.outline import outline_glyphs
from tests.fontbuild.hand import draw, hand, ring

FAULTS = (
    "contours that cross",
    "contours wound the wrong way",
    "slivers",
    "contours without their extremes",
    "short segments",
    "needless points",
)


def font_of(*contours):
    """A font whose A has the given polygons."""
    pen = TTGlyphPen(None)
    for first, *others in contours:
        pen.moveTo(first)
        for point in others:
            pen.lineTo(point)
        pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({65: "A"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "A": pen.glyph()})
    return builder.font


SQUARE = [(0, 0), (0, 400), (400, 400), (400, 0)]
HOLE = [(100, 100), (300, 100), (300, 300), (100, 300)]


@pytest.mark.parametrize(
    ("contours", "fault"),
    [
        ([SQUARE, HOLE], None),
        ([SQUARE[::-1]], "contours wound the wrong way"),
        ([SQUARE, HOLE[::-1]], "contours wound the wrong way"),
        ([[(0, 0), (0, 400), (400, 0), (400, 300)]], "contours that cross"),
        ([SQUARE, [(500, 0), (500, 10), (510, 10), (510, 0)]], "slivers"),
        ([[(0, 0), (0, 400), (200, 400), (400, 400), (400, 0)]], "needless points"),
        ([[(0, 0), (0, 400), (1, 401), (400, 400), (400, 0)]], "short segments"),
    ],
)
def test_each_fault_is_counted_and_nothing_else(contours, fault):
    counts = count_faults(font_of(*contours))
    assert {name for name in FAULTS if counts[name]} == ({fault} if fault else set())


def test_a_finished_font_has_no_faults_and_few_points(tmp_path):
    files = build_font(hand(), FontInfo("손"), tmp_path)
    counts = count_faults(TTFont(files.ttf))
    assert {name: counts[name] for name in FAULTS if name != "needless points"} == dict.fromkeys(FAULTS[:-1], 0)
    assert counts["needless points"] <= counts["glyphs"] / 10
    assert counts["points of syllables"] / counts["syllables"] < 60
    assert compare(files.ttf, files.ttf, "가각")["overlap (IoU)"] == 1.0


def test_corners_are_where_the_pen_turned_and_only_there():
    (angle,) = outline_glyphs([draw("ㄱ", [[(0.2, 0.3), (0.7, 0.3), (0.7, 0.8)]], em_px=168, pen_em=0.06)])
    tips = np.concatenate([contour.points[contour.on_curve] for contour in angle.contours])
    notch = np.array([670, 550])
    assert np.linalg.norm(tips - notch, axis=1).min() < 8, "the inner corner is a point"
    (round_,) = outline_glyphs([draw("ㅇ", [ring(0.5, 0.5, 0.25)], pen_em=0.06)])
    assert not np.concatenate([contour.on_curve for contour in round_.contours]).any()
