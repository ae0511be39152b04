"""Chooses the Hangul of every set: ``python -m templates.coverage --out templates/data``.

A set must show a hand's way with every part of a syllable in every kind of place. A syllable is taken as the
features it shows (its jamo, and their pairs with the layout around them); a set is worth the weights of the
features it shows, a repeated one counting for less. That worth is submodular, so that a greedy choice comes
within 1 - 1/e of the best one (Nemhauser, Wolsey and Fisher, 1978); exchanges then mend what greed missed.
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
PROMISES = {"28": _SINGLES, "100": _PAIRS, "256": (*_PAIRS, "final+class", "initial+layout")}
"""The kinds of features that a set shows every one of.

``class`` is the class of the vowel, ``closed`` whether there is a final, ``layout`` both. A hundred syllables
cannot hold the 81 pairs of final and class beside the 21 open vowels: there they are taken by how usual they are.
"""

PROMISE_WEIGHT = 60.0
"""What a promised feature is worth at least: more than the whole of what any syllable has beside."""
WISH_WEIGHT = 4.0
"""What a feature is worth that only a larger set promises."""
SCARCITY = 2.0
"""How much more one is worth that few syllables show, so that those are chosen while there is a choice."""
SHARE_WEIGHT = {
    "initial+class": 4.0,
    "initial+closed": 4.0,
    "medial+closed": 6.0,
    "final+class": 8.0,
    "initial+layout": 4.0,
    "initial+medial": 3.0,
}
"""Worth in proportion to the root of a feature's share in common text; the root keeps the rare ones in sight."""
REPEAT_DECAY = 0.35
"""What each repetition of a feature is worth, against the time before."""
CHAR_SHARE_WEIGHT = 12.0
"""Likewise for the syllable itself: one that is written is kept as it is, so frequent ones pay by themselves."""
STROKE_COST = 0.05
UNFAMILIAR_COST = 10.0
"""For a syllable that common text does not show."""
UNCOMMON_COST = 16.0
"""For a syllable outside KS X 1001, beside; only a promise outweighs it."""
EASIEST_PER_FEATURE = 40
"""Uncommon syllables to consider for each feature that no common one shows."""
SEARCH_ROUNDS = 3000
LARGEST_EXCHANGE = 12
"""Syllables taken out in one round of the search at most."""
LARGEST_SHAKE = 40.0
"""Noise on the worth of syllables while a round grows anew, to leave a choice that greed alone falls back into."""
DECIMALS = 6
"""Worths are compared to so many decimals, so that every processor makes the same choice."""
AVOIDED = frozenset("좆씹썅")
"""Common, but nobody should be asked to write a swear word."""

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


def strokes(char: str) -> int:
    """Pen strokes of a syllable as it is usually written."""
    jamo = hangul.decompose(char)
    final = hangul.FINALS[jamo.final]
    parts = hangul.INITIALS[jamo.initial] + hangul.MEDIALS[jamo.medial] + final
    return sum(JAMO_STROKES[part] for part in parts)


def features(char: str) -> tuple[Feature, ...]:
    """What a syllable shows of a hand."""
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


def shown_by(chars: Iterable[str]) -> frozenset[Feature]:
    """All that some syllables show together."""
    return frozenset(feature for char in chars for feature in features(char))


@cache
def all_features() -> frozenset[Feature]:
    """All there is to show."""
    return shown_by(hangul.SYLLABLES)


@cache
def everyday_syllables() -> Counter[str]:
    """How often each syllable occurs in the project's own sample of everyday Korean."""
    text = (resources.files("templates") / "data" / "everyday.txt").read_text(encoding="utf-8")
    return Counter(filter(hangul.is_syllable, text))


@dataclass(frozen=True, eq=False)
class Choice:
    """The syllables to choose from and what each is worth.

    ``shows`` is (9, S) int, the features that syllable s shows; the last of the F features stands for none.
    ``promise`` (F,), what a feature pays the first time; ``share`` (F,), what it pays every time, less and less;
    ``own`` (S,), what a syllable pays by itself.
    """

    chars: Sequence[str]
    shows: NDArray[np.intp]
    promise: NDArray[np.float64]
    share: NDArray[np.float64]
    own: NDArray[np.float64]

    def counts(self, chosen: Sequence[int]) -> NDArray[np.intp]:
        """How often the chosen syllables show each feature, (F,)."""
        return np.bincount(self.shows[:, list(chosen)].ravel(), minlength=len(self.share))

    def gains(self, chosen: Sequence[int]) -> NDArray[np.float64]:
        """What each syllable would add to the chosen ones, (S,); minus infinity for the chosen."""
        counts = self.counts(chosen)
        pays = self.promise * (counts == 0) + self.share * REPEAT_DECAY**counts
        gains: NDArray[np.float64] = np.round(pays[self.shows].sum(axis=0) + self.own, DECIMALS)
        gains[list(chosen)] = -np.inf
        return gains

    def worth(self, chosen: Sequence[int]) -> float:
        """What the chosen are worth together."""
        counts = self.counts(chosen)
        repeated = (1 - REPEAT_DECAY**counts) / (1 - REPEAT_DECAY)
        worth = self.promise @ (counts > 0) + self.share @ repeated + self.own[list(chosen)].sum()
        return round(float(worth), DECIMALS)


