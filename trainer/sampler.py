"""Training samples: a target to draw, and what a writer of so many characters could show for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from queue import Queue
from threading import Thread

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.layers import as_pictures
from generator.references import Parts, choose_references, parts_of
from generator.seeds import Seed, enlarge
from templates.charset import hangul_set
from templates.hangul import COMPATIBILITY_JAMO, SYLLABLES, compose, is_common, is_syllable
from templates.sheet import SET_NAMES
from trainer.corpus import Hand
from trainer.invented_writers import WriterPool

STYLE_GLYPHS = 6
"""Own glyphs from which a sample's hand code is taken: the three references and three others."""

Picture = NDArray[np.uint8]
"""(F, F), paper 0 to ink 255."""

SET_SIZES = (28, 40, 64, 100, 160, 256)
COVER_TRIES = 200


@dataclass
class Batch:
    """One training batch; pictures float32 in [0, 1]."""

    target: Tensor
    """(B, 1, F, F)"""
    own: Tensor
    """(B, STYLE_GLYPHS, F, F), the three references first"""
    seed: Tensor
    """(B, 4, F, F): the seed's target, then its three references"""
    jamo: Tensor
    """(B, 3)"""
    hand: Tensor
    """(B,)"""

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return Batch(*(getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)))


def random_cover(size: int, random: np.random.Generator) -> list[str]:
    """Common syllables as a sheet would have them: each picked for the jamo (and places) not yet seen."""
    chosen: list[str] = []
    seen: set[tuple[int, int, int]] = set()
    while len(chosen) < size:
        picks = random.integers((19, 21, 28), size=(24, 3))
        chars = [char for initial, medial, final in picks if is_common(char := compose(initial, medial, final))]
        if not chars:
            continue
        parts = parts_of(chars)
        closed = (parts[:, 2] > 0).astype(int)
        news = [
            {(0, *row[:1], 0), (1, *row[1:2], 0), (2, *row[2:], 0), (3, row[0], end), (4, row[1], end)}
            for row, end in zip(parts.tolist(), closed.tolist(), strict=True)
        ]
        best = int(np.argmax([len(new - seen) for new in news]))
        if chars[best] not in chosen:
            chosen.append(chars[best])
            seen |= news[best]
    return chosen


@dataclass(frozen=True)
class Sheet:
    """What a sample is made of: a hand's number, a target, and how the hand writes the target and other letters.

    Attributes:
        written: the characters that the pretended writer has on paper.
    """

    hand: int
    target: str
    written: Sequence[str]
    target_picture: Callable[[str], Picture]
    own_picture: Callable[[str], Picture]


class Sampler:
    """Endless batches over hands and seeds.

    Args:
        hands: training hands.
        seeds: the library; each sample takes its content from one of them.
        jamo_share: share of samples whose target is a lone jamo.
        invented_writers: share of samples of writers that nobody is (``trainer.invented_writers``); their
            hand numbers follow those of ``hands``.
    """

    def __init__(
        self,
        hands: Sequence[Hand],
        seeds: Sequence[Seed],
        batch: int,
        seed: int,
        jamo_share: float = 0.05,
        invented_writers: float = 0.0,
    ) -> None:
        self.hands, self.seeds = hands, seeds
        self.batch, self.jamo_share, self.invented_writers = batch, jamo_share, invented_writers
        self.random = np.random.default_rng(seed)
        self.syllables = [[char for char in hand.index if is_syllable(char)] for hand in hands]
        self.jamo = [[char for char in COMPATIBILITY_JAMO if char in hand.index] for hand in hands]
        self.sets = [list(hangul_set(name)) for name in SET_NAMES for _ in range(10)]
        self.sets += [random_cover(size, self.random) for size in SET_SIZES for _ in range(10)]
        self.writers = WriterPool(self.sets, seed)

    def _written(self, hand: Hand) -> list[str]:
        """What the pretended writer has on paper: a cover, as far as the hand knows it."""
        for _ in range(COVER_TRIES):
            written = [char for char in self.sets[self.random.integers(len(self.sets))] if char in hand.index]
            if len(written) >= STYLE_GLYPHS:
                return written
        raise ValueError(f"{hand.name} knows too few syllables of any cover to learn from")

    def _target(self, syllables: Sequence[str], jamo: Sequence[str]) -> str:
        pool = jamo if jamo and self.random.random() < self.jamo_share else syllables
        return pool[int(self.random.integers(len(pool)))]

    def _corpus_sheet(self) -> Sheet:
        number = int(self.random.integers(len(self.hands)))
        hand = self.hands[number]
        target = self._target(self.syllables[number], self.jamo[number])
        return Sheet(number, target, self._written(hand), hand.picture, hand.picture)

    def _invented_sheet(self) -> Sheet:
        sheet, random = self.writers.pick(self.random), self.random
        return Sheet(
            len(self.hands) + sheet.writer.number,
            self._target(SYLLABLES, COMPATIBILITY_JAMO),
            sheet.written,
            lambda char: sheet.target(char, random),
            lambda char: sheet.picture(char, random),
        )

    def sample(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], Parts, int]:
        """One sample: target (F, F), own (STYLE_GLYPHS, F, F), seed (4, S, S), jamo (3,), hand."""
        invented = self.invented_writers > 0 and self.random.random() < self.invented_writers
        sheet = self._invented_sheet() if invented else self._corpus_sheet()
        target, written = sheet.target, sheet.written
        jamo = parts_of([target])
        excluded = np.array([[char == target for char in written]])
        shown = choose_references(jamo, parts_of(written), self.random, excluded)[0]
        others = self.random.integers(len(written), size=STYLE_GLYPHS - 3)
        own = np.stack([sheet.own_picture(written[row]) for row in (*shown, *others)])
        seed = self.seeds[int(self.random.integers(len(self.seeds)))]
        content = seed.pictures([target, *(written[row] for row in shown)])
        return sheet.target_picture(target), own, content, jamo[0], sheet.hand

    def draw(self) -> Batch:
        """The next batch."""
        target, own, seed, jamo, hand = zip(*(self.sample() for _ in range(self.batch)), strict=True)
        return Batch(
            as_pictures(torch.from_numpy(np.stack(target)))[:, None],
            as_pictures(torch.from_numpy(np.stack(own))),
            enlarge(as_pictures(torch.from_numpy(np.stack(seed)))),
            torch.from_numpy(np.stack(jamo)),
            torch.tensor(hand),
        )

    def stream(self, ahead: int = 4) -> Iterator[Batch]:
        """Batches made by a thread of their own, a few ahead; what breaks there is raised here."""
        queue: Queue[Batch | Exception] = Queue(ahead)

        def fill() -> None:
            try:
                while True:
                    queue.put(self.draw())
            except Exception as error:
                queue.put(error)

        Thread(target=fill, daemon=True).start()
        while True:
            batch = queue.get()
            if isinstance(batch, Exception):
                raise batch
            yield batch
