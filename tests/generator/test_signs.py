"""Signs are written in the hand's pen and made of its letters."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from generator.latin import stroke_width_px
from generator.sign_pen import measure_pen
from generator.signs import complete_signs
from templates.glyphs import GlyphImage, GlyphSet, Source
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO
from templates.signs import BLANK, composition_of, signs
from tests.fonts import written_with

HANGUL = "가나다라마바사아자차카타파하괜찮은삶닭주내"
BASELINE_EM = 0.8


def _hand(font: str) -> GlyphSet:
    glyphs = written_with(font, HANGUL + "".join(COMPATIBILITY_JAMO) + "".join(ASCII_PRINTABLE))
    latin = [replace(glyph, baseline_em=BASELINE_EM) for char, glyph in glyphs.items() if char.isascii()]
    return GlyphSet.of(font, [*glyphs.values(), *latin])


def _written(hand: GlyphSet) -> GlyphSet:
    return GlyphSet.of(hand.name, [hand[char] for char in HANGUL])


@pytest.fixture(scope="module", params=["nanum/NanumPen.ttf", "nanum/NanumBarunpenB.ttf"])
def hand(request: pytest.FixtureRequest) -> GlyphSet:
    return _hand(request.param)


@pytest.fixture(scope="module")
def made(hand: GlyphSet) -> dict[str, GlyphImage]:
    return {glyph.char: glyph for glyph in complete_signs(hand, _written(hand))}


def test_every_sign_is_made_but_blanks_and_full_width_forms(made: dict[str, GlyphImage]) -> None:
    wide = {sign for sign in signs() if (parts := composition_of(sign)) is not None and parts.how == "wide"}
    assert set(made) == set(signs()) - wide - set(BLANK)
    assert not [char for char, glyph in made.items() if glyph.is_blank]
    assert {glyph.source for glyph in made.values()} == {Source.COMPOSED}


def test_lines_are_as_wide_as_the_hand_s_strokes(hand: GlyphSet, made: dict[str, GlyphImage]) -> None:
    wanted = np.median([stroke_width_px(hand[char].ink) / hand[char].em_px for char in HANGUL])
    for sign in "○□→×※♡∠√":
        width = stroke_width_px(made[sign].ink) / made[sign].em_px
        assert 0.75 * wanted < width < 1.3 * wanted, sign


def test_a_written_sign_is_kept(hand: GlyphSet) -> None:
    own = replace(hand["o"], char="○", source=Source.WRITTEN)
    written = GlyphSet.of("w", [*_written(hand).values(), own])
    assert "○" not in {glyph.char for glyph in complete_signs(hand, written)}


def test_the_same_hand_gets_the_same_signs(hand: GlyphSet, made: dict[str, GlyphImage]) -> None:
    again = {glyph.char: glyph for glyph in complete_signs(hand, _written(hand))}
    assert all(np.array_equal(again[char].ink, made[char].ink) for char in "♥①㎞é½")


def test_an_accent_takes_the_dot_s_place(made: dict[str, GlyphImage]) -> None:
    marks = {char: cv2.connectedComponents((made[char].ink >= 128).astype(np.uint8))[0] - 1 for char in "íî"}
    assert marks == {"í": 2, "î": 2}


def test_letters_with_accents_keep_their_baseline_and_reach_higher(hand: GlyphSet, made: dict[str, GlyphImage]) -> None:
    for sign, letter in (("É", "E"), ("ü", "u"), ("ñ", "n")):
        box, plain = made[sign].bounds_em(), hand[letter].bounds_em()
        assert box is not None and plain is not None
        assert made[sign].baseline_em == BASELINE_EM
        assert box[3] == pytest.approx(plain[3], abs=0.02)
        assert box[1] < plain[1] - 0.05


def test_circled_letters_lie_within_their_circle(made: dict[str, GlyphImage]) -> None:
    for sign in "①ⓐ㉠㉮⑮":
        ink = made[sign].ink >= 128
        holes = cv2.connectedComponents((~ink).astype(np.uint8), connectivity=4)[0]
        assert holes >= 3, sign  # background, paper outside, paper inside
        outer = cv2.findContours(ink.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        assert len(outer) == 1, sign


def test_a_pen_is_measured() -> None:
    for width in (8, 14):
        ink = np.zeros((200, 200), np.uint8)
        cv2.line(ink, (70, 30), (70, 170), 255, width)
        cv2.line(ink, (70, 100), (150, 100), 255, width)
        pen = measure_pen([GlyphImage("ㅏ", ink, 200.0, (0.0, 0.0))], 0.7, 0.01)
        assert pen.width == pytest.approx(width / 200 / 0.7, rel=0.2)
        assert abs(pen.slant) < 0.05


@pytest.mark.parametrize("lean", [-0.2, 0.2])
def test_a_lean_is_measured_with_its_side(lean: float) -> None:
    ink = np.zeros((200, 200), np.uint8)
    for x in (60, 100, 140):
        cv2.line(ink, (round(x + lean * 70), 30), (round(x - lean * 70), 170), 255, 8)
    assert measure_pen([GlyphImage("ㅣ", ink, 200.0, (0.0, 0.0))], 0.7, 0.01).slant == pytest.approx(lean, abs=0.05)


def test_no_pen_without_ink() -> None:
    blank = GlyphImage("가", np.zeros((9, 9), np.uint8), 9.0, (0.0, 0.0))
    with pytest.raises(ValueError, match="syllable"):
        measure_pen([blank], 0.7, 0.01)
