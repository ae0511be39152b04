"""Chooses the Hangul of every set: ``python -m templates.coverage --out templates/data``.

A set must show how the hand writes every jamo in every kind of place. A syllable shows features (its jamo, and their
pairs with the layout around them); a set is worth the weights of the features it shows, a repeated one counting for
less. That worth is submodular, so that a greedy choice reaches at least 1 - 1/e of the best one (Nemhauser, Wolsey
and Fisher, 1978); a local search then improves it.
The sets are nested: 28 in 100 in 256.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from templates import hangul
from templates.charset import HANGUL_PER_PAGE, SET_NAMES

Feature = tuple[str, ...]
"""A kind and its parts, such as ``("final", "ㄺ")`` or ``("final+class", "ㄺ", "MIXED")``."""

_SINGLES = ("initial", "medial", "final")
_PAIRS = (*_SINGLES, "initial+class", "initial+closed", "medial+closed")
REQUIRED = {"28": _SINGLES, "100": _PAIRS, "256": (*_PAIRS, "final+class", "initial+layout")}
"""The kinds of features of which a set must show every one.

``class`` is the class of the vowel, ``closed`` whether there is a final, ``layout`` both. A hundred syllables
cannot hold the 81 pairs of final and class beside the 21 open vowels: there the more frequent ones are taken.
"""

REQUIRED_WEIGHT = 60.0
"""Least worth of a required feature: more than everything else that a syllable can be worth."""
LATER_WEIGHT = 4.0
"""Worth of a feature that only a larger set requires."""
SCARCITY = 2.0
"""Extra worth of a feature that few syllables show, so that it is chosen early."""
SHARE_WEIGHT = {
    "initial+class": 4.0,
    "initial+closed": 4.0,
    "medial+closed": 6.0,
    "final+class": 8.0,
    "initial+layout": 4.0,
    "initial+medial": 3.0,
}
"""Worth in proportion to the root of a feature's share in common text; the root keeps rare ones from vanishing."""
REPEAT_DECAY = 0.35
"""Worth of each repetition of a feature over that of the time before."""
CHAR_SHARE_WEIGHT = 12.0
"""Likewise for the syllable itself: a written one is used as it is, so frequent ones are worth more."""
STROKE_COST = 0.05
UNFAMILIAR_COST = 10.0
"""For a syllable that common text does not show."""
UNCOMMON_COST = 16.0
"""Additional cost outside KS X 1001; only a required feature outweighs it."""
EASIEST_PER_FEATURE = 40
"""Uncommon candidates for each feature that no common syllable shows."""
SEARCH_ROUNDS = 3000
LARGEST_EXCHANGE = 12
"""Most syllables exchanged in one round of the search."""
LARGEST_NOISE = 40.0
"""Noise on the worth of syllables in a round, so that the greedy choice does not return to the same set."""
DECIMALS = 6
"""Worths are rounded to so many decimals, so that every processor makes the same choice."""
AVOIDED = frozenset("좆씹썅")
"""Common syllables of swear words, which nobody should be asked to write."""

JAMO_STROKES = dict(zip("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ", (1, 1, 2, 3, 3, 4, 2, 1, 2, 3, 2, 3, 4, 3), strict=True))
JAMO_STROKES |= dict(
    zip(
        "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
        (2, 3, 3, 4, 2, 3, 3, 4, 2, 4, 5, 3, 3, 2, 4, 5, 3, 3, 1, 2, 1),
        strict=True,
    )
)
JAMO_STROKES |= dict(
    zip("ㄲㄸㅃㅆㅉㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", (2, 4, 8, 4, 4, 3, 3, 4, 4, 6, 7, 5, 6, 7, 6, 6), strict=True)
)


def count_strokes(char: str) -> int:
    """Counts the pen strokes of a syllable as it is usually written."""
    jamo = hangul.decompose(char)
    final = hangul.FINALS[jamo.final]
    parts = hangul.INITIALS[jamo.initial] + hangul.MEDIALS[jamo.medial] + final
    return sum(JAMO_STROKES[part] for part in parts)


def features(char: str) -> tuple[Feature, ...]:
    """Returns the features that a syllable shows."""
    jamo = hangul.decompose(char)
    initial, medial = hangul.INITIALS[jamo.initial], hangul.MEDIALS[jamo.medial]
    vowel_class = hangul.medial_class(jamo.medial).name
    closed = "closed" if jamo.final else "open"
    shown: list[Feature] = [
        ("initial", initial),
        ("medial", medial),
        ("initial+class", initial, vowel_class),
        ("initial+closed", initial, closed),
        ("medial+closed", medial, closed),
        ("initial+layout", initial, vowel_class, closed),
        ("initial+medial", initial, medial),
    ]
    if jamo.final:
        final = hangul.FINALS[jamo.final]
        shown += [("final", final), ("final+class", final, vowel_class)]
    return tuple(shown)


