"""Reads the jamo of a drawn syllable: the loss's conscience while training, the checker when drawing."""

from __future__ import annotations

from torch import Tensor, nn

from generator.layers import Trunk
from templates.hangul import FINALS, INITIALS, MEDIALS

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
