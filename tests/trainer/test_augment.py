from __future__ import annotations

import torch

from trainer.augment import change_pen, invent_hands


def bars() -> torch.Tensor:
    pictures = torch.zeros(3, 2, 96, 96)
    pictures[:, :, 20:76, 44:52] = 1
    return pictures


def test_no_share_no_change() -> None:
    assert torch.equal(invent_hands(bars(), share=0.0), bars())


def test_pictures_of_one_sample_change_together() -> None:
    torch.manual_seed(1)
    changed = invent_hands(bars(), share=1.0)
    assert torch.allclose(changed[:, 0], changed[:, 1])
    assert not torch.allclose(changed[0], changed[1])


def test_ink_stays_between_paper_and_black() -> None:
    torch.manual_seed(2)
    changed = invent_hands(bars(), share=1.0, strength=1.5)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert changed.sum() > 0.3 * bars().sum()


def test_a_thicker_pen_lays_more_ink() -> None:
    thin, same, thick = (change_pen(bars(), torch.full((3,), amount)).sum() for amount in (-1.0, 0.0, 1.0))
    assert thin < same < thick