def features_shown_by(chars: Iterable[str]) -> frozenset[Feature]:
    """Returns the features that some syllables show together."""
    return frozenset(feature for char in chars for feature in features(char))


@cache
def all_features() -> frozenset[Feature]:
    """Returns all features."""
    return features_shown_by(hangul.SYLLABLES)


@cache
def everyday_syllables() -> Counter[str]:
    """Counts how often each syllable occurs in the project's own sample of everyday Korean."""
    text = (resources.files("templates") / "data" / "everyday.txt").read_text(encoding="utf-8")
    return Counter(filter(hangul.is_syllable, text))


@dataclass(frozen=True, eq=False)
class Candidates:
    """The syllables to choose from and their worth.

    ``features_of`` is (9, S) int, the features that syllable s shows; the last of the F features stands for none.
    ``required_worth`` (F,), what a feature pays the first time; ``share`` (F,), what it pays every time, less and less;
    ``own_worth`` (S,), what a syllable pays by itself.
    """

    chars: Sequence[str]
    features_of: NDArray[np.intp]
    required_worth: NDArray[np.float64]
    share: NDArray[np.float64]
    own_worth: NDArray[np.float64]

    def counts(self, chosen: Sequence[int]) -> NDArray[np.intp]:
        """Counts how often the chosen syllables show each feature, (F,)."""
        return np.bincount(self.features_of[:, list(chosen)].ravel(), minlength=len(self.share))

    def gains(self, chosen: Sequence[int]) -> NDArray[np.float64]:
        """Returns what each syllable would add to the chosen ones, (S,); minus infinity for the chosen."""
        counts = self.counts(chosen)
        worth = self.required_worth * (counts == 0) + self.share * REPEAT_DECAY**counts
        gains: NDArray[np.float64] = np.round(worth[self.features_of].sum(axis=0) + self.own_worth, DECIMALS)
        gains[list(chosen)] = -np.inf
        return gains

    def worth(self, chosen: Sequence[int]) -> float:
        """Returns the worth of the chosen syllables."""
        counts = self.counts(chosen)
        repeated = (1 - REPEAT_DECAY**counts) / (1 - REPEAT_DECAY)
        worth = self.required_worth @ (counts > 0) + self.share @ repeated + self.own_worth[list(chosen)].sum()
        return round(float(worth), DECIMALS)


@cache
def candidates_for(set_name: str) -> Candidates:
    """Returns the candidates for a set, with their worth for what this set requires."""
    common = [char for char in hangul.SYLLABLES if hangul.is_common(char) and char not in AVOIDED]
    required = frozenset(feature for feature in all_features() if feature[0] in REQUIRED[set_name])
    chars = sorted({*common, *_fewest_strokes(required - features_shown_by(common))})
    columns = {feature: column for column, feature in enumerate(sorted(all_features()))}
    none = len(columns)
    rows = [[columns[feature] for feature in features(char)] for char in chars]
    features_of = np.array([row + [none] * (max(map(len, rows)) - len(row)) for row in rows]).T.copy()
    everyday = everyday_syllables()
    share = np.array([everyday[char] for char in chars]) / everyday.total()
    feature_share = np.bincount(features_of.ravel(), np.tile(share, len(features_of)), minlength=none + 1)
    feature_share = np.sqrt(feature_share) * np.array([*(SHARE_WEIGHT.get(kind, 0.0) for kind, *_ in columns), 0.0])
    scarcity = 1 + SCARCITY / np.sqrt(np.maximum(np.bincount(features_of.ravel(), minlength=none + 1), 1))
    required_later = np.array([*(feature[0] in REQUIRED["256"] for feature in columns), False])
    required_worth = np.where(
        [*(feature in required for feature in columns), False],
        REQUIRED_WEIGHT * scarcity,
        LATER_WEIGHT * required_later,
    )
    own_worth = CHAR_SHARE_WEIGHT * np.sqrt(share) - STROKE_COST * np.array([count_strokes(char) for char in chars])
    own_worth -= UNFAMILIAR_COST * (share == 0)
    own_worth -= UNCOMMON_COST * np.array([not hangul.is_common(char) for char in chars])
    return Candidates(chars, features_of, required_worth, feature_share, own_worth)


