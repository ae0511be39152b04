"""The metric-learned embedding of a hand: one glyph -> a unit vector near those of the same writer."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import Trunk

EMBEDDING_SIZE = 64


class HandEmbedder(nn.Module):
    """(B, 1, 96, 96) -> (B, 64) of length 1.

    Trained (``trainer.embedding``) so that glyphs of one hand, whatever the character, come out close.
    A hand's code is the mean over its glyphs (``code``): the mean's length tells how even the hand is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.head = nn.Sequential(nn.Linear(Trunk.FEATURES, 256), nn.SiLU(), nn.Linear(256, EMBEDDING_SIZE))

    def forward(self, picture: Tensor) -> Tensor:
        """Unit vectors (B, 64)."""
        return F.normalize(self.head(self.trunk(picture)), dim=-1)

    def code(self, pictures: Tensor) -> Tensor:
        """(B, K, 96, 96), K glyphs of each of B hands -> (B, 64), the mean of their vectors."""
        batch, count = pictures.shape[:2]
        vectors: Tensor = self(pictures.reshape(batch * count, 1, *pictures.shape[2:]))
        return vectors.reshape(batch, count, -1).mean(dim=1)
