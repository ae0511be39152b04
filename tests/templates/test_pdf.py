"""The PDF as a printer sees it: markers where the sheet says, cells clean, labels in the font."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest
from fontTools.ttLib import TTFont

from templates import wording
from templates.charset import SET_NAMES, data_file
from templates.label_font import needed_chars
from templates.pdf import LINE_MM, write_pdf
from templates.sheet import ARUCO_DICTIONARY, QUIET_MM, build_sheet
from tests.conftest import missing

DPI = 150
PX_PER_MM = DPI / 25.4


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Set name and page index to the page in RGB, (H, W, 3)."""
    if shutil.which("pdftoppm") is None:
        missing("pdftoppm is not installed: apt-get install poppler-utils")
    folder = tmp_path_factory.mktemp("pdf")
    pages = {}
    for name in SET_NAMES:
        write_pdf(build_sheet(name), folder / "sheet.pdf")
        command = ["pdftoppm", "-r", str(DPI), "-png", folder / "sheet.pdf", folder / name]
        subprocess.run(command, check=True)
        for index, path in enumerate(sorted(folder.glob(f"{name}-*.png"))):
            pages[name, index] = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    return pages


def crop(image, x, y, width, height):
    left, top = round(x * PX_PER_MM), round(y * PX_PER_MM)
    return image[top : round((y + height) * PX_PER_MM), left : round((x + width) * PX_PER_MM)]


def test_every_marker_is_found_where_the_sheet_says(printed):
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, ARUCO_DICTIONARY))
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(dictionary, parameters)
    for name in SET_NAMES:
        for page in build_sheet(name).pages:
            corners, ids, _ = detector.detectMarkers(cv2.cvtColor(printed[name, page.index], cv2.COLOR_RGB2GRAY))
            found = dict(zip(ids.ravel().tolist(), (c.reshape(4, 2) / PX_PER_MM for c in corners), strict=True))
            assert set(found) == {marker.id for marker in page.markers}
            for marker in page.markers:
                square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * marker.size + (marker.x, marker.y)
                assert np.abs(found[marker.id] - square).max() < 0.15


def test_white_surrounds_every_marker(printed):
    for name in SET_NAMES:
        for page in build_sheet(name).pages:
            for m in page.markers:
                size = m.size + 2 * QUIET_MM
                area = crop(printed[name, page.index], m.x - QUIET_MM, m.y - QUIET_MM, size, size).copy()
                inner = round(0.9 * QUIET_MM * PX_PER_MM)
                area[inner:-inner, inner:-inner] = 255
                assert area.min() == 255, f"set {name} page {page.index} marker {m.id}"


def test_cells_hold_light_guides_only_and_their_labels_stand_above(printed):
    for name in SET_NAMES:
        for page in build_sheet(name).pages:
            image = printed[name, page.index]
            for cell in page.cells:
                inside = crop(image, cell.x, cell.y, cell.width, cell.height)
                assert inside[..., 0].min() >= 250, "guides vanish in the red channel"
                assert cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY).min() >= 190, "guides print as a light grey"
                assert (inside[..., 2] < 250).any(), "there are guides"
                x, y, width, height = cell.label_area_mm
                label = crop(image, x, y, width / 2, height - LINE_MM)
                assert (label[..., 2] < 200).sum() >= 4, f"label of {cell.char}"
                assert label[..., 0].min() >= 200, "labels nearly vanish in the red channel"


def test_the_same_sheet_gives_the_same_bytes(tmp_path):
    for name in "ab":
        write_pdf(build_sheet("28"), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_label_font_has_every_character_that_is_printed():
    with data_file("28").with_name("label.ttf").open("rb") as file:
        characters = TTFont(file).getBestCmap()
    assert {char for char in needed_chars() if ord(char) not in characters} == set()


def test_what_looks_alike_is_told_apart_by_its_hint():
    for alike in ("lI1|", "0Oo", "'`", ",.", "-_"):
        assert len({wording.hint(char) for char in alike}) == len(alike)
    assert wording.hint("가") == ""