def _fewest_strokes(wanted: Iterable[Feature]) -> list[str]:
    """Returns for each wanted feature the syllables with the fewest strokes that show it."""
    by_strokes = sorted(hangul.SYLLABLES, key=count_strokes)
    return [
        char
        for feature in sorted(wanted)
        for char in islice((char for char in by_strokes if feature in features(char)), EASIEST_PER_FEATURE)
    ]


def add_greedily(candidates: Candidates, chosen: Sequence[int], count: int) -> list[int]:
    """Greedily adds syllables until there are ``count``; of equals the first in code-point order."""
    extended = list(chosen)
    while len(extended) < count:
        extended.append(int(np.argmax(candidates.gains(extended))))
    return extended


def search(candidates: Candidates, chosen: Sequence[int], fixed: int) -> list[int]:
    """Removes a few syllables at random and adds others greedily, keeping the better set; the first ``fixed`` stay.

    Large neighbourhood search (Shaw, 1998). The random numbers are always the same, and so is the result.
    """
    random = np.random.RandomState(len(chosen))  # the one generator of NumPy whose numbers never change
    best = list(chosen)
    worth = candidates.worth(best)
    for _ in range(SEARCH_ROUNDS):
        out = set(random.permutation(np.arange(fixed, len(best)))[: random.randint(1, LARGEST_EXCHANGE + 1)])
        kept = [row for place, row in enumerate(best) if place not in out]
        noise = random.uniform(0, LARGEST_NOISE)
        noisy = replace(
            candidates, own_worth=candidates.own_worth + noise * random.random_sample(len(candidates.own_worth))
        )
        trial = add_greedily(noisy, kept, len(best))
        trial_worth = candidates.worth(trial)
        if trial_worth >= worth:
            best, worth = trial, trial_worth
    return best


@cache
def choose() -> dict[str, tuple[str, ...]]:
    """Chooses the Hangul of every set by its name, the most informative first."""
    chosen: tuple[str, ...] = ()
    sets: dict[str, tuple[str, ...]] = {}
    for name in reversed(SET_NAMES):
        candidates = candidates_for(name)
        fixed = [candidates.chars.index(char) for char in chosen]
        rows = search(candidates, add_greedily(candidates, fixed, int(name)), len(fixed))
        chosen = sets[name] = tuple(candidates.chars[row] for row in rows)
    return sets


def as_text(chosen: Sequence[str]) -> str:
    """Formats the data file of a set: one page of the sheet after the other, each in dictionary order.

    The most informative syllables are on the first page, so that losing the second page costs the least.
    """
    pages = [sorted(chosen[start : start + HANGUL_PER_PAGE]) for start in range(0, len(chosen), HANGUL_PER_PAGE)]
    rows = ["".join(page[start : start + 16]) for page in pages for start in range(0, len(page), 16)]
    return "\n".join(rows) + "\n"


def table() -> str:
    """Formats a table: how many features of each kind the sets show, and their share of common text."""
    chosen = choose()
    kinds = sorted({feature[0] for feature in all_features()} - {"initial+medial"}, key=list(REQUIRED["256"]).index)
    lines = ["| shown | of | " + " | ".join(chosen) + " |", "|---|---|" + "---|" * len(chosen)]
    for kind in kinds:
        total = sum(feature[0] == kind for feature in all_features())
        counts = [sum(feature[0] == kind for feature in features_shown_by(chars)) for chars in chosen.values()]
        lines.append(f"| {kind} | {total} | " + " | ".join(map(str, counts)) + " |")
    everyday = everyday_syllables()
    shares = [sum(everyday[char] for char in chars) / everyday.total() for chars in chosen.values()]
    uncommon = [sum(not hangul.is_common(char) for char in chars) for chars in chosen.values()]
    means = [sum(map(count_strokes, chars)) / len(chars) for chars in chosen.values()]
    lines.append("| share of common text | | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    lines.append("| outside KS X 1001 | | " + " | ".join(map(str, uncommon)) + " |")
    lines.append("| mean strokes | | " + " | ".join(f"{mean:.1f}" for mean in means) + " |")
    return "\n".join(lines)


def main() -> None:
    """Writes the data file of every set and prints what the sets show."""
    parser = argparse.ArgumentParser(prog="python -m templates.coverage", description=main.__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for hangul_256.txt, hangul_100.txt, hangul_28.txt"
    )
    out = parser.parse_args().out
    for name, chosen in choose().items():
        (out / f"hangul_{name}.txt").write_text(as_text(chosen), encoding="utf-8")
    print(table())


if __name__ == "__main__":
    main()
