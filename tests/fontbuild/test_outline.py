import numpy as np
import pytest

from fontbuild.errors import TracerMissingError
from fontbuild.outlines.outline import outline_glyphs
from fontbuild.outlines.quadratic import area
from fontbuild.tracing.potrace import trace
from templates.glyphs import GlyphImage
from tests.fontbuild.hand import draw, ring, syllable


def dense(contour, steps=8):
    """Points along a TrueType contour, implied ones included."""
    points, on_curve = contour.points, contour.on_curve
    full = []
    for index, point in enumerate(points):
        if not on_curve[index] and not on_curve[index - 1]:
            full.append(((points[index - 1] + point) / 2, True))
        full.append((point, bool(on_curve[index])))
    start = next(index for index, (_, on) in enumerate(full) if on)
    full = full[start:] + full[:start] + [full[start]]
    curve, index = [], 0
    while index < len(full) - 1:
        (here, _), (ahead, ahead_on) = full[index], full[index + 1]
        if ahead_on:
            curve.append(here)
            index += 1
            continue
        end = full[index + 2][0]
        t = (np.arange(steps) / steps)[:, None]
        curve.extend((1 - t) ** 2 * here + 2 * t * (1 - t) * ahead + t**2 * end)
        index += 2
    return np.array(curve)


@pytest.mark.parametrize("em_px", [96, 168])
def test_a_ring_is_two_round_contours_with_few_points(em_px):
    (outline,) = outline_glyphs([draw("ㅇ", [ring(0.5, 0.5, 0.25)], em_px=em_px, pen_em=0.06)])
    outer, inner = sorted(outline.contours, key=lambda contour: -abs(area(contour.points)))
    assert area(outer.points) < 0 < area(inner.points), "outer runs clockwise, the hole against it"
    for contour, radius in ((outer, 280), (inner, 220)):
        away = np.linalg.norm(dense(contour) - (500, 380), axis=1)
        assert np.abs(away - radius).max() < 7
        assert len(contour.points) <= 14


def test_a_straight_stroke_keeps_its_width_at_both_densities():
    for em_px in (96, 168):
        (outline,) = outline_glyphs([draw("ㅣ", [[(0.5, 0.2), (0.5, 0.8)]], em_px=em_px, pen_em=0.05)])
        (contour,) = outline.contours
        middle = np.array([x for x, y in dense(contour, 40) if 330 < y < 430])
        assert middle.max() - middle.min() == pytest.approx(50, abs=5)


def test_edges_tell_both_sides_of_each_band():
    (outline,) = outline_glyphs([draw("ㄴ", [[(0.3, 0.2), (0.3, 0.7), (0.7, 0.7)]], pen_em=0.05)])
    known = outline.edges[~np.isnan(outline.edges[:, 0])]
    assert known[0, 1] > 600 > 400 > known[-1, 1], "the foot reaches right, the stem does not"
    assert outline.bounds == pytest.approx((275, 155, 725, 705), abs=8)


def test_dust_is_left_out_and_blank_glyphs_give_no_outline():
    dusty = syllable("가")
    clean = len(outline_glyphs([dusty])[0].contours)
    ink = dusty.ink.copy()
    ink[10, 10] = 255
    assert len(outline_glyphs([GlyphImage("가", ink, 96.0, dusty.origin_px)])[0].contours) == clean
    blank = GlyphImage("나", np.zeros((64, 64), np.uint8), 96.0, (0.0, 0.0))
    assert [outline.char for outline in outline_glyphs([blank, dusty])] == ["가"]


def test_ink_at_the_raster_edge_is_closed():
    ink = np.zeros((96, 96), np.uint8)
    ink[:, :20] = 255
    (outline,) = outline_glyphs([GlyphImage("ㅣ", ink, 96.0, (0.0, 0.0))])
    assert outline.bounds == pytest.approx((0, -120, 208, 880), abs=6)


def test_pictures_of_a_call_stay_apart_and_in_order():
    square = np.zeros((40, 40), bool)
    square[10:30, 10:30] = True
    counts = [len(contours) for contours in trace([square, np.zeros((8, 8), bool), square], speck_px=2)]
    assert counts == [1, 0, 1]


def test_a_missing_tracer_names_its_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TracerMissingError, match="apt install potrace"):
        trace([np.ones((4, 4), bool)], speck_px=0)
