"""Properties of every fitted contour: nothing crosses, extremes are points, and the glyph table keeps all points."""

import numpy as np
import pytest
from fontTools.ttLib import newTable

from fontbuild.opentype.glyf import outline_record
from fontbuild.outlines.arcs import Arcs
from fontbuild.outlines.crossings import crossing_contours, crossing_lines
from fontbuild.outlines.extrema import split_at_extrema
from fontbuild.outlines.outline import Outline
from fontbuild.outlines.quadratic import QuadraticContour
from fontbuild.outlines.sampling import sample
from fontbuild.outlines.segments import Joint, find_segments
from templates.glyphs import Source

TURN = np.exp(2j * np.pi * np.arange(12) / 12)


def arcs_of(*contours):
    """Arcs with the given controls, their tips halfway between."""
    control = np.concatenate(contours).astype(np.complex64)
    tip = np.concatenate([(line + np.roll(line, -1)) / 2 for line in contours]).astype(np.complex64)
    contour = np.repeat(np.arange(len(contours)), [len(line) for line in contours])
    place = np.arange(len(control))
    joint = np.full(len(control), Joint.SMOOTH)
    return Arcs(place, place + 1, joint, contour, control, tip, np.zeros(len(control), bool))


def outermost(arcs, contour):
    """How far the contour reaches, and how far its on-curve points do, to the right, left, top and bottom."""
    mine = arcs.select(arcs.contour == contour)
    start, t = np.roll(mine.tip, 1)[:, None], np.linspace(0, 1, 50)
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * mine.control[:, None] + t**2 * mine.tip[:, None]
    sides = (1, -1, -1j, 1j)
    return [[float((line * side).real.max()) for side in sides] for line in (curve, mine.tip)]


def test_an_arc_is_split_where_it_reaches_farthest_and_the_curve_stays():
    egg = 300 * TURN * np.exp(0.2j) + 40 * TURN**2
    arcs = arcs_of(egg, 200 * TURN)
    whole = split_at_extrema(arcs)
    for contour in (0, 1):
        curve, tips = outermost(whole, contour)
        assert tips == pytest.approx(curve, abs=0.51)
        assert outermost(arcs, contour)[0] == pytest.approx(curve, abs=0.05), "the curve itself has not moved"
    assert len(arcs.start) < len(whole.start) <= len(arcs.start) + 8
    assert (arcs.joint == Joint.SMOOTH).all(), "what was given stays as it was"


def test_lines_that_cross_are_found_and_those_that_touch_nothing_are_not():
    round_, knot = 100 * TURN, 100 * TURN[[0, 1, 2, 5, 4, 3, 6, 7, 8, 9, 10, 11]]
    assert crossing_lines([round_, 2 * round_]).tolist() == []
    assert crossing_lines([round_, knot + 500]).tolist() == [1]
    assert crossing_lines([round_, round_ + 150]).tolist() == [0, 1]


def test_a_knot_and_a_neck_that_closed_are_found():
    ring = [cubic(300 * TURN)]
    neck = np.array([0, 200, 200 + 100j, 104 + 100j, 104 + 200j, 200 + 200j, 200 + 300j, 300j, 200j, 96 + 200j])
    thin = np.r_[neck, 96 + 100j, 100j]
    segments = find_segments(sample([*ring, cubic(thin)]))
    closed = thin.copy()
    closed[[3, 4]] -= 16
    pinched = arcs_of(300 * TURN, closed)
    pinched.joint[:] = Joint.CORNER
    assert crossing_contours(segments, arcs_of(300 * TURN, 300 * TURN)).tolist() == []
    assert crossing_contours(
        segments, arcs_of(300 * TURN, 300 * TURN[[0, 1, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11]])
    ).tolist() == [1]
    assert crossing_contours(segments, pinched).tolist() == [1]


def cubic(corners):
    """A polygon as potrace gives it, controls on the chords."""
    ends = np.roll(corners, -1)
    segments = np.stack([corners + (ends - corners) / 3, ends - (ends - corners) / 3, ends], axis=1)
    return np.stack([segments.real, segments.imag], axis=2)


def test_packed_glyphs_read_back_as_they_were():
    chance = np.random.default_rng(5)
    steps = np.r_[
        chance.integers(-3, 4, (400, 2)), chance.integers(-900, 900, (60, 2)), [(0, 256), (-256, 0), (255, -255)]
    ]
    contours = [np.cumsum(part, axis=0) for part in np.split(steps, [300, 420])]
    on_curve = [np.arange(len(part)) % 7 > 2 for part in contours]
    outline = Outline(
        "가",
        tuple(QuadraticContour(p.astype(float), o) for p, o in zip(contours, on_curve, strict=True)),
        (0.0, 0.0, 1.0, 1.0),
        np.full((70, 2), np.nan),
        0.0,
        None,
        Source.DRAWN,
    )
    record = outline_record(outline, 800)
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = ["uniAC00"], {"uniAC00": record.glyph}
    points, ends, flags = glyf["uniAC00"].getCoordinates(glyf)
    distinct = [(p != np.roll(p, 1, axis=0)).any(axis=1) for p in contours]
    wanted = [p[kept] for p, kept in zip(contours, distinct, strict=True)]
    assert list(points) == [tuple(point) for point in np.concatenate(wanted).tolist()]
    assert [bool(flag & 1) for flag in flags] == np.concatenate(
        [o[kept] for o, kept in zip(on_curve, distinct, strict=True)]
    ).tolist()
    assert ends == (np.cumsum([len(part) for part in wanted]) - 1).tolist()
    everything = np.concatenate(wanted)
    assert record.bounds == (*everything.min(axis=0).tolist(), *everything.max(axis=0).tolist())
