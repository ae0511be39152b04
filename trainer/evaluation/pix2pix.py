"""Baseline c: plain pix2pix. The seed's glyph goes in, the writer's comes out; no references, no code, no jamo.

The U-Net has the generator's widths and begins as the seed itself, so that all its time goes into becoming the hand.
After Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (arXiv:1611.07004).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import UNSHUFFLE, ResidualBlock, as_pictures
from generator.model import half_precision
from generator.network import WIDTHS

Draw = Callable[[Sequence[str]], NDArray[np.uint8]]
"""Characters to frame pictures (N, 96, 96) uint8."""

RATE, BATCH = 5e-4, 16
ADVERSARIAL = 0.1
SEED_LOGIT = 8.0
"""Ink and paper of the seed start at logits of plus and minus half of this."""


class PlainUNet(nn.Module):
    """(B, 1, H, W) in [0, 1] -> logits (B, 1, H, W); H and W multiples of 24."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = WIDTHS
        self.stem = nn.Conv2d(UNSHUFFLE**2, first, 3, padding=1)
        self.down = nn.ModuleList(
            [ResidualBlock(first, first), ResidualBlock(second, second), ResidualBlock(third, third)]
        )
        self.shrink = nn.ModuleList(nn.Conv2d(*sizes, 3, stride=2, padding=1) for sizes in pairwise(WIDTHS))
        self.middle = ResidualBlock(fourth, fourth)
        ups = ((fourth, third), (third, second), (second, first))
        self.up = nn.ModuleList(ResidualBlock(deep + wide, wide) for deep, wide in ups)
        self.head = nn.Conv2d(first, UNSHUFFLE**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, seed: Tensor) -> Tensor:
        """Logits; those of the seed before any training."""
        hidden, levels = self.stem(F.pixel_unshuffle(seed, UNSHUFFLE)), []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            hidden = block(hidden)
            levels.append(hidden)
            hidden = shrink(hidden)
        hidden = self.middle(hidden)
        for block, level in zip(self.up, reversed(levels), strict=True):
            hidden = block(torch.cat([F.interpolate(hidden, scale_factor=2.0), level], dim=1))
        change = F.pixel_shuffle(self.head(F.silu(hidden)), UNSHUFFLE)
        return SEED_LOGIT * (seed - 0.5) + change


def _patch_discriminator() -> nn.Sequential:
    """Seed and picture (B, 2, H, W) -> scores of patches."""
    return nn.Sequential(
        nn.PixelUnshuffle(UNSHUFFLE),
        nn.Conv2d(2 * UNSHUFFLE**2, 48, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(48, 96, 3, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(96, 1, 3, padding=1),
    )


def _adversary(judge: nn.Module, optimizer: torch.optim.Optimizer, seed: Tensor, fake: Tensor, real: Tensor) -> Tensor:
    """One step of the discriminator (hinge); returns what it says to the generator."""
    scores = judge(torch.cat([torch.cat([seed, real], 1), torch.cat([seed, fake.detach()], 1)])).float()
    loss = F.relu(1 - scores[: len(seed)]).mean() + F.relu(1 + scores[len(seed) :]).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    said: Tensor = -judge(torch.cat([seed, fake], 1)).float().mean()
    return said


def train_pix2pix(
    seed: Draw,
    chars: Sequence[str],
    pictures: NDArray[np.uint8],
    budget_s: float,
    device: str,
    clock: Callable[[], float] = time.monotonic,
) -> Draw:
    """Trains on the written glyphs for ``budget_s`` seconds.

    Args:
        seed: draws the seed font.
        chars: the written syllables; ``pictures`` (W, 96, 96) uint8 their frame pictures.
        clock: what tells the seconds.
    """
    torch.manual_seed(0)
    where = torch.device(device)
    network, judge = PlainUNet().to(where), _patch_discriminator().to(where)
    inputs = as_pictures(torch.from_numpy(seed(chars)))[:, None].to(where)
    targets = as_pictures(torch.from_numpy(pictures))[:, None].to(where)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, betas=(0.5, 0.99))
    discriminator_optimizer = torch.optim.AdamW(judge.parameters(), lr=RATE, betas=(0.5, 0.99))
    start = clock()
    while clock() - start < budget_s:
        rows = torch.randint(len(inputs), (BATCH,), device=where)
        shown, wanted = inputs[rows], targets[rows]
        with half_precision(where):
            logits = network(shown)
        logits = logits.float()
        fake = torch.sigmoid(logits)
        loss = F.binary_cross_entropy_with_logits(logits, wanted) + F.l1_loss(fake, wanted)
        loss = loss + ADVERSARIAL * _adversary(judge, discriminator_optimizer, shown, fake, wanted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return _drawing_by(network.eval(), seed, where)


def _drawing_by(network: PlainUNet, seed: Draw, where: torch.device) -> Draw:
    @torch.inference_mode()
    def draw(chars: Sequence[str]) -> NDArray[np.uint8]:
        inputs = as_pictures(torch.from_numpy(seed(chars)))[:, None]
        shades = [torch.sigmoid(network(batch.to(where)).float())[:, 0] for batch in torch.split(inputs, 64)]
        drawn: NDArray[np.uint8] = (torch.cat(shades) * 255).round().to(torch.uint8).cpu().numpy()
        return drawn

    return draw
