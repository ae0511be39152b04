from __future__ import annotations

import numpy as np
import pytest

from templates.coverage import JAMO_STROKES
from templates.hangul import COMPATIBILITY_JAMO
from templates.jamo_strokes import Place, all_simple, forms, forms_at, school_strokes, simple_parts


@pytest.mark.parametrize("jamo", COMPATIBILITY_JAMO)
def test_the_school_form_has_as_many_strokes_as_are_taught(jamo: str) -> None:
    assert school_strokes(jamo) == JAMO_STROKES[jamo]


@pytest.mark.parametrize("jamo", list(all_simple()))
def test_every_form_lies_in_its_box_and_every_stroke_leads_somewhere(jamo: str) -> None:
    for form in forms(jamo):
        assert form.strokes
        for stroke in form.strokes:
            assert len(stroke.points) == len(stroke.curved) >= 2
            assert stroke.points.min() >= 0
            assert stroke.points.max() <= 1
            steps = np.hypot(*np.diff(stroke.points, axis=0).T)
            assert steps.min() > 0.005
        together = np.concatenate([stroke.points for stroke in form.strokes])
        assert np.ptp(together, axis=0).max() > 0.85


@pytest.mark.parametrize("jamo", list(all_simple()))
def test_a_school_form_stands_at_every_place_and_hurried_forms_need_no_more_strokes(jamo: str) -> None:
    for place in (Place.BESIDE, Place.STACKED):
        there = forms_at(jamo, place)
        school = [form for form in there if form.hurry == 0]
        assert school
        most = max(len(form.strokes) for form in school)
        assert all(len(form.strokes) <= most for form in there if form.hurry > 0)


def test_doubles_and_mixed_vowels_are_made_of_simple_jamo_in_writing_order() -> None:
    assert simple_parts("ㄺ") == ("ㄹ", "ㄱ")
    assert simple_parts("ㅃ") == ("ㅂ", "ㅂ")
    assert simple_parts("ㅞ") == ("ㅜ", "ㅔ")
    assert simple_parts("ㄴ") == ("ㄴ",)
    simple = set(all_simple())
    assert all(part in simple for jamo in COMPATIBILITY_JAMO for part in simple_parts(jamo))
    assert len(simple) == 14 + 14


def test_what_is_no_simple_jamo_has_no_forms() -> None:
    with pytest.raises(KeyError):
        forms("ㄲ")
