"""The steps of separating ink, each on a page drawn for it."""

import cv2
import numpy as np
import pytest

from collector.capture.cell_strokes import Strokes
from collector.capture.cells import read_cells
from collector.capture.deblur import deblur, smooth_along
from collector.capture.ink import PageInk, remove_guides, separate_ink
from collector.capture.moire import without_pattern
from collector.capture.printed_labels import printed_labels
from collector.capture.ruled_paper import remove_ruling, without_ruling
from collector.instances import Cause, Verdict
from collector.simulator.written_page import print_pages
from templates.sheet import build_sheet

SHAPE = (3564, 2520)
LINE = 0.75


def _ruled(askew):
    page = np.ones((*SHAPE, 3), np.float32)
    for y in range(20, SHAPE[0], 84):
        cv2.line(page, (0, y), (SHAPE[1], y + round(askew * SHAPE[1])), (LINE, LINE, LINE), 3)
    return page


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("askew", [0.0, 0.008])
def test_lines_of_the_paper_are_divided_out_and_ink_is_kept(askew, upright):
    page = _ruled(askew)
    if upright:
        page = np.ascontiguousarray(cv2.resize(page, SHAPE).transpose(1, 0, 2))
    cv2.line(page, (1000, 1500), (1150, 1500), (0.1, 0.1, 0.1), 6)
    page = cv2.GaussianBlur(page, (0, 0), 1.5)
    before = (page[600:3000, 600:1900] < 0.9).mean()
    remove_ruling(page)
    assert before > 0.02
    assert (page[600:3000, 600:1900] < 0.9).mean() < 0.2 * before
    assert page[1499:1501, 1020:1130].max() < 0.3


def test_a_page_without_lines_stays_as_it_is():
    page = np.ones((*SHAPE, 3), np.float32)
    for x in range(258, 2000, 204):
        cv2.rectangle(page, (x, 1000), (x + 168, 1168), (0.6, 0.6, 0.6), 2)
    grey = np.asarray(page[..., 0] * 200, np.uint8)
    same = page.copy()
    remove_ruling(page)
    assert np.array_equal(page, same)
    assert np.array_equal(without_ruling(grey), grey)


def test_guides_are_divided_out_although_most_cells_are_out_of_the_picture():
    cells = build_sheet("100").pages[1].cells
    page = np.ones((*SHAPE, 3), np.float32)
    for cell in cells[:20]:
        corner, opposite = (
            (round(12 * (cell.x + side * cell.width)), round(12 * (cell.y + side * cell.height))) for side in (0, 1)
        )
        cv2.rectangle(page, corner, opposite, (0.6, 0.6, 0.6), 2)
    remove_guides(page, cells, cells[:20])
    assert page.min() > 0.99


def test_ink_all_round_a_cell_is_its_frame_and_not_a_letter():
    page = build_sheet("28").pages[0]
    ink = np.zeros(SHAPE, np.uint8)
    for cell, inset_mm in ((page.cells[0], -0.1), (page.cells[1], 1.5)):
        near, far = (
            (round(12 * (cell.x + inset_mm)), round(12 * (cell.y + inset_mm))),
            (round(12 * (cell.x + cell.width - inset_mm)), round(12 * (cell.y + cell.height - inset_mm))),
        )
        cv2.rectangle(ink, near, far, 255, 6)
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.8), np.uint8)
    darkness = np.asarray(ink / np.float32(255), np.float32)
    plane = PageInk(ink, darkness, 1.0, 0.01, 5.0, 1.0, np.zeros(SHAPE, np.bool_))
    used = tuple(marker.id for marker in page.markers)
    seen = np.ones(SHAPE, np.bool_)
    first, second, *_ = read_cells(plane, page, seen, used, np.zeros(len(page.cells)))
    assert first.finding.cause is Cause.FRAME
    assert first.finding.value > 0.9
    assert second.verdict is Verdict.GOOD


def test_a_thin_blurred_stroke_becomes_as_dark_as_a_thick_one_again():
    ink = np.zeros((300, 400), np.float32)
    ink[50:250, 100:104] = 0.6
    ink[50:250, 250:280] = 0.6
    seen = cv2.GaussianBlur(ink, (0, 0), 4.0) + np.random.default_rng(0).normal(0, 0.02, ink.shape).astype(np.float32)
    sharp, left_px = deblur(seen.astype(np.float32), 4.0, 0.02 / 0.6)
    middle = slice(100, 200)
    before, after = (plane[middle, 101:103].mean() / plane[middle, 260:270].mean() for plane in (seen, sharp))
    assert before < 0.5
    assert after > 1.3 * before
    assert left_px < 3.0


def test_a_sharp_photograph_is_left_alone():
    seen = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    same, left_px = deblur(seen, 1.2, 0.1)
    assert same is seen
    assert left_px == 1.2


@pytest.mark.parametrize("set_name", ["28", "100"])
def test_labels_are_known_where_the_pdf_prints_them(set_name):
    page = build_sheet(set_name).pages[-1]
    known = printed_labels(SHAPE, page.cells, 0.0)
    printed = print_pages(set_name)[page.index].min(axis=2) < 160
    inside = elsewhere = count = 0
    for cell in page.cells:
        x, y, width, height = (round(12 * length) for length in cell.label_area_mm)
        band = (slice(y, y + height), slice(x, x + width))
        inside += (known & printed)[band].sum()
        elsewhere += (known & ~printed)[band].sum()
        count += printed[band].sum()
    assert inside > 0.99 * count
    assert elsewhere < 2 * count


