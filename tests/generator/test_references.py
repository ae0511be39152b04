from __future__ import annotations

import numpy as np
import pytest

from generator.references import ABSENT, choose_references, parts_of
from templates.charset import hangul_set
from templates.hangul import COMPATIBILITY_JAMO, FINALS, SYLLABLES
from templates.sheet import SET_NAMES


def chosen(target: str, written: str, **options: object) -> str:
    rows = choose_references(parts_of([target]), parts_of(list(written)), **options)  # type: ignore[arg-type]
    return "".join(written[row] for row in rows[0])


def test_each_role_shares_its_jamo() -> None:
    initial, medial, final = chosen("값", "가박없나모")
    assert initial == "가"
    assert medial in "박나"
    assert final == "없"


def test_a_similar_layout_is_preferred() -> None:
    assert chosen("공", "가고긴곤")[0] == "곤"


def test_similar_jamo_are_taken_where_the_same_is_missing() -> None:
    assert chosen("카", "나가마바")[0] == "가"


@pytest.mark.parametrize("name", SET_NAMES)
def test_every_syllable_finds_its_own_jamo_on_every_sheet(name: str) -> None:
    written = parts_of(hangul_set(name))
    targets = parts_of(SYLLABLES)
    shown = written[choose_references(targets, written)]
    assert (shown[:, 0, 0] == targets[:, 0]).all()
    closed = targets[:, 2] > 0
    assert (shown[closed, 2, 2] == targets[closed, 2]).mean() > 0.99
    assert (shown[:, 1, 1] == targets[:, 1]).mean() > 0.99


def test_the_excluded_is_never_shown() -> None:
    written = list("가각간고")
    excluded = np.array([[char == "가" for char in written]])
    for seed in range(20):
        rows = choose_references(parts_of(["가"]), parts_of(written), np.random.default_rng(seed), excluded)
        assert 0 not in rows


@pytest.mark.parametrize("name", SET_NAMES)
def test_a_glyph_is_seldom_shown_twice(name: str) -> None:
    chars = hangul_set(name)
    targets = [char for char in SYLLABLES if char not in chars]
    rows = choose_references(parts_of(targets), parts_of(chars))
    assert np.mean([len(set(shown)) < 3 for shown in rows.tolist()]) < 0.15


def test_lone_jamo_have_parts_of_their_own() -> None:
    assert parts_of(["ㄱ"]).tolist() == [[0, ABSENT[1], ABSENT[2]]]
    assert parts_of(["ㄳ"]).tolist() == [[ABSENT[0], ABSENT[1], FINALS.index("ㄳ")]]
    assert parts_of(COMPATIBILITY_JAMO).shape == (51, 3)


def test_other_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        parts_of(["A"])
