"""Chooses which of the writer's glyphs to show beside a target: those that share its jamo in a similar place.

The network sees three pairs (own glyph, the seed's rendering of the same character): one chosen for the
initial, one for the medial, one for the final. Where the sheet has no glyph with that jamo, a similar
one is taken (ㅋ for ㄱ); where the target has no final, a second glyph of similar structure is the third.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from templates.hangul import FINALS, INITIALS, MEDIALS, decompose, is_syllable, medial_class

ROLES = ("initial", "medial", "final")
ABSENT = (len(INITIALS), len(MEDIALS), len(FINALS))
"""Index for a character that has no such jamo at all (a lone jamo)."""

_SIMILAR_CONSONANTS = ("ㄱㄲㅋ", "ㄴㄷㄸㅌㄹ", "ㅁㅂㅃㅍ", "ㅅㅆㅈㅉㅊ", "ㅇㅎ")
_CLUSTERS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}

Parts = NDArray[np.int64]
"""(N, 3): initial, medial and final of N characters; ABSENT where there is none."""


def parts_of(chars: Sequence[str]) -> Parts:
    """Returns the jamo of syllables and of lone compatibility jamo, (N, 3).

    Raises:
        ValueError: a character is neither.
    """
    rows = []
    for char in chars:
        if is_syllable(char):
            rows.append(tuple(decompose(char)))
        elif char in MEDIALS:
            rows.append((ABSENT[0], MEDIALS.index(char), ABSENT[2]))
        elif char in INITIALS:
            rows.append((INITIALS.index(char), ABSENT[1], ABSENT[2]))
        elif char in FINALS and char:
            rows.append((ABSENT[0], ABSENT[1], FINALS.index(char)))
        else:
            raise ValueError(f"{char!r} is neither a syllable nor a jamo")
    return np.array(rows, np.int64).reshape(-1, 3)


def _consonant_similarity(first: str, second: str) -> float:
    if first == second:
        return 1.0
    if not first or not second:
        return 0.0
    if first in _CLUSTERS or second in _CLUSTERS:
        shared = set(_CLUSTERS.get(first, first)) & set(_CLUSTERS.get(second, second))
        return 0.35 if shared else 0.05
    return 0.35 if any(first in group and second in group for group in _SIMILAR_CONSONANTS) else 0.05


def _similarity_table(names: Sequence[str]) -> NDArray[np.float32]:
    size = len(names)
    table = np.zeros((size + 1, size + 1), np.float32)
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            table[i, j] = _consonant_similarity(first, second)
    return table


def _medial_similarity_table() -> NDArray[np.float32]:
    size = len(MEDIALS)
    table = np.zeros((size + 1, size + 1), np.float32)
    for i in range(size):
        for j in range(size):
            table[i, j] = 1.0 if i == j else 0.4 * (medial_class(i) == medial_class(j))
    return table


_INITIAL, _MEDIAL, _FINAL = _similarity_table(INITIALS), _medial_similarity_table(), _similarity_table(FINALS)
_CLASS = np.array([int(medial_class(medial)) for medial in range(len(MEDIALS))] + [3])


def suitability(targets: Parts, written: Parts) -> NDArray[np.float32]:
    """Scores each written glyph for each target in each role: (T, 3, W), higher is better."""
    initial = _INITIAL[targets[:, None, 0], written[None, :, 0]]
    medial = _MEDIAL[targets[:, None, 1], written[None, :, 1]]
    final = _FINAL[targets[:, None, 2], written[None, :, 2]]
    same_class = (_CLASS[targets[:, 1]][:, None] == _CLASS[written[:, 1]][None]).astype(np.float32)
    closed = targets[:, 2] > 0
    same_end = (closed[:, None] == (written[:, 2] > 0)[None]).astype(np.float32)
    for_initial = 10 * initial + 3 * same_class + 2 * same_end + medial
    for_medial = 10 * medial + 2.5 * same_end + initial
    for_final = np.where(
        closed[:, None],
        10 * final + 3 * same_class + medial,
        6 * initial + 6 * medial + 3 * same_end,
    )
    return np.stack([for_initial, for_medial, for_final], axis=1)


def choose_references(
    targets: Parts, written: Parts, random: np.random.Generator | None = None, excluded: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Chooses for each target three written glyphs to show, (T, 3) rows of ``written``.

    A glyph takes two roles only where no other is nearly as good for the second.

    Args:
        random: where given, near ties are broken at random (training, or a second try at a doubtful glyph).
        excluded: (T, W) glyphs that must not be shown, such as the target itself.
    """
    score = suitability(targets, written)
    if random is not None:
        score += random.uniform(0, 1.5, score.shape).astype(np.float32)
    if excluded is not None:
        score -= 1000 * excluded[:, None, :]
    chosen = np.zeros((len(targets), 3), np.int64)
    rows = np.arange(len(targets))
    for role in range(3):
        chosen[:, role] = score[:, role].argmax(axis=1)
        score[rows, :, chosen[:, role]] -= 2
    return chosen
