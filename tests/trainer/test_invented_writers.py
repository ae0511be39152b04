from __future__ import annotations

import cv2
import numpy as np
import pytest

from generator.frame import FRAME_PX
from templates.hangul import COMPATIBILITY_JAMO, SYLLABLES, compose
from trainer.invented_writers import InventedSheet, Writer, WriterPool
from trainer.invented_writers.layout import Proportions, parts_in_place
from trainer.invented_writers.movement import STEP_EM, join_strokes, move
from trainer.invented_writers.pen import Pen, draw_runs

SHOWN = [SYLLABLES[row] for row in range(37, len(SYLLABLES), 457)]


def strokes_alone(writer: Writer, chars: list[str]) -> float:
    """Mean number of connected pieces of ink of a writer's letters."""
    random = np.random.default_rng(5)
    pictures = [writer.picture(char, random) >= 96 for char in chars]
    return float(np.mean([cv2.connectedComponents(picture.astype(np.uint8))[0] - 1 for picture in pictures]))


def middles(writer: Writer, chars: list[str], unevenness: float = 1.0) -> np.ndarray:
    random = np.random.default_rng(5)
    boxes = []
    for char in chars:
        points = np.concatenate([run.points for run in writer.runs(char, random, unevenness)])
        boxes.append((points.min(axis=0) + points.max(axis=0)) / 2)
    return np.array(boxes)


def test_every_layout_and_every_lone_jamo_is_written() -> None:
    writer, random = Writer(3, hurry=0.5), np.random.default_rng(0)
    chars = [compose(initial, medial, final) for initial in (0, 8, 18) for medial in range(21) for final in (0, 9, 27)]
    for char in [*chars, *COMPATIBILITY_JAMO]:
        picture = writer.picture(char, random)
        assert picture.shape == (FRAME_PX, FRAME_PX)
        assert picture.dtype == np.uint8
        assert picture.max() > 128, char


def test_parts_come_in_writing_order_inside_one_another_as_little_as_may_be() -> None:
    order = {char: [part.jamo for part in parts_in_place(char, Proportions())] for char in "각꿮뷁ㄵㅢ"}
    assert order == {
        "각": list("ㄱㅏㄱ"),
        "꿮": list("ㄱㄱㅜㅓㅍ"),
        "뷁": list("ㅂㅜㅔㄹㄱ"),
        "ㄵ": list("ㄴㅈ"),
        "ㅢ": list("ㅡㅣ"),
    }
    for char in SHOWN:
        initial, *_, last = parts_in_place(char, Proportions())
        assert initial.box.top < last.box.bottom
        assert all(
            part.box.left < part.box.right and part.box.top < part.box.bottom
            for part in parts_in_place(char, Proportions())
        )


def test_what_is_not_hangul_is_refused() -> None:
    with pytest.raises(ValueError, match="'A'"):
        parts_in_place("A", Proportions())


def test_nobody_writes_a_letter_twice_the_same_but_the_writer_stays_the_same() -> None:
    first, again, other = Writer(7), Writer(7), Writer(8)
    random = np.random.default_rng(0)
    assert not np.array_equal(first.picture("한", random), first.picture("한", random))
    one, two = (writer.picture("한", np.random.default_rng(1)) for writer in (first, again))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other.picture("한", np.random.default_rng(1)))


def test_hurried_writers_join_their_strokes_and_are_less_even() -> None:
    neat = [Writer(number, hurry=0.05) for number in range(8)]
    quick = [Writer(number, hurry=0.95) for number in range(8)]
    assert np.mean([strokes_alone(writer, SHOWN) for writer in quick]) < 0.9 * np.mean(
        [strokes_alone(writer, SHOWN) for writer in neat]
    )
    wander = [np.mean([middles(writer, ["한"] * 24).std(axis=0) for writer in group]) for group in (neat, quick)]
    assert wander[1] > 2 * wander[0]


def test_evened_out_letters_stray_less() -> None:
    writer = Writer(2, hurry=0.8)
    assert middles(writer, ["한"] * 40, 0.2).std() < 0.6 * middles(writer, ["한"] * 40, 1.0).std()


def test_haste_cuts_the_corner_and_keeps_the_ends() -> None:
    corner = np.array([[0.0, 0.0], [0.4, 0.0], [0.4, 0.4]])
    still = np.zeros((2, 2))
    slow, fast = (move(corner, np.ones(3), smoothing, still) for smoothing in (0.005, 0.04))
    nearest = [float(np.hypot(*(run.points - corner[1]).T).min()) for run in (slow, fast)]
    assert nearest[0] < 0.01 < 0.02 < nearest[1]
    for run in (slow, fast):
        assert np.allclose(run.points[[0, -1]], corner[[0, -1]], atol=STEP_EM)
        assert run.speed[len(run.speed) // 2] < run.speed[5]


def test_a_dropped_lift_joins_two_strokes_lightly() -> None:
    strokes = [np.array([[0.0, 0.0], [0.3, 0.0]]), np.array([[0.0, 0.2], [0.3, 0.2]])]
    apart = join_strokes(strokes, [False], ligature=0.5, hook_em=0.0)
    joined = join_strokes(strokes, [True], ligature=0.5, hook_em=0.0)
    hooked = join_strokes(strokes, [False], ligature=0.5, hook_em=0.05)
    assert [len(points) for points, _ in apart] == [2, 2]
    assert len(joined) == 1
    assert joined[0][1].min() == 0.5
    reach = float(np.hypot(*(hooked[0][0][-1] - strokes[0][-1])))
    assert reach == pytest.approx(0.05)


def test_the_line_is_as_wide_as_the_pen_and_thin_where_it_is_lifted() -> None:
    run = move(np.array([[0.1, 0.5], [0.9, 0.5]]), np.ones(2), 0.005, np.zeros((2, 2)))
    for width_em in (0.02, 0.05, 0.1):
        widths = Pen(width_em=width_em, thinning=0.0).widths(run, 1.0)
        ink = draw_runs([(run.points * FRAME_PX, widths * FRAME_PX)], FRAME_PX)[:, FRAME_PX // 2].sum() / 255
        assert ink == pytest.approx(width_em * FRAME_PX, abs=0.4)
    tapered = Pen(width_em=0.05, taper_out=0.1, tip=0.2).widths(run, 1.0)
    assert tapered[-1] < 0.3 * tapered[0]


def test_a_sheet_is_written_once_and_its_targets_are_new() -> None:
    sheet, random = InventedSheet(Writer(1), "가나다"), np.random.default_rng(0)
    assert sheet.picture("가", random) is sheet.picture("가", random)
    assert not np.array_equal(sheet.picture("가", random), sheet.target("가", random))


def test_writers_give_way_to_new_ones() -> None:
    pool, random = WriterPool([["가", "나"]], seed=0, size=2, uses=3), np.random.default_rng(0)
    numbers = [pool.pick(random).writer.number for _ in range(40)]
    assert len(set(numbers)) >= 40 / 3
    assert max(numbers.count(number) for number in numbers) <= 3
