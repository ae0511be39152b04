"""The judge that tells drawn letters from written ones."""

from itertools import count

import cv2
import numpy as np
import torch

from trainer.evaluation.two_sample import DATA, TWO_SAMPLE_FILE, TwoSampleJudge, area_under_curve
from trainer.evaluation.two_sample_training import train_two_sample
from trainer.evaluation.variation import centred


def _broken(pictures: np.ndarray) -> np.ndarray:
    """Stand-ins for drawn letters: a gap of three rows every ten."""
    broken = pictures.copy()
    for row in range(3):
        broken[:, row::10] = 0
    return broken


def test_area_under_the_curve():
    low, high = np.array([0.0, 1.0]), np.array([2.0, 3.0])
    assert area_under_curve(high, low) == 1 and area_under_curve(low, high) == 0
    assert area_under_curve(low, low) == 0.5


def test_place_and_size_are_taken_away(hand):
    some = hand.real[:8]
    matrix = np.array([[0.8, 0, 14.0], [0, 0.8, 3.0]])
    moved = np.stack([cv2.warpAffine(picture, matrix, (96, 96)) for picture in some])
    overlap = np.minimum(centred(some), centred(moved)).sum() / np.maximum(centred(some), centred(moved)).sum()
    assert overlap > 0.75
    assert not centred(np.zeros((1, 96, 96), np.uint8)).any()


def test_shipped_judge_is_small_and_tells_no_letters_from_themselves(hand):
    assert (DATA / TWO_SAMPLE_FILE).stat().st_size < 300_000
    judge = TwoSampleJudge.load()
    scores = judge.scores(hand.real[:40])
    assert (scores == judge.scores(hand.real[:40])).all()
    assert area_under_curve(scores, scores) == 0.5


def test_learns_what_drawn_letters_have_in_common(hand):
    torch.manual_seed(0)
    written = hand.real
    judge = train_two_sample([(written[:60], _broken(written[:60]))], 80, batch=32, clock=count().__next__)
    told = area_under_curve(judge.scores(_broken(written[60:])), judge.scores(written[60:]))
    assert told > 0.8