def test_noise_no_longer_breaks_a_pale_stroke_into_dashes():
    ink = np.zeros((300, 300), np.float32)
    cv2.line(ink, (40, 60), (260, 200), 0.3, 7, cv2.LINE_AA)
    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 0.8, ink.shape), (0, 0), 1.5)
    seen = np.asarray(cv2.GaussianBlur(ink, (0, 0), 1.5) + noise, np.float32)
    smooth = smooth_along(seen)
    middle = np.zeros(ink.shape, np.uint8)
    cv2.line(middle, (50, 66), (250, 194), 1, 1)
    bare = cv2.dilate(ink, np.ones((21, 21))) == 0
    weak_before, weak_after = ((plane[middle > 0] < 0.15).mean() for plane in (seen, smooth))
    assert weak_after < 0.3 * weak_before
    assert smooth[bare].std() < 0.7 * seen[bare].std()


def test_a_screens_pattern_goes_and_ink_stays():
    y, x = np.mgrid[:600, :800].astype(np.float32)
    # The bands of a screen seen askew bend: their frequency changes across the page.
    waves = 0.25 * np.cos(0.45 * x + 0.2 * y + 1e-4 * x * y) + 0.1 * np.cos(0.1 * x - 0.5 * y)
    ink = np.zeros(x.shape, np.float32)
    for left in range(80, 760, 160):
        cv2.line(ink, (left, 120), (left + 60, 480), 1.0, 8, cv2.LINE_AA)
    seen = np.asarray(ink + (1 - ink) * (0.1 + waves), np.float32)
    paper = cv2.dilate(ink, np.ones((15, 15))) == 0
    clean = without_pattern(seen, 0.1, 0.6)
    inner = (slice(64, -64), slice(64, -64))
    assert clean[inner][paper[inner]].std() < 0.35 * seen[inner][paper[inner]].std()
    assert np.abs(clean - seen)[ink > 0.9].max() < 0.05


def test_writing_on_a_screen_is_ink_in_spite_of_its_pattern():
    cells = build_sheet("100").pages[1].cells
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    light = 0.8 + 0.22 * np.cos(0.4 * x + 0.2 * y)
    written = np.zeros(SHAPE, np.uint8)
    for cell in cells[::2]:
        middle = (round(12 * (cell.x + cell.width / 2)), round(12 * (cell.y + cell.height / 2)))
        cv2.circle(written, middle, 40, 255, 8, cv2.LINE_AA)
    page = np.dstack([light * (1 - written / 255)] * 3).astype(np.float32)
    plane = separate_ink(page, cells, cells, 1.0)
    inside = cv2.dilate(written, np.ones((9, 9), np.uint8)) > 0
    middles = np.zeros(SHAPE, np.bool_)
    for cell in cells:
        middles[
            round(12 * cell.y) + 12 : round(12 * cell.y) + 156, round(12 * cell.x) + 12 : round(12 * cell.x) + 156
        ] = 1
    assert plane.level > 0.8
    assert (plane.ink[written > 250] >= 128).mean() > 0.95
    assert (plane.ink[middles & ~inside] >= 128).mean() < 0.01


def _plane(ink, darkness):
    return PageInk(ink, np.asarray(darkness, np.float32), 1.0, 0.01, 5.0, 1.0, np.zeros(SHAPE, np.bool_))


def test_what_is_dark_in_places_only_is_a_remainder_of_a_line():
    page = build_sheet("28").pages[0]
    left, top = (round(12 * side) for side in (page.cells[0].x, page.cells[0].y))
    ink, darkness = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.float32)
    for x, dark in ((30, 0.45), (90, 0.9)):
        ink[top + 60 : top + 64, left + x : left + x + 20] = 255
        darkness[top + 60 : top + 64, left + x : left + x + 20] = dark
    darkness[top + 61, left + 30 : left + 40] = 0.6
    mask = Strokes(_plane(ink, darkness), page.cells).mask(0, page.cells[0])
    assert not mask[34 + 60 : 34 + 64, 34 + 30 : 34 + 50].any()
    assert mask[34 + 60 : 34 + 64, 34 + 90 : 34 + 110].all()


def test_frames_in_place_locate_a_cell_far_from_the_markers():
    page = build_sheet("100").pages[0]
    top = sorted(page.markers, key=lambda marker: marker.y)[:6]
    nothing = _plane(np.zeros(SHAPE, np.uint8), np.zeros(SHAPE))
    hidden = len(page.cells) // 2
    causes = []
    for others_mm in (0.05, 1.5):
        off_mm = np.full(len(page.cells), others_mm)
        off_mm[hidden] = np.nan
        used = tuple(marker.id for marker in top)
        causes.append(read_cells(nothing, page, np.ones(SHAPE, np.bool_), used, off_mm)[hidden].finding.cause)
    assert causes == [Cause.EMPTY, Cause.OUT_OF_REACH]
