import cv2
import numpy as np
import pytest

from collector.capture.stroke_width import edge_level, stroke_width


@pytest.mark.parametrize("width_px", [12, 24])
def test_width_of_a_drawn_stroke(width_px):
    mask = np.zeros((200, 300), bool)
    mask[80 : 80 + width_px, 20:280] = True
    assert stroke_width(mask) == pytest.approx(width_px, rel=0.1)


@pytest.mark.parametrize(("width_px", "sigma_px"), [(4, 2.0), (6, 2.0), (10, 2.0), (5, 1.5)])
def test_the_edge_of_a_blurred_stroke_is_where_it_was(width_px, sigma_px):
    fine = 20
    stroke = np.zeros((1, 100 * fine), np.float32)
    stroke[0, 40 * fine : (40 + width_px) * fine] = 1
    blurred = cv2.GaussianBlur(stroke, (0, 0), sigma_px * fine, sigmaY=1e-3)[0]
    seen = (blurred > blurred.max() / 2).sum() / fine
    level = edge_level(seen, sigma_px) * blurred.max()
    assert (blurred > level).sum() / fine == pytest.approx(width_px, abs=0.15)


def test_wide_or_sharp_strokes_end_half_way():
    assert edge_level(100.0, 1.0) == pytest.approx(0.5, abs=1e-3)
    assert edge_level(3.0, 0.0) == 0.5
