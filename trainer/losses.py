"""What the generator is taught by. Pictures are (B, 1, H, W) float32 in [0, 1], ink 1."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

PATCH_PX, STRIDE_PX = 24, 12
SHIFTS_PX = (-4, -2, 0, 2, 4)
SHIFT_TAX = 0.004
"""Added to a patch's difference per pixel of shift, so that the near place is preferred to a chance likeness."""


def _moved(target: Tensor, reach: int) -> list[tuple[Tensor, float]]:
    padded = F.pad(target, (reach, reach, reach, reach))
    height, width = target.shape[2:]
    moved = []
    for down in SHIFTS_PX:
        for right in SHIFTS_PX:
            window = padded[:, :, reach + down : reach + down + height, reach + right : reach + right + width]
            moved.append((window, SHIFT_TAX * (down**2 + right**2) ** 0.5))
    return moved


def _spread(patches: Tensor) -> Tensor:
    """The adjoint of the patch mean: (B, 1, h, w) weights of patches -> weights of their pixels.

    Patches overlap by half, so every stride-sized block lies in the (up to) four patches around it.
    """
    blocks = F.avg_pool2d(F.pad(patches, (1, 1, 1, 1)), 2, stride=1) * 4
    return F.interpolate(blocks, scale_factor=float(STRIDE_PX)) / PATCH_PX**2


def shift_tolerant_loss(picture: Tensor, target: Tensor) -> Tensor:
    """Mean over patches of the smallest mean absolute difference to the target moved by up to 4 px.

    A hand never puts a stroke in the same place twice: a loss that insists on the place erases the stroke.
    The best shift of each patch is sought without gradient; the gradient flows through the chosen ones.
    """
    moved = _moved(target, max(SHIFTS_PX))
    with torch.no_grad():
        cost = torch.cat(
            [F.avg_pool2d((picture - window).abs(), PATCH_PX, STRIDE_PX) + tax for window, tax in moved], dim=1
        )
        best = cost.argmin(dim=1, keepdim=True)
        gradient = torch.zeros_like(picture)
        for number, (window, _) in enumerate(moved):
            chosen = (best == number).to(picture.dtype)
            if chosen.any():
                gradient += _spread(chosen) * torch.sign(picture - window)
        value = cost.gather(1, best).mean()
    # The value is the loss, the gradient that of the chosen differences.
    carrier = (picture * gradient).sum() / best.numel()
    return carrier - carrier.detach() + value


def pixel_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy plus L1: says where ink is at all; kept small once letters stand."""
    return F.binary_cross_entropy_with_logits(logits, target) + F.l1_loss(torch.sigmoid(logits), target)


def feature_matching_loss(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of the discriminator's pooled features (position forgiven by 2 cells)."""
    distances = [
        F.l1_loss(F.avg_pool2d(drawn.float(), 2), F.avg_pool2d(true.detach().float(), 2))
        for drawn, true in zip(fake, real, strict=True)
    ]
    return torch.stack(distances).mean()


def hinge_real_fake(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's hinge loss on patch scores."""
    return F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()


def same_hand_loss(vectors: Tensor, codes: Tensor, hands: Tensor, temperature: float = 0.1) -> Tensor:
    """InfoNCE (arXiv:1807.03748): each glyph's hand vector must point to its own hand's code, not the batch's others.

    vectors, codes: (B, 64); hands: (B,) numbers. Other samples of the same hand are no counter-examples.
    """
    scores = F.normalize(vectors.float(), dim=-1) @ F.normalize(codes.float(), dim=-1).T / temperature
    same = hands[:, None] == hands[None, :]
    same.fill_diagonal_(False)
    return F.cross_entropy(scores.masked_fill(same, -1e4), torch.arange(len(hands), device=hands.device))


def towards_hand_loss(vectors: Tensor, code: Tensor, others: Tensor, temperature: float = 0.1) -> Tensor:
    """InfoNCE against known hands: glyph vectors (B, 64) must point to ``code`` (64,), not to ``others`` (H, 64)."""
    codes = F.normalize(torch.cat([code[None], others]).float(), dim=-1)
    scores = F.normalize(vectors.float(), dim=-1) @ codes.T / temperature
    return F.cross_entropy(scores, torch.zeros(len(vectors), dtype=torch.long, device=vectors.device))
