"""The judges that ship: they read, they tell hands apart, and nothing of theirs is the method's."""

import cv2
import numpy as np
import pytest

from generator.latin import stroke_width_px, with_stroke_width
from generator.seeds import SEED_FONTS
from templates.hangul import INITIALS, MEDIALS, compose, decompose
from trainer.corpus import JUDGE_HANDS
from trainer.evaluation.judges import DATA, READER_FILE, WRITER_FILE, Judges, nearest_hand
from trainer.evaluation.material import JUDGE_FONTS, judge_characters, pack_judge_fonts
from trainer.evaluation.metrics import legible


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges.load()


def _wanted(chars) -> np.ndarray:
    return np.array([decompose(char) for char in chars])


def test_judges_are_small():
    for name in (READER_FILE, WRITER_FILE):
        assert (DATA / name).stat().st_size <= 2**20


def test_no_seed_is_judged_by_its_own_kind():
    assert not set(SEED_FONTS.values()) & set(JUDGE_FONTS)


def test_reads_a_font_it_never_saw(judges, hand):
    assert legible(judges.read(hand.real), _wanted(hand.chars)).mean() > 0.8


def test_a_missing_stroke_lowers_legibility(judges, hand):
    lost = hand.real.copy()
    lost[:, :, 60:] = 0
    right = legible(judges.read(hand.real), _wanted(hand.chars)).mean()
    assert legible(judges.read(lost), _wanted(hand.chars)).mean() < right - 0.3


def test_another_syllable_is_not_legible_as_this_one(judges, hand):
    others = [
        compose((jamo.initial + 1) % len(INITIALS), (jamo.medial + 1) % len(MEDIALS), jamo.final)
        for jamo in map(decompose, hand.chars)
    ]
    assert legible(judges.read(hand.real), _wanted(others)).mean() < 0.05


def test_what_a_tracer_loses_is_not_read(judges, hand):
    faint = hand.real // 3
    assert legible(judges.read(faint), _wanted(hand.chars)).mean() < 0.1


def test_finds_the_hand_among_all_it_knows(judges, hand):
    assert len(judges.known) >= 100
    assert set(judges.known) >= JUDGE_HANDS
    centroids = [judges.centroid(hand.own), *judges.known.values()]
    assert (nearest_hand(judges.vectors(hand.real), centroids) == 0).mean() > 0.5


def _found(judges, hand, pictures) -> float:
    centroids = [judges.centroid(hand.own), *judges.known.values()]
    return float((nearest_hand(judges.vectors(pictures), centroids) == 0).mean())


@pytest.mark.parametrize("share", [0.15, -0.15])
def test_the_hand_is_known_again_with_another_pen(judges, hand, share):
    changed = [with_stroke_width(picture, share * stroke_width_px(picture)) for picture in hand.real]
    assert _found(judges, hand, np.stack(changed)) > 0.8 * _found(judges, hand, hand.real)


def test_the_hand_is_known_again_elsewhere_and_of_another_size(judges, hand):
    for scale, right, down in ((1.0, 3, -2), (0.9, 0, 0), (1.08, -2, 2)):
        matrix = np.array([[scale, 0, 48 * (1 - scale) + right], [0, scale, 48 * (1 - scale) + down]])
        changed = np.stack([cv2.warpAffine(picture, matrix, (96, 96)) for picture in hand.real])
        assert _found(judges, hand, changed) > 0.8 * _found(judges, hand, hand.real)


def test_vectors_and_centroids_have_length_one(judges, hand):
    vectors = judges.vectors(hand.real[:5])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=0.01)
    assert np.linalg.norm(judges.centroid(hand.real[:5])) == pytest.approx(1, abs=0.01)


def test_saved_judges_judge_alike(judges, hand, tmp_path):
    judges.save(tmp_path)
    again = Judges.load(tmp_path)
    assert (again.read(hand.real[:20]) == judges.read(hand.real[:20])).all()
    assert again.known.keys() == judges.known.keys()


def test_material_without_fonts_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="fonts-nanum"):
        pack_judge_fonts(tmp_path, folder=tmp_path)


def test_judges_learn_rare_syllables_too():
    chars = judge_characters()
    assert len(chars) == len(set(chars)) > 4000
