"""A hand's habits: what its letters do beyond what their characters ask for, over a set of letters of one hand.

Strokes that stand alone; how far the middle of the letters wanders, how their size and slant spread; how alike
the letters are among themselves. Drawn letters that are tidier than the written ones show in every one of these.

A character has an effect of its own (가 lies otherwise than 굴, and has fewer strokes). It is the same in drawn and
written letters, would hide what the drawn ones lack, and differs where other characters were drawn than written. So
it is taken out: ``CharacterEffect`` holds what the judges' hands do on average, by jamo and layout, and a spread is
that of what remains after a straight line through it, fitted to each set by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from templates.hangul import FINALS, INITIALS, MEDIALS, decompose, layout
from trainer.evaluation.metrics import UPSAMPLING, cut, topology_of_cut

DATA = Path(__file__).parent / "data"
EFFECT_FILE = "character_effect.npz"

FEATURES = ("strokes", "across", "down", "size", "slant", "ink")
SPREADS = ("across", "down", "size", "slant")
LAYOUTS = 6

STEEP = 0.5
"""An edge counts for the slant where it runs aside by less than this for each pixel down, from the slant itself."""
MEAN_SHIFTS = 6
LINE_LETTERS = 16
"""A straight line through the character's effect is fitted to so many letters or more; its slope is 1 below."""
RIDGE = 4.0

Pictures = NDArray[np.uint8]
Numbers = NDArray[np.float64]


def slant_of(picture: Pictures) -> float:
    """Mean slant of the upright edges of one (H, W) picture: pixels aside (to the right) for each pixel up.

    What counts as upright is sought about the slant found so far (mean shift; Fukunaga and Hostetler, 1975).
    nan where no edge is upright.
    """
    shade = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    across, down = (cv2.Sobel(shade, cv2.CV_32F, *order).ravel().astype(np.float64) for order in ((1, 0), (0, 1)))
    steep = np.abs(across) > 8
    slants, weights = down[steep] / across[steep], np.abs(across[steep])
    slant = 0.0
    for _ in range(MEAN_SHIFTS):
        upright = np.abs(slants - slant) < STEEP
        if weights[upright].sum() < 255:
            return float("nan")
        slant = float(np.average(slants[upright], weights=weights[upright]))
    return slant


def letter_features(pictures: Pictures) -> Numbers:
    """(N, 96, 96) uint8 frame pictures of one hand, as traced -> (N, 6), in the order of FEATURES.

    Strokes that stand alone (specks left out); middle of the ink's box, px of 96; logarithm of the box's size (root
    of width by height); slant; logarithm of the ink's area in px². A row of nan where there is no ink.
    """
    rows = []
    for picture in pictures:
        inked = cut(picture)
        ys, xs = np.nonzero(inked)
        if not len(xs):
            rows.append([np.nan] * len(FEATURES))
            continue
        left, right, top, bottom = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
        middle = ((left + right) / 2 / UPSAMPLING, (top + bottom) / 2 / UPSAMPLING)
        size = 0.5 * np.log((right - left) * (bottom - top) / UPSAMPLING**2)
        ink = np.log(len(xs) / UPSAMPLING**2)
        rows.append([topology_of_cut(inked)[0], *middle, size, slant_of(picture), ink])
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))


def _places(chars: Sequence[str]) -> Numbers:
    """Which jamo stand in which layout, (N, columns) of 0 and 1."""
    kinds = (len(INITIALS) * LAYOUTS, len(MEDIALS) * 2, len(FINALS) * 3)
    table = np.zeros((len(chars), sum(kinds)))
    for row, char in enumerate(chars):
        jamo, kind = decompose(char), layout(char)
        table[row, jamo.initial * LAYOUTS + kind] = 1
        table[row, kinds[0] + jamo.medial * 2 + (jamo.final > 0)] = 1
        table[row, kinds[0] + kinds[1] + jamo.final * 3 + kind % 3] = 1
    return table


