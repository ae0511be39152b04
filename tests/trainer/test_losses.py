from __future__ import annotations

import torch
from torch.nn import functional as F

from trainer.losses import SHIFT_TAX, SHIFTS_PX, same_hand_loss, shift_tolerant_loss, towards_hand_loss


def stroke(column: int) -> torch.Tensor:
    picture = torch.zeros(1, 1, 96, 96)
    picture[..., 20:76, column : column + 4] = 1
    return picture


def brute_force(picture: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss as its definition says, by plain autograd."""
    costs = []
    padded = F.pad(target, (4, 4, 4, 4))
    for down in SHIFTS_PX:
        for right in SHIFTS_PX:
            moved = padded[..., 4 + down : 100 + down, 4 + right : 100 + right]
            tax = SHIFT_TAX * (down**2 + right**2) ** 0.5
            costs.append(F.avg_pool2d((picture - moved).abs(), 24, 12) + tax)
    return torch.cat(costs, dim=1).amin(dim=1).mean()


def test_value_and_gradient_are_those_of_the_definition() -> None:
    torch.manual_seed(0)
    picture = torch.rand(2, 1, 96, 96, requires_grad=True)
    target = torch.rand(2, 1, 96, 96)
    quick = shift_tolerant_loss(picture, target)
    (gradient,) = torch.autograd.grad(quick, picture)
    plain = brute_force(picture, target)
    (expected,) = torch.autograd.grad(plain, picture)
    assert torch.allclose(quick, plain)
    assert torch.allclose(gradient, expected, atol=1e-9)


def test_a_shifted_stroke_costs_less_than_a_lost_one() -> None:
    target = stroke(40)
    shifted = shift_tolerant_loss(stroke(44), target)
    lost = shift_tolerant_loss(torch.zeros_like(target), target)
    assert shifted < 0.25 * lost
    assert shift_tolerant_loss(target, target) < shifted


def test_same_hand_loss_wants_each_glyph_at_its_own_code() -> None:
    codes = torch.eye(4, 64)
    hands = torch.arange(4)
    assert same_hand_loss(codes, codes, hands) < 0.01
    assert same_hand_loss(codes.roll(1, 0), codes, hands) > 5


def test_samples_of_one_hand_are_no_counter_examples() -> None:
    codes = torch.zeros(2, 64)
    codes[:, 0] = 1
    assert same_hand_loss(codes, codes, torch.tensor([7, 7])) < 1e-3


def test_towards_hand_loss_tells_the_hand_from_the_others() -> None:
    code, others = torch.eye(5, 64)[0], torch.eye(5, 64)[1:]
    assert towards_hand_loss(code[None], code, others) < 0.01
    assert towards_hand_loss(others[:1], code, others) > 5
