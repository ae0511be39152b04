"""Changes that leave a letter the same hand's: its pen, its blur, its size and place; what judges must not go by.

They are varied where a judge is trained, and taken away before it looks.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.frame import FRAME_PX
from generator.latin import stroke_width_px, with_stroke_width
from trainer.evaluation.metrics import as_traced

Pictures = NDArray[np.uint8]

PENS = (-0.5, 0.9)
"""How much thinner or thicker (see ``thicken``) a letter is inked."""
BLURS_PX = (0.7, 1.5)

SIZE_PX = 60.0
"""Root of width by height that every letter is brought to, as far as it fits."""
ROOM_PX = 90.0
PEN_PX = 4.5
"""Stroke width that every letter is brought to: that of a middling hand."""


def uniform(count: int, low: float, high: float) -> Tensor:
    """(count,) between two bounds."""
    return torch.empty(count).uniform_(low, high)


def _splines(size: int, knots: int = 5) -> Tensor:
    """(size, knots): how much each knot of a smooth curve moves each pixel (a Gaussian about each knot)."""
    places, centres = torch.linspace(0, knots - 1, size)[:, None], torch.arange(knots)[None]
    return torch.exp(-((places - centres) ** 2))


def bent_grid(matrices: Tensor, side: int, share: float, reach: float) -> Tensor:
    """Sampling grid (B, side, side, 2) of affine maps (B, 2, 3), a share of it bent smoothly (Simard et al., 2003).

    ``reach``: about how far a place moves at most, in halves of the frame.
    """
    count, curves = len(matrices), _splines(side)
    strength = reach * torch.rand(count, 1, 1, 1) * (torch.rand(count, 1, 1, 1) < share)
    field = torch.randn(count, 2, curves.shape[1], curves.shape[1]) * strength
    bend = (curves @ field @ curves.T).permute(0, 2, 3, 1)
    return F.affine_grid(matrices, [count, 1, side, side], align_corners=False) + bend


def thicken(pictures: Tensor, amount: Tensor, blur_px: Tensor | None = None) -> Tensor:
    """``trainer.augment.change_pen`` with OpenCV's blur, many times quicker on a CPU: (B, 1, H, W), amount (B,).

    ``blur_px`` (B,): how far corners are rounded and the change reaches; 1.2 as there, where not given.
    """
    blurs = torch.full((len(pictures),), 1.2) if blur_px is None else blur_px
    blurred = [
        cv2.GaussianBlur(picture, (7, 7) if blur_px is not None else (5, 5), blur, borderType=cv2.BORDER_CONSTANT)
        for picture, blur in zip(pictures[:, 0].numpy(), blurs.tolist(), strict=True)
    ]
    edge = (0.5 - 0.22 * amount).view(-1, 1, 1, 1)
    return ((torch.from_numpy(np.stack(blurred))[:, None] - edge) * 3.2 + 0.5).clamp(0, 1)


def centred(pictures: Pictures) -> Pictures:
    """(N, 96, 96) letters as traced, the box of the ink in the middle and of one size."""
    result = np.zeros_like(pictures)
    for row, picture in enumerate(as_traced(pictures)):
        ys, xs = np.nonzero(picture >= 128)
        if not len(xs):
            continue
        width, height = np.ptp(xs) + 1.0, np.ptp(ys) + 1.0
        scale = min(SIZE_PX / (width * height) ** 0.5, ROOM_PX / max(width, height))
        middle = (xs.min() + xs.max()) / 2, (ys.min() + ys.max()) / 2
        shift = [(FRAME_PX - 1) / 2 - scale * place for place in middle]
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        result[row] = cv2.warpAffine(picture, matrix, (FRAME_PX, FRAME_PX), flags=cv2.INTER_LINEAR)
    return result


def normalised(pictures: Pictures) -> Pictures:
    """(N, 96, 96) letters, ``centred`` and the strokes of each brought to one mean width."""
    inked = [with_stroke_width(picture, PEN_PX - stroke_width_px(picture)) for picture in centred(pictures)]
    return np.stack(inked) if inked else pictures