@dataclass(frozen=True, eq=False)
class CharacterEffect:
    """What a character asks of any hand: a sum of what its jamo ask in its layout.

    Attributes:
        weights: (columns, 6) to be added up over the columns of a character's jamo.
        mean: (6,) of all characters.
    """

    weights: Numbers
    mean: Numbers

    @classmethod
    def fit(cls, hands: Sequence[tuple[Sequence[str], Pictures]]) -> CharacterEffect:
        """From some hands' characters and their pictures; each hand's own mean is taken out first."""
        places, wanted, means = [], [], []
        for chars, pictures in hands:
            features = letter_features(pictures)
            whole = np.isfinite(features).all(axis=1)
            mean = features[whole].mean(axis=0)
            places.append(_places([chars[row] for row in np.flatnonzero(whole).tolist()]))
            wanted.append(features[whole] - mean)
            means.append(mean)
        table, targets = np.concatenate(places), np.concatenate(wanted)
        weights = np.linalg.solve(table.T @ table + RIDGE * np.eye(table.shape[1]), table.T @ targets)
        return cls(weights, np.mean(means, axis=0))

    @classmethod
    def load(cls, folder: Path = DATA) -> CharacterEffect:
        """The effect as it ships.

        Raises:
            FileNotFoundError: ``folder`` has none.
        """
        with np.load(folder / EFFECT_FILE, allow_pickle=False) as file:
            return cls(file["weights"].astype(np.float64), file["mean"].astype(np.float64))

    def save(self, folder: Path) -> None:
        """Writes what ``load`` reads, in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / EFFECT_FILE, weights=self.weights.astype(np.float16), mean=self.mean.astype(np.float32)
        )

    def of(self, chars: Sequence[str]) -> Numbers:
        """What is expected of the characters, (N, 6) in the order of FEATURES."""
        expected: Numbers = _places(chars) @ self.weights + self.mean
        return expected


def robust_spread(values: Numbers) -> float:
    """Standard deviation told from the middle four fifths of the values; one wild letter in ten changes nothing."""
    if len(values) < 2:
        return float("nan")
    low, high = np.quantile(values, (0.1, 0.9))
    return float(high - low) / 2.563


def spread_beyond(values: Numbers, expected: Numbers) -> float:
    """Robust spread of values (N,) beyond what is expected (N,) of their characters."""
    count = len(values)
    if count < LINE_LETTERS:
        return robust_spread(values - expected)
    line = np.stack([np.ones(count), expected], axis=1)
    rest = values - line @ np.linalg.lstsq(line, values, rcond=None)[0]
    return robust_spread(rest) * float(np.sqrt(count / (count - 2)))


def likeness_among(vectors: NDArray[np.float32]) -> float:
    """Mean cosine between two different letters of one hand: unit vectors (N, D)."""
    count = len(vectors)
    total = float(np.square(vectors.sum(axis=0, dtype=np.float64)).sum())
    return float((total - count) / (count * (count - 1))) if count > 1 else float("nan")


@dataclass(frozen=True)
class Habits:
    """Figures of one set of letters.

    Attributes:
        letters: how many had ink.
        strokes: that stand alone, a letter.
        relative_strokes: the same over what the judges' hands need for these characters.
        across, down: wander of the middle, px of 96; ``size`` and ``slant``: their spreads. Beyond the character.
        likeness: of the letters among themselves, mean cosine in the judges' writer identification.
    """

    letters: int
    strokes: float
    relative_strokes: float
    across: float
    down: float
    size: float
    slant: float
    likeness: float

    @classmethod
    def of(
        cls, pictures: Pictures, chars: Sequence[str], vectors: NDArray[np.float32], effect: CharacterEffect | None
    ) -> Habits:
        """Measures (N, 96, 96) letters; without an ``effect`` the characters' own spread is left in."""
        features = letter_features(pictures)
        inked = np.isfinite(features[:, 0])
        expected = effect.of(chars) if effect else np.zeros_like(features)
        spreads = {}
        for name in SPREADS:
            column = FEATURES.index(name)
            there = np.isfinite(features[:, column])
            values, wanted = features[there, column], expected[there, column]
            spreads[name] = spread_beyond(values, wanted) if effect else robust_spread(values)
        strokes = features[inked, 0].mean() if inked.any() else float("nan")
        usual = expected[inked, 0].mean() if effect and inked.any() else 1.0
        return cls(
            letters=int(inked.sum()),
            strokes=float(strokes),
            relative_strokes=float(strokes / usual),
            likeness=likeness_among(vectors[inked]),
            **spreads,
        )

    def to_dict(self) -> dict[str, float]:
        """Plain values for a report."""
        return asdict(self)
