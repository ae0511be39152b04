"""Building blocks the networks share. All pictures are (B, C, H, W) float32 in [0, 1], ink 1."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

UNSHUFFLE = 3
"""Pictures are unshuffled 3 x 3 into channels first, so that the convolutions work at a third of the size."""


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions with group norm; scale and shift may come from a condition vector (FiLM)."""

    def __init__(self, inputs: int, outputs: int, condition: int = 0) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(8, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.film = nn.Linear(condition, 2 * outputs) if condition else None
        nn.init.zeros_(self.conv2.weight)
        if self.film is not None:
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B, inputs, H, W), (B, condition) -> (B, outputs, H, W)."""
        hidden = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if self.film is not None and condition is not None:
            scale, shift = self.film(condition)[:, :, None, None].chunk(2, dim=1)
            hidden = hidden * (1 + scale) + shift
        result: Tensor = self.skip(x) + self.conv2(F.silu(hidden))
        return result


class JoinBlock(nn.Module):
    """Upsamples the deeper level twofold, concatenates the skip connection, and convolves."""

    def __init__(self, deeper: int, skipped: int, outputs: int, condition: int) -> None:
        super().__init__()
        self.join = nn.Conv2d(deeper + skipped, outputs, 1)
        self.block = ResidualBlock(outputs, outputs, condition)

    def forward(self, deeper: Tensor, skipped: Tensor, condition: Tensor) -> Tensor:
        """(B, deeper, H, W), (B, skipped, 2H, 2W) -> (B, outputs, 2H, 2W)."""
        together = torch.cat([F.interpolate(deeper, scale_factor=2.0), skipped], dim=1)
        result: Tensor = self.block(self.join(together), condition)
        return result


class Trunk(nn.Module):
    """The convolutional body of the recognisers: one picture -> features on a 3 x 3 grid.

    (B, 1, 96, 96) -> (B, FEATURES), about 14 MMAC.
    """

    FEATURES = 128 * 9

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(UNSHUFFLE**2, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.SiLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.SiLU(),
            nn.Conv2d(64, 96, 3, stride=2, padding=1),
            nn.BatchNorm2d(96),
            nn.SiLU(),
            nn.Conv2d(96, 128, 3, padding=1),
            nn.BatchNorm2d(128),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
        )

    def forward(self, picture: Tensor) -> Tensor:
        """(B, 1, 96, 96) -> (B, FEATURES)."""
        result: Tensor = self.body(F.pixel_unshuffle(picture, UNSHUFFLE))
        return result


def as_pictures(stack: Tensor) -> Tensor:
    """Converts uint8 (..., H, W) -> float32 (..., H, W) in [0, 1]."""
    return stack.to(torch.float32) / 255
