"""Widths of strokes that are known."""

import numpy as np
import pytest

from generator.latin import stroke_width_px, with_stroke_width
from trainer.evaluation.stroke_weight import StrokeWeight, widths_along


def _line(width: float, start=(20, 30), end=(76, 66)) -> np.ndarray:
    """A stroke with square ends, its edge as grey as a pixel is covered."""
    across, down = np.meshgrid(np.arange(96) + 0.5 - start[0], np.arange(96) + 0.5 - start[1])
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    right, below = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    along, aside = across * right + down * below, across * below - down * right
    beside = np.clip(width / 2 + 0.5 - np.abs(aside), 0, 1) * np.clip(along + 0.5, 0, 1) * np.clip(length - along, 0, 1)
    return (beside * 255).astype(np.uint8)


@pytest.mark.parametrize("width", [2, 3, 5, 8])
@pytest.mark.parametrize("end", [(76, 30), (20, 80), (76, 66)])
def test_width_of_a_line(width, end):
    assert np.median(widths_along(_line(width, end=end))) == pytest.approx(width, abs=0.3)


def test_thin_and_thick_strokes_are_both_seen():
    figures = StrokeWeight.of(np.stack([_line(2.5, (20, 20), (76, 20)), _line(7, (20, 70), (76, 70))]))
    assert figures.thin == pytest.approx(2.5, abs=0.35)
    assert figures.thick == pytest.approx(7, abs=0.5)
    assert figures.ink == pytest.approx(56 * (2.5 + 7) / 2, rel=0.12)


@pytest.mark.parametrize("share", [-0.15, 0.15, 0.3])
def test_a_heavier_pen_shows_in_width_and_ink(hand, share):
    some = hand.real[:20]
    changed = np.stack([with_stroke_width(picture, share * stroke_width_px(picture)) for picture in some])
    before, after = StrokeWeight.of(some), StrokeWeight.of(changed)
    assert after.width / before.width == pytest.approx(1 + share, abs=0.05)
    assert after.ink / before.ink == pytest.approx(1 + share, abs=0.1)
    assert after.middle / before.middle == pytest.approx(1 + share, abs=0.12)


def test_no_ink_has_no_width():
    assert np.isnan(StrokeWeight.of(np.zeros((2, 96, 96), np.uint8)).width)
