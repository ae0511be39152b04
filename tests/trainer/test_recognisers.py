from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from trainer.corpus import load_hands
from trainer.recognisers import GlyphSampler, hinged_reader_loss, reader_loss


class ReaderOfCorners(nn.Module):
    """Three heads whose logits are pixels of the picture, so that tests can say what is read."""

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows = picture[:, 0, :3, :4]
        return rows[:, 0], rows[:, 1], rows[:, 2]


def letter(*sure: float) -> Tensor:
    """A picture (1, 1, 4, 4) whose three jamo, all number 0, are read with the given logits."""
    picture = torch.zeros(1, 1, 4, 4)
    picture[0, 0, :3, 0] = torch.tensor(sure)
    return picture


JAMO = torch.zeros(1, 3, dtype=torch.long)


def test_what_reads_as_well_as_the_true_letter_costs_nothing_and_pulls_nowhere() -> None:
    for drawn in (letter(2, 2, 2), letter(9, 9, 9), letter(2, 5, 2)):
        drawn.requires_grad_(True)
        loss = hinged_reader_loss(ReaderOfCorners(), drawn, letter(2, 2, 2), JAMO)
        loss.backward()
        assert loss == 0
        assert drawn.grad is not None
        assert not drawn.grad.any()


def test_each_jamo_of_each_letter_is_held_to_its_own() -> None:
    reader, true = ReaderOfCorners(), letter(4, 1, 2)
    drawn = letter(4, 9, 0).requires_grad_(True)
    loss = hinged_reader_loss(reader, drawn, true, JAMO)
    loss.backward()
    assert drawn.grad is not None
    pulled = drawn.grad[0, 0, :3, 0]
    assert pulled[2] < 0
    assert pulled[0] == pulled[1] == 0
    two = hinged_reader_loss(
        reader, torch.cat([letter(9, 9, 9), letter(4, 9, 0)]), torch.cat([letter(0, 0, 0), true]), JAMO.expand(2, 3)
    )
    assert torch.isclose(two, loss / 2)


def test_against_a_blank_true_letter_only_what_is_worse_than_a_guess_counts() -> None:
    blank = torch.zeros(1, 1, 4, 4)
    loss = hinged_reader_loss(ReaderOfCorners(), letter(-3, 0, 0), blank, JAMO)
    guess = reader_loss(ReaderOfCorners(), blank, JAMO)
    assert torch.isclose(loss, reader_loss(ReaderOfCorners(), letter(-3, 0, 0), JAMO) - guess)


def test_a_head_without_a_jamo_says_nothing() -> None:
    jamo = torch.tensor([[-100, 0, -100]])
    assert hinged_reader_loss(ReaderOfCorners(), letter(-9, 0, -9), letter(3, 0, 3), jamo) == 0


def test_glyphs_of_invented_writers_take_their_share(pack: Path) -> None:
    hands = load_hands(pack / "train")
    pictures, jamo, hand = GlyphSampler(hands, invented_writers=0.5).draw(60, per_hand=2)
    assert pictures.shape == (60, 1, 96, 96)
    assert jamo.shape == (60, 3)
    assert torch.equal(hand[::2], hand[1::2])
    invented = (hand >= len(hands)).float().mean()
    assert 0.2 < invented < 0.8
    assert not (GlyphSampler(hands).draw(20)[2] >= len(hands)).any()
