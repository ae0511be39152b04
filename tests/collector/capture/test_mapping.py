import numpy as np
import pytest

from collector.capture.mapping import corners_mm, fit_page
from collector.capture.markers import DetectedMarker
from collector.simulator import Conditions
from collector.simulator.surface import Projection
from templates.sheet import build_sheet

SHEET = build_sheet("256")
PAGE = SHEET.pages[0]
MARKERS = {marker.id: marker for marker in PAGE.markers}
SIZE_MM = (SHEET.width_mm, SHEET.height_mm)
MIDDLES = np.array([(cell.x + cell.width / 2, cell.y + cell.height / 2) for cell in PAGE.cells])


def _seen(conditions, left_out=(), grown_px=0.0):
    """Detected markers as the true projection shows them, and that projection."""
    where = Projection(conditions, SIZE_MM, (3000, 4000))
    detected = []
    for marker in PAGE.markers:
        if marker.id not in left_out:
            corners = where.to_photo(corners_mm(marker))
            outwards = corners - corners.mean(axis=0)
            outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
            detected.append(DetectedMarker(marker.id, corners + grown_px * outwards))
    return detected, where


def _error_mm(found, where):
    return np.linalg.norm(where.to_page(found.to_photo(MIDDLES)) - MIDDLES, axis=1).max()


@pytest.mark.parametrize("roll", [0, 50, 90, 180, 290])
def test_a_flat_page_is_placed_exactly_from_any_side(roll):
    detected, where = _seen(Conditions(tilt_deg=20, roll_deg=roll, bend_mm=0, cockle_mm=0))
    assert _error_mm(fit_page(detected, MARKERS, SIZE_MM, where.frame_px), where) < 0.01


@pytest.mark.parametrize("lift", [False, True])
def test_a_bent_page_is_mapped_inside_the_ring_of_markers(lift):
    conditions = Conditions(tilt_deg=20, bend_mm=7, bend_deg=40, corner_lift=lift, cockle_mm=0)
    detected, where = _seen(conditions, left_out=[marker.id for marker in PAGE.markers[::4]])
    found = fit_page(detected, MARKERS, SIZE_MM, where.frame_px)
    assert found.flat_residual_mm > 0.3
    assert found.residual_mm < 0.1
    assert _error_mm(found, where) < 0.4


def test_lens_distortion_is_corrected():
    detected, where = _seen(Conditions(tilt_deg=10, lens_k1=-0.05, bend_mm=0, cockle_mm=0))
    assert _error_mm(fit_page(detected, MARKERS, SIZE_MM, where.frame_px), where) < 0.03


def test_markers_that_all_look_too_large_do_not_matter():
    detected, where = _seen(Conditions(bend_mm=1, cockle_mm=0), grown_px=-2.0)
    found = fit_page(detected, MARKERS, SIZE_MM, where.frame_px)
    assert found.growth_px == pytest.approx(-2.0, abs=0.1)
    assert _error_mm(found, where) < 0.03


def test_a_marker_in_the_wrong_place_is_ignored():
    detected, where = _seen(Conditions(bend_mm=1, cockle_mm=0))
    stray = detected[3]
    detected[3] = DetectedMarker(stray.id, stray.corners_px + 150)
    found = fit_page(detected, MARKERS, SIZE_MM, where.frame_px)
    assert stray.id not in found.used
    assert _error_mm(found, where) < 0.05


def test_three_markers_are_too_few():
    detected, where = _seen(Conditions())
    assert fit_page(detected[:3], MARKERS, SIZE_MM, where.frame_px) is None
