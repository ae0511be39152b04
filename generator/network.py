"""The pix2pix pair: a U-Net that draws a letter by analogy, and a patch discriminator.

The generator sees seven pictures: the seed's rendering of the target, and three pairs (the writer's glyph, the
seed's rendering of the same character). What turns the seed's references into the writer's turns the seed's
target into the writer's target. A condition vector encodes the hand (``HandEmbedder.code``) and the jamo wanted.

After Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (arXiv:1611.07004).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import UNSHUFFLE, JoinBlock, ResidualBlock
from generator.recognisers import EMBEDDING_SIZE
from generator.references import ABSENT, ROLES

PICTURES = 1 + 2 * len(ROLES)
WIDTHS = (48, 96, 160, 224)
CONDITION_SIZE = 128


def analogy(seed: Tensor, own: Tensor) -> Tensor:
    """Stacks the generator's seven pictures: the seed's target, then pairs (own reference, the seed's rendering).

    seed (B, 4, H, W), the target first; own (B, 3 or more, H, W), the references first -> (B, 7, H, W).
    """
    channels = [seed[:, :1]]
    for role in range(len(ROLES)):
        channels += [own[:, role : role + 1], seed[:, role + 1 : role + 2]]
    return torch.cat(channels, dim=1)


class Generator(nn.Module):
    """U-Net on 3 x 3 unshuffled pictures, 4 levels (32, 16, 8, 4 cells at 96 px), about 0.3 GMAC a glyph."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = WIDTHS
        self.jamo = nn.ModuleList(nn.Embedding(size + 1, CONDITION_SIZE) for size in ABSENT)
        self.hand = nn.Linear(EMBEDDING_SIZE, CONDITION_SIZE)
        self.mix = nn.Sequential(nn.SiLU(), nn.Linear(CONDITION_SIZE, CONDITION_SIZE), nn.SiLU())
        self.stem = nn.Conv2d(PICTURES * UNSHUFFLE**2, first, 3, padding=1)
        block = ResidualBlock
        self.down1 = block(first, first, CONDITION_SIZE)
        self.to2 = nn.Conv2d(first, second, 3, stride=2, padding=1)
        self.down2 = block(second, second, CONDITION_SIZE)
        self.to3 = nn.Conv2d(second, third, 3, stride=2, padding=1)
        self.down3 = nn.ModuleList([block(third, third, CONDITION_SIZE), block(third, third, CONDITION_SIZE)])
        self.to4 = nn.Conv2d(third, fourth, 3, stride=2, padding=1)
        self.middle = nn.ModuleList([block(fourth, fourth, CONDITION_SIZE), block(fourth, fourth, CONDITION_SIZE)])
        self.up3 = JoinBlock(fourth, third, third, CONDITION_SIZE)
        self.up2 = JoinBlock(third, second, second, CONDITION_SIZE)
        self.up1 = JoinBlock(second, first, first, CONDITION_SIZE)
        self.head = nn.Sequential(
            nn.GroupNorm(8, first), nn.SiLU(), nn.Conv2d(first, UNSHUFFLE**2, 3, padding=1), nn.PixelShuffle(UNSHUFFLE)
        )

    def condition(self, code: Tensor, jamo: Tensor) -> Tensor:
        """(B, 64) hand codes and (B, 3) jamo -> (B, CONDITION_SIZE)."""
        parts = torch.stack([table(jamo[:, part]) for part, table in enumerate(self.jamo)]).sum(dim=0)
        # Codes are means of unit vectors, about 0.1 a component: scaled to the size of the embeddings.
        result: Tensor = self.mix(parts + self.hand(code * EMBEDDING_SIZE**0.5))
        return result

    def forward(self, pictures: Tensor, code: Tensor, jamo: Tensor) -> Tensor:
        """(B, 7, H, W) in [0, 1], (B, 64), (B, 3) -> logits (B, 1, H, W); H and W multiples of 24."""
        condition = self.condition(code, jamo)
        level1 = self.down1(self.stem(F.pixel_unshuffle(pictures, UNSHUFFLE)), condition)
        level2 = self.down2(self.to2(level1), condition)
        level3 = self.to3(level2)
        for block in self.down3:
            level3 = block(level3, condition)
        deep = self.to4(level3)
        for block in self.middle:
            deep = block(deep, condition)
        deep = self.up2(self.up3(deep, level3, condition), level2, condition)
        result: Tensor = self.head(self.up1(deep, level1, condition))
        return result


class Discriminator(nn.Module):
    """Scores patches beside the seed's target, and embeds the hand that the whole looks like. About 40 MMAC."""

    def __init__(self) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        sizes = ((2 * UNSHUFFLE**2, 48, 1), (48, 96, 2), (96, 160, 2))
        self.layers = nn.ModuleList(
            norm(nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)) for inputs, outputs, stride in sizes
        )
        self.patch = norm(nn.Conv2d(160, 1, 3, padding=1))
        self.match = nn.Sequential(nn.Linear(160 * 2, 160), nn.SiLU(), nn.Linear(160, EMBEDDING_SIZE))

    def forward(self, picture: Tensor, seed_target: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Two (B, 1, H, W) -> patch scores (B, 1, h, w), hand vector (B, 64), features of the layers."""
        hidden = F.pixel_unshuffle(torch.cat([picture, seed_target], dim=1), UNSHUFFLE)
        features = []
        for layer in self.layers:
            hidden = F.leaky_relu(layer(hidden), 0.2)
            features.append(hidden)
        pooled = torch.cat([hidden.mean(dim=(2, 3)), hidden.amax(dim=(2, 3))], dim=1)
        return self.patch(hidden), self.match(pooled), features
