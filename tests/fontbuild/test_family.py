import cv2
import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from fontbuild import FontInfo
from fontbuild.build import build_family
from fontbuild.tracing.weights import Weight, grow_strokes, pen_width_em
from tests.fontbuild.hand import draw, hand


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    files = build_family(hand(), FontInfo("엄마 글씨"), tmp_path_factory.mktemp("family"))
    return {weight: (file, TTFont(file.ttf)) for weight, file in files.items()}


def test_each_weight_has_its_files_and_passed(family):
    stems = {file.ttf.stem: file.woff2.stem for file, _ in family.values()}
    assert stems == {stem: stem for stem in ("엄마 글씨", "엄마 글씨-Light", "엄마 글씨-Bold")}
    assert all(file.report["checks"]["passed"] for file, _ in family.values())


def test_lines_break_alike_in_every_weight(family):
    regular = family[Weight.REGULAR][1]
    for _, font in family.values():
        assert {n: a for n, (a, _) in font["hmtx"].metrics.items()} == {
            n: a for n, (a, _) in regular["hmtx"].metrics.items()
        }
        for table, field in (
            ("hhea", "ascent"),
            ("hhea", "descent"),
            ("OS/2", "usWinAscent"),
            ("OS/2", "usWinDescent"),
        ):
            assert getattr(font[table], field) == getattr(regular[table], field)


def test_menus_show_one_family(family):
    light, regular, bold = (family[weight][1] for weight in Weight)
    assert [font["OS/2"].usWeightClass for font in (light, regular, bold)] == [300, 400, 700]
    assert [font["OS/2"].fsSelection & 0x60 for font in (light, regular, bold)] == [0x40, 0x40, 0x20]
    assert [font["head"].macStyle for font in (light, regular, bold)] == [0, 0, 1]

    def names(font, *identifiers):
        return [font["name"].getDebugName(identifier) for identifier in identifiers]

    assert names(light, 1, 2, 16, 17) == ["Eomma Geulssi Light", "Regular", "Eomma Geulssi", "Light"]
    assert names(bold, 1, 2, 16, 17) == ["Eomma Geulssi", "Bold", None, None]
    assert [names(font, 4, 6)[1] for font in (light, regular, bold)] == [
        f"EommaGeulssi-{style}" for style in ("Light", "Regular", "Bold")
    ]
    assert len({names(font, 3)[0] for font in (light, regular, bold)}) == 3


def test_a_heavier_pen_leaves_more_ink_around_the_same_middle(family):
    boxes = []
    for weight in Weight:
        glyphs = family[weight][1].getGlyphSet()
        pen = BoundsPen(glyphs)
        glyphs["uniAC00"].draw(pen)
        boxes.append(np.array(pen.bounds))
    light, regular, bold = boxes
    outwards = np.array([-1, -1, 1, 1])
    assert ((bold - regular) * outwards > 5).all() and ((regular - light) * outwards > 2).all()
    assert ((regular - light) * outwards < 14).all() and ((bold - regular) * outwards < 20).all()


def test_the_pen_is_measured():
    for em_px in (96, 168):
        glyph = draw("ㅣ", [[(0.5, 0.1), (0.5, 0.9)]], em_px=em_px, pen_em=0.05)
        assert pen_width_em([glyph]) == pytest.approx(0.05, abs=0.006)


def test_narrow_whites_stay_open_and_thin_strokes_stay_whole():
    comb = np.zeros((80, 120), bool)
    comb[20:60, 20:100] = True
    for left in range(28, 92, 12):
        comb[26:54, left : left + 4] = False
    bold = grow_strokes(comb, 6.0)
    whites = cv2.connectedComponents((~bold).astype(np.uint8), connectivity=4)[0]
    assert whites == cv2.connectedComponents((~comb).astype(np.uint8), connectivity=4)[0]
    assert bold.sum() > comb.sum()
    wire = np.zeros((60, 100), bool)
    wire[28:31, 20:80] = True
    wire[10:50, 48:51] = True
    light = grow_strokes(wire, -4.0)
    assert cv2.connectedComponents(light.astype(np.uint8))[0] == 2, "one stroke, and the paper"
    assert light[29, 24:76].all()
