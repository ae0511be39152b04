"""Trains the two small networks that look at one glyph: the jamo reader and the hand embedder.

Both see the generator's training hands only. ``trainer.evaluation`` trains judges of its own on other hands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import as_pictures
from generator.recognisers import EMBEDDING_SIZE, HandEmbedder, JamoReader
from templates.hangul import SYLLABLES, decompose, is_syllable
from trainer.augment import invent_hands
from trainer.corpus import Hand
from trainer.invented_writers import WriterPool


class GlyphSampler:
    """Random syllables of random hands: pictures, jamo and hand numbers.

    Args:
        invented_writers: share of the glyphs of writers that nobody is; their numbers follow those of ``hands``.
    """

    def __init__(self, hands: Sequence[Hand], seed: int = 0, invented_writers: float = 0.0) -> None:
        self.hands, self.invented_writers = hands, invented_writers
        self.random = np.random.default_rng(seed)
        self.chars = [[char for char in hand.index if is_syllable(char)] for hand in hands]
        self.writers = WriterPool([SYLLABLES], seed)

    def _pick(self) -> tuple[int, Sequence[str], Callable[[str], NDArray[np.uint8]]]:
        """A hand's number, the syllables it writes, and how."""
        random = self.random
        if self.invented_writers > 0 and random.random() < self.invented_writers:
            writer = self.writers.pick(random).writer
            return len(self.hands) + writer.number, SYLLABLES, lambda char: writer.picture(char, random)
        number = int(random.integers(len(self.hands)))
        return number, self.chars[number], self.hands[number].picture

    def draw(self, count: int, per_hand: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """``count`` glyphs, ``per_hand`` of each chosen hand: (N, 1, 96, 96), jamo (N, 3), hand (N,)."""
        pictures, jamo, hand = [], [], []
        for _ in range(count // per_hand):
            number, chars, picture = self._pick()
            for pick in self.random.integers(len(chars), size=per_hand):
                pictures.append(picture(chars[pick]))
                jamo.append(decompose(chars[pick]))
                hand.append(number)
        stack = torch.from_numpy(np.stack(pictures))
        return as_pictures(stack)[:, None], torch.tensor(jamo), torch.tensor(hand)


def reader_loss(reader: nn.Module, pictures: Tensor, jamo: Tensor) -> Tensor:
    """Cross-entropy summed over the three heads; jamo (B, 3) with -100 where a head has nothing to say."""
    losses = [F.cross_entropy(head, jamo[:, part], ignore_index=-100) for part, head in enumerate(reader(pictures))]
    return torch.stack(losses).sum()


def hinged_reader_loss(reader: nn.Module, drawn: Tensor, true: Tensor, jamo: Tensor) -> Tensor:
    """How much worse the drawn letters read than the true ones of the same hand, summed over the three heads.

    Each head of each sample counts from the cross-entropy of the true letter on: none is asked to be more legible
    than its writer. drawn, true (B, 1, H, W); jamo (B, 3) with -100 where a head has nothing to say.
    """
    with torch.no_grad():
        heads = [head.float() for head in reader(true)]
        level = [F.cross_entropy(head, jamo[:, part], reduction="none") for part, head in enumerate(heads)]
    surplus = [
        F.relu(F.cross_entropy(head.float(), jamo[:, part], reduction="none") - level[part])
        for part, head in enumerate(reader(drawn))
    ]
    return torch.stack(surplus).sum(dim=0).mean()


def _descend(
    network: nn.Module, parameters: list[nn.Parameter], loss: Callable[[], Tensor], budget_s: float, peak: float
) -> int:
    """Plain AdamW with a cosine over the time budget; returns the steps taken."""
    optimizer = torch.optim.AdamW(parameters, lr=peak, weight_decay=1e-2)
    network.train()
    start, step = time.monotonic(), 0
    while (spent := time.monotonic() - start) < budget_s:
        warm = min(1.0, (step + 1) / 50)
        for group in optimizer.param_groups:
            group["lr"] = peak * warm * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * spent / budget_s)))
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step += 1
        if step % 100 == 0:
            print(f"{type(network).__name__} step {step} {spent:.0f}s loss {value.item():.3f}", flush=True)
    network.eval()
    return step


def train_reader(hands: Sequence[Hand], budget_s: float = 240, batch: int = 96, seed: int = 0) -> JamoReader:
    """A jamo reader trained for ``budget_s`` seconds, half of the samples of invented writers: it must know haste."""
    torch.manual_seed(seed)
    reader, sampler = JamoReader(), GlyphSampler(hands, seed, invented_writers=0.5)

    def loss() -> Tensor:
        pictures, jamo, _ = sampler.draw(batch)
        return reader_loss(reader, invent_hands(pictures), jamo)

    _descend(reader, list(reader.parameters()), loss, budget_s, 2e-3)
    return reader


def train_embedder(hands: Sequence[Hand], budget_s: float = 240, batch: int = 96, seed: int = 0) -> HandEmbedder:
    """Metric learning with a cosine-margin softmax over hands (CosFace, arXiv:1801.09414), proxies thrown away."""
    torch.manual_seed(seed)
    embedder, sampler = HandEmbedder(), GlyphSampler(hands, seed)
    proxies = nn.Parameter(torch.randn(len(hands), EMBEDDING_SIZE))
    scale, margin = 24.0, 0.15

    def loss() -> Tensor:
        pictures, _, hand = sampler.draw(batch)
        cosine = embedder(pictures) @ F.normalize(proxies, dim=-1).T
        return F.cross_entropy(scale * (cosine - margin * F.one_hot(hand, len(hands))), hand)

    _descend(embedder, [*embedder.parameters(), proxies], loss, budget_s, 2e-3)
    return embedder
