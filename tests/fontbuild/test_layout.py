import numpy as np
import pytest

from fontbuild.errors import NoInkError
from fontbuild.layout.normalise import CAPITALS_TALLEST, HANGUL_CENTRE, X_HEIGHT, normalise
from fontbuild.layout.spacing import apply_spacing
from fontbuild.metrics import HIGHEST, LOWEST
from fontbuild.outlines.outline import outline_glyphs
from templates.glyphs import Source
from tests.fontbuild.hand import draw, hand, letter, syllable

KOREAN = "가각간갇갈감갑갓강개객거고곡과괴구국그기나너노누느니다더도두드디라러로루르리"


def laid_out(glyphs):
    placed, scales = normalise(outline_glyphs(glyphs))
    return {outline.char: outline for outline in placed}, scales


def middle(outline):
    return (outline.bounds[1] + outline.bounds[3]) / 2


def test_a_small_and_a_large_hand_come_out_equally_large():
    heights = []
    for size in (0.7, 1.2):
        strokes = {
            char: [[(0.5, 0.5), (0.5 + 0.5 * size, 0.5 + 0.4 * size)], [(0.5, 0.9), (0.9, 0.9)]] for char in KOREAN
        }
        placed, _ = laid_out([draw(char, lines) for char, lines in strokes.items()])
        heights.append(np.median([outline.bounds[2] - outline.bounds[0] for outline in placed.values()]))
        assert np.median([middle(outline) for outline in placed.values()]) == pytest.approx(HANGUL_CENTRE, abs=2)
    assert heights[0] == pytest.approx(heights[1], rel=0.15)


def test_a_glyph_keeps_its_offset_but_an_outlier_is_moved_in():
    glyphs = [syllable(char, down=0.02 * (index % 3 - 1)) for index, char in enumerate(KOREAN)]
    calm, scales = laid_out(glyphs)
    offsets = [middle(calm[char]) for char in KOREAN]
    assert np.std(offsets) > 0.01 * 1000 * scales.hangul, "the hand's own variation is kept"
    distant, scales = laid_out([syllable("고", down=-0.25) if glyph.char == "고" else glyph for glyph in glyphs])
    assert 0 < middle(distant["고"]) - middle(calm["고"]) < 0.6 * 250 * scales.hangul


def test_latin_stands_on_the_line_whatever_the_sheet_and_the_offset():
    written = [letter(char, low=0.03) for char in "acemn"]
    filled = [letter(char, low=-0.04, source=Source.SEED) for char in "orsuvwxz"]
    placed, scales = laid_out([*(syllable(char) for char in KOREAN), *written, *filled])
    for char in "acemnorsuvwxz":
        assert placed[char].bounds[1] == pytest.approx(0, abs=6), char
    assert scales.latin == scales.hangul


def test_tiny_latin_is_brought_to_a_readable_x_height():
    tiny = [letter(char, x_height=0.15) for char in "acemnorsuvwxz"]
    placed, scales = laid_out([*(syllable(char) for char in KOREAN), *tiny])
    assert scales.latin > scales.hangul
    assert placed["n"].bounds[3] == pytest.approx(X_HEIGHT[0], abs=8)


def test_towering_capitals_come_down_to_the_height_of_syllables():
    small = [letter(char, x_height=0.36) for char in "acemnorsuvwxz"]
    towering = [letter(char, x_height=0.9) for char in "AHNTX"]
    placed, scales = laid_out([*(syllable(char) for char in KOREAN), *small, *towering])
    assert scales.latin < scales.hangul
    assert placed["H"].bounds[3] == pytest.approx(CAPITALS_TALLEST, abs=8)


def test_no_ink_leaves_the_room_between_the_lines():
    tall = draw("ㅣ", [[(0.5, -0.15), (0.5, 1.15)]])
    placed, _ = laid_out([*(syllable(char) for char in KOREAN), tall])
    points = np.concatenate([contour.points for contour in placed["ㅣ"].contours])
    assert placed["ㅣ"].bounds[1] >= LOWEST - 0.1 and placed["ㅣ"].bounds[3] <= HIGHEST + 0.1
    assert points[:, 1].min() >= LOWEST - 25 and points[:, 1].max() <= HIGHEST + 25


def test_nothing_to_draw_from_is_refused():
    with pytest.raises(NoInkError):
        normalise([])


def test_an_open_side_gets_less_white_than_a_closed_one():
    wall = draw("ㅣ", [[(0.5, 0.15), (0.5, 0.85)]])
    dash = draw("ㅡ", [[(0.2, 0.5), (0.8, 0.5)]])
    placed, _ = laid_out([*(syllable(char) for char in KOREAN), wall, dash])
    spacing = apply_spacing(list(placed.values()))
    lefts = {outline.char: outline.bounds[0] for outline in spacing.outlines}
    assert 0 < lefts["ㅡ"] < lefts["ㅣ"]


def test_advances_follow_the_ink_and_the_space_follows_the_advances():
    placed, _ = laid_out(hand().values())
    spacing = apply_spacing(list(placed.values()))
    for outline, advance in zip(spacing.outlines, spacing.advances, strict=True):
        left, _, right, _ = outline.bounds
        assert left > 0 and right < advance, outline.char
    advances = dict(zip((outline.char for outline in spacing.outlines), spacing.advances, strict=True))
    syllables = [advances[char] for char in KOREAN]
    assert 0.25 < spacing.space / np.mean(syllables) < 0.5


def test_signs_of_reckoning_are_equally_wide():
    plus = letter("+", x_height=0.2)
    equals = draw("=", [[(0.2, 0.5), (0.8, 0.5)], [(0.2, 0.6), (0.8, 0.6)]], baseline_em=0.7)
    placed, _ = laid_out([*(syllable(char) for char in KOREAN), plus, equals])
    spacing = apply_spacing(list(placed.values()))
    glyphs = zip(spacing.outlines, spacing.advances, strict=True)
    ends = {outline.char: (outline.bounds[0], advance - outline.bounds[2], advance) for outline, advance in glyphs}
    assert ends["+"][2] == ends["="][2]
    assert ends["+"][0] > ends["="][0] > 0 and ends["+"][1] > ends["="][1] > 0