@cache
def considered(set_name: str) -> Choice:
    """The syllables a set may hold, with their worth for the promises of this set."""
    common = [char for char in hangul.SYLLABLES if hangul.is_common(char) and char not in AVOIDED]
    promised = frozenset(feature for feature in all_features() if feature[0] in PROMISES[set_name])
    chars = sorted({*common, *_easiest(promised - shown_by(common))})
    columns = {feature: column for column, feature in enumerate(sorted(all_features()))}
    none = len(columns)
    rows = [[columns[feature] for feature in features(char)] for char in chars]
    shows = np.array([row + [none] * (max(map(len, rows)) - len(row)) for row in rows]).T.copy()
    everyday = everyday_syllables()
    share = np.array([everyday[char] for char in chars]) / everyday.total()
    feature_share = np.bincount(shows.ravel(), np.tile(share, len(shows)), minlength=none + 1)
    feature_share = np.sqrt(feature_share) * np.array([*(SHARE_WEIGHT.get(kind, 0.0) for kind, *_ in columns), 0.0])
    scarce = 1 + SCARCITY / np.sqrt(np.maximum(np.bincount(shows.ravel(), minlength=none + 1), 1))
    wished = np.array([*(feature[0] in PROMISES["256"] for feature in columns), False])
    promise = np.where(
        [*(feature in promised for feature in columns), False], PROMISE_WEIGHT * scarce, WISH_WEIGHT * wished
    )
    own = CHAR_SHARE_WEIGHT * np.sqrt(share) - STROKE_COST * np.array([strokes(char) for char in chars])
    own -= UNFAMILIAR_COST * (share == 0)
    own -= UNCOMMON_COST * np.array([not hangul.is_common(char) for char in chars])
    return Choice(chars, shows, promise, feature_share, own)


def _easiest(wanted: Iterable[Feature]) -> list[str]:
    """For each wanted feature the syllables with the fewest strokes that show it."""
    by_ease = sorted(hangul.SYLLABLES, key=strokes)
    return [
        char
        for feature in sorted(wanted)
        for char in islice((char for char in by_ease if feature in features(char)), EASIEST_PER_FEATURE)
    ]


def grow(choice: Choice, chosen: Sequence[int], count: int) -> list[int]:
    """Greedily adds syllables until there are ``count``; of equals the first in code-point order."""
    grown = list(chosen)
    while len(grown) < count:
        grown.append(int(np.argmax(choice.gains(grown))))
    return grown


def improve(choice: Choice, chosen: Sequence[int], fixed: int) -> list[int]:
    """Takes out a few syllables at random and grows anew, keeping what is worth more; the first ``fixed`` stay.

    Large neighbourhood search (Shaw, 1998). The random numbers are always the same, and so is the result.
    """
    random = np.random.RandomState(len(chosen))  # the one generator of NumPy whose numbers never change
    best = list(chosen)
    worth = choice.worth(best)
    for _ in range(SEARCH_ROUNDS):
        out = set(random.permutation(np.arange(fixed, len(best)))[: random.randint(1, LARGEST_EXCHANGE + 1)])
        kept = [row for place, row in enumerate(best) if place not in out]
        shake = random.uniform(0, LARGEST_SHAKE)
        shaken = replace(choice, own=choice.own + shake * random.random_sample(len(choice.own)))
        tried = grow(shaken, kept, len(best))
        tried_worth = choice.worth(tried)
        if tried_worth >= worth:
            best, worth = tried, tried_worth
    return best


@cache
def choose() -> dict[str, tuple[str, ...]]:
    """The Hangul of every set by its name, the most telling first."""
    chosen: tuple[str, ...] = ()
    sets: dict[str, tuple[str, ...]] = {}
    for name in reversed(SET_NAMES):
        choice = considered(name)
        fixed = [choice.chars.index(char) for char in chosen]
        rows = improve(choice, grow(choice, fixed, int(name)), len(fixed))
        chosen = sets[name] = tuple(choice.chars[row] for row in rows)
    return sets


def as_text(chosen: Sequence[str]) -> str:
    """The data file of a set: one page of the sheet after the other, each in dictionary order.

    The most telling syllables stand on the first page, so that a lost second page costs the least.
    """
    pages = [sorted(chosen[start : start + HANGUL_PER_PAGE]) for start in range(0, len(chosen), HANGUL_PER_PAGE)]
    rows = ["".join(page[start : start + 16]) for page in pages for start in range(0, len(page), 16)]
    return "\n".join(rows) + "\n"


def table() -> str:
    """How much of each kind of feature the sets show, and how much of common text they write."""
    chosen = choose()
    kinds = sorted({feature[0] for feature in all_features()} - {"initial+medial"}, key=list(PROMISES["256"]).index)
    lines = ["| shown | of | " + " | ".join(chosen) + " |", "|---|---|" + "---|" * len(chosen)]
    for kind in kinds:
        total = sum(feature[0] == kind for feature in all_features())
        counts = [sum(feature[0] == kind for feature in shown_by(chars)) for chars in chosen.values()]
        lines.append(f"| {kind} | {total} | " + " | ".join(map(str, counts)) + " |")
    everyday = everyday_syllables()
    shares = [sum(everyday[char] for char in chars) / everyday.total() for chars in chosen.values()]
    uncommon = [sum(not hangul.is_common(char) for char in chars) for chars in chosen.values()]
    means = [sum(map(strokes, chars)) / len(chars) for chars in chosen.values()]
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
