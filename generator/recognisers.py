"""The frozen recognisers: one reads a letter's jamo, one embeds the hand that wrote it."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import Trunk
from templates.hangul import FINALS, INITIALS, MEDIALS

EMBEDDING_SIZE = 64


class HandEmbedder(nn.Module):
    """(B, 1, 96, 96) -> (B, 64) of length 1.

    Trained (``trainer.recognisers``) so that glyphs of one hand, whatever the character, lie close together.
    A hand's code is the mean over its glyphs (``code``); the more even the hand, the longer the mean.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.head = nn.Sequential(nn.Linear(Trunk.FEATURES, 256), nn.SiLU(), nn.Linear(256, EMBEDDING_SIZE))

    def forward(self, picture: Tensor) -> Tensor:
        """Computes unit vectors (B, 64)."""
        return F.normalize(self.head(self.trunk(picture)), dim=-1)

    def code(self, pictures: Tensor) -> Tensor:
        """Averages the vectors of (B, K, 96, 96), K glyphs of each of B hands -> (B, 64)."""
        batch, count = pictures.shape[:2]
        vectors: Tensor = self(pictures.reshape(batch * count, 1, *pictures.shape[2:]))
        return vectors.reshape(batch, count, -1).mean(dim=1)


HEADS = (len(INITIALS), len(MEDIALS), len(FINALS))


class JamoReader(nn.Module):
    """(B, 1, 96, 96) -> logits of initial (B, 19), medial (B, 21) and final (B, 28, 0 = none)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.heads = nn.ModuleList(nn.Linear(Trunk.FEATURES, size) for size in HEADS)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the three heads."""
        features = self.trunk(picture)
        initial, medial, final = (head(features) for head in self.heads)
        return initial, medial, final
