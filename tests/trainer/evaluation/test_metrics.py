"""Figures on pictures whose answers are known."""

import cv2
import numpy as np
import pytest

from trainer.evaluation import metrics


def _bars(*boxes: tuple[int, int, int, int], ink: int = 255) -> np.ndarray:
    """A (1, 96, 96) picture of filled boxes (left, top, right, bottom)."""
    picture = np.zeros((1, 96, 96), np.uint8)
    for left, top, right, bottom in boxes:
        picture[0, top:bottom, left:right] = ink
    return picture


ONE = (20, 20, 28, 76)
OTHER = (60, 20, 68, 76)


def test_identical_pictures_are_perfect():
    real = _bars(ONE, OTHER)
    assert metrics.stroke_l1(real, real)[0] == 0
    assert metrics.soft_iou(real, real)[0] == 1
    assert metrics.ink_ratio(real, real)[0] == pytest.approx(1)
    assert metrics.faults(real, real).tolist() == [[0, 0, 0, 0]]


def test_blank_is_as_wrong_as_its_missing_ink():
    real, blank = _bars(ONE), _bars()
    assert metrics.stroke_l1(blank, real)[0] == pytest.approx(1)
    assert metrics.soft_iou(blank, real)[0] == 0
    assert metrics.ink_ratio(blank, real)[0] == 0


def test_half_the_ink_missing():
    real, drawn = _bars(ONE, OTHER), _bars(ONE)
    assert metrics.stroke_l1(drawn, real)[0] == pytest.approx(0.5)
    assert metrics.soft_iou(drawn, real)[0] == pytest.approx(0.5)
    assert metrics.ink_ratio(drawn, real)[0] == pytest.approx(0.5, abs=0.02)


def test_a_shift_by_half_a_stroke_costs_a_whole_stroke():
    real, drawn = _bars(ONE), _bars((24, 20, 32, 76))
    assert metrics.stroke_l1(drawn, real)[0] == pytest.approx(1)
    assert metrics.soft_iou(drawn, real)[0] == pytest.approx(1 / 3)
    assert metrics.ink_ratio(drawn, real)[0] == pytest.approx(1, abs=0.01)


def test_each_glyph_is_measured_by_itself():
    real = np.concatenate([_bars(ONE), _bars(OTHER)])
    drawn = np.concatenate([_bars(ONE), _bars()])
    assert metrics.stroke_l1(drawn, real) == pytest.approx([0, 1])


def test_strokes_specks_and_holes_are_counted():
    ring = _bars()[0]
    cv2.circle(ring, (48, 48), 20, 255, 5)
    assert metrics.topology(ring) == (1, 0, 1)
    assert metrics.topology(_bars(ONE, OTHER)[0]) == (2, 0, 0)
    speck = _bars(ONE)[0]
    speck[80, 80] = 140
    assert metrics.topology(speck) == (1, 1, 0)
    assert metrics.topology(_bars()[0]) == (0, 0, 0)


def test_a_broken_stroke_is_a_break_and_a_closed_gap_a_join():
    whole, broken = _bars((20, 40, 76, 48)), _bars((20, 40, 44, 48), (50, 40, 76, 48))
    assert metrics.faults(broken, whole)[0].tolist() == [1, 0, 0, 0]
    assert metrics.faults(whole, broken)[0].tolist() == [0, 1, 0, 0]


def test_what_is_too_faint_is_lost_when_traced():
    assert not metrics.as_traced(_bars(ONE, ink=100)).any()
    assert metrics.as_traced(_bars(ONE, ink=160)).max() == 255


def test_smear_tells_grey_from_black():
    sharp, grey = _bars(ONE), _bars(ONE, ink=160)
    assert metrics.smear(sharp)[0] < 0.12 < metrics.smear(grey)[0]


def test_legible_needs_all_three_parts():
    read = np.array([[1, 2, 3], [1, 2, 0], [1, 2, 3]])
    wanted = np.array([[1, 2, 3], [1, 2, 3], [0, 2, 3]])
    assert metrics.legible(read, wanted).tolist() == [True, False, False]
