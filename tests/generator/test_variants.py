import numpy as np
import pytest

from generator import Drawer, load_model, load_seed
from generator.drawing import read_confidence
from generator.variants import (
    DISTORTION_EM,
    LEAST_CONFIDENCE,
    LEAST_DIFFERENCE,
    difference,
    distort,
    draw_variants,
    hand_distortion_em,
)
from templates.charset import frequent_syllables, hangul_set
from templates.glyphs import GlyphSet, Source
from templates.hangul import is_syllable
from tests.fonts import written_with

WRITTEN = "".join(hangul_set("28")) + "가다"


@pytest.fixture(scope="module")
def sheet():
    return written_with("nanum/NanumPen.ttf", "".join(dict.fromkeys(WRITTEN + "ㅋ")))


@pytest.fixture(scope="module")
def drawer(sheet):
    return Drawer(load_model(None, "cpu"), sheet, load_seed("NanumBarunpen"))


@pytest.fixture(scope="module")
def varied(drawer, sheet):
    drawn = [drawer.frame.glyph(char, picture) for char, picture in zip("한글", drawer.pictures("한글"), strict=True)]
    first = GlyphSet.of("hand", [*sheet.values(), *drawn])
    return first, draw_variants(drawer, first, "가다한글ㅋ", 2)


def test_written_drawn_and_lone_letters_get_further_shapes(varied):
    _, further = varied
    assert {"가", "다", "ㅋ"} <= set(further) and {"한", "글"} & set(further)
    assert all(glyph.char == char for char, some in further.items() for glyph in some)
    sources = [glyph.source for glyph in further["가"]]
    assert Source.DRAWN in sources or sources == [Source.WRITTEN] * 2


def test_every_shape_differs_from_the_others_and_can_be_read(varied, drawer):
    first, further = varied
    for char, some in further.items():
        shapes = [first[char], *some]
        for index, shape in enumerate(shapes):
            for other in shapes[:index]:
                assert difference(drawer.frame, shape, other) >= LEAST_DIFFERENCE
        drawn = [drawer.frame.picture(glyph) for glyph in some if glyph.source is Source.DRAWN]
        if drawn and is_syllable(char):
            assert read_confidence(drawer.model, np.stack(drawn), [char] * len(drawn)).min() > LEAST_CONFIDENCE


def test_a_further_shape_stands_where_the_first_does(varied):
    first, further = varied
    for char, some in further.items():
        left, top, right, bottom = first[char].bounds_em()
        for glyph in some:
            x0, y0, x1, y1 = glyph.bounds_em()
            assert abs(x0 + x1 - left - right) / 2 < 0.1 and abs(y0 + y1 - top - bottom) / 2 < 0.1


def test_the_same_shapes_come_every_time(varied, drawer):
    first, further = varied
    again = draw_variants(drawer, first, "가ㅋ", 2)
    assert all(np.array_equal(one.ink, two.ink) for one, two in zip(further["ㅋ"], again["ㅋ"], strict=True))


def test_more_distortion_gives_more_different_shapes(sheet, drawer):
    least, most = (
        np.mean(
            [
                difference(drawer.frame, sheet[char], distort(sheet[char], amount, np.random.default_rng(0)))
                for char in "가다"
            ]
        )
        for amount in DISTORTION_EM
    )
    assert 0 < least < most
    assert DISTORTION_EM[0] <= hand_distortion_em(sheet.values()) <= DISTORTION_EM[1]


def test_the_frequent_syllables_are_three_hundred_different_ones():
    assert len(set(frequent_syllables())) == len(frequent_syllables()) == 300
    assert all(map(is_syllable, frequent_syllables()))
