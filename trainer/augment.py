"""Invented hands: the same slant, width, height and pen for all the glyphs of one sample."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def _uniform(count: int, low: float, high: float, like: Tensor) -> Tensor:
    return torch.empty(count, device=like.device).uniform_(low, high)


def style_transform(count: int, like: Tensor, strength: float = 1.0) -> Tensor:
    """Random slant, scale, turn and small shift, (count, 2, 3), as ``affine_grid`` wants them."""
    slant = torch.tan(_uniform(count, -0.2, 0.2, like) * strength)
    turn = _uniform(count, -0.06, 0.06, like) * strength
    width = torch.exp(_uniform(count, -0.12, 0.12, like) * strength)
    height = torch.exp(_uniform(count, -0.12, 0.12, like) * strength)
    matrix = torch.zeros(count, 2, 3, device=like.device)
    cos, sin = torch.cos(turn), torch.sin(turn)
    matrix[:, 0, 0], matrix[:, 0, 1] = width * cos, width * (slant * cos - sin)
    matrix[:, 1, 0], matrix[:, 1, 1] = height * sin, height * (slant * sin + cos)
    matrix[:, :, 2] = torch.empty(count, 2, device=like.device).uniform_(-0.03, 0.03) * strength
    return matrix


def change_pen(pictures: Tensor, amount: Tensor) -> Tensor:
    """Thicker (positive) or thinner strokes: (B, C, H, W) in [0, 1], amount (B,) in about [-1, 1].

    The edge of a slightly blurred picture is moved; strokes thinner than the blur keep their middle.
    """
    width = 5
    axis = torch.arange(width, device=pictures.device) - width // 2
    kernel = torch.exp(-(axis**2) / (2 * 1.2**2))
    kernel = (kernel / kernel.sum()).to(pictures.dtype)
    channels = pictures.shape[1]
    across = kernel.view(1, 1, 1, width).expand(channels, 1, 1, width)
    blurred = F.conv2d(pictures, across, padding=(0, width // 2), groups=channels)
    blurred = F.conv2d(blurred, across.transpose(2, 3), padding=(width // 2, 0), groups=channels)
    edge = (0.5 - 0.22 * amount).view(-1, 1, 1, 1)
    return ((blurred - edge) * 3.2 + 0.5).clamp(0, 1)


def invent_hands(pictures: Tensor, share: float = 0.5, strength: float = 1.0) -> Tensor:
    """Turns a share of the samples into hands that nobody has.

    (B, C, H, W) in [0, 1]; the C pictures of one sample are of one hand and change together.
    """
    count = pictures.shape[0]
    chosen = torch.nonzero(torch.rand(count, device=pictures.device) < share).flatten()
    if not len(chosen):
        return pictures
    some = pictures[chosen]
    grid = F.affine_grid(style_transform(len(chosen), some, strength), list(some.shape), align_corners=False)
    some = F.grid_sample(some, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    pen = torch.randn(len(chosen), device=some.device).clamp(-1.5, 1.5) / math.sqrt(3) * strength
    result = pictures.clone()
    result[chosen] = change_pen(some, pen)
    return result
