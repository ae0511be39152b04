"""Small simulated photographs, taken once a run. The sheet's own label font is the hand: it knows every cell."""

from importlib import resources
from pathlib import Path

import cv2
import pytest

from collector.simulator import Conditions, FontWriter, Pen, Photograph, photograph
from templates.sheet import build_sheet

WIDTH_PX = 2000
EMPTY = (build_sheet("28").pages[0].cells[5].char, "~")
CALM = Conditions(tilt_deg=8, roll_deg=3, defocus_px=0.6, noise=1.0, jpeg_quality=90, seed=5)
CURLED = Conditions(
    pen=Pen.BLUE, tilt_deg=25, roll_deg=190, bend_mm=6, bend_deg=70, cockle_mm=0.3, covered_markers=0.2, seed=6
)


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def hand():
    return FontWriter(Path(str(resources.files("templates") / "data" / "label.ttf")))


class Camera:
    """Takes a photograph of a page and remembers the truth."""

    def __init__(self, hand: FontWriter, folder: Path) -> None:
        self.hand, self.folder, self.truth = hand, folder, {}

    def take(self, name, set_name, page, conditions=CALM, skip=frozenset()) -> Path:
        photo: Photograph = photograph(
            build_sheet(set_name), page, self.hand, conditions, width_px=WIDTH_PX, skip=frozenset(skip)
        )
        self.truth[name] = photo
        return photo.save(self.folder / f"{name}.jpg")


@pytest.fixture(scope="session")
def camera(hand, tmp_path_factory):
    return Camera(hand, tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="session")
def calm(camera):
    """The whole sheet of 28 on one calm photograph, two cells left empty."""
    return camera.take("calm", "28", 0, skip=EMPTY)


@pytest.fixture(scope="session")
def curled(camera):
    """The same sheet bulging 6 mm, upside down, markers covered, in blue ink."""
    return camera.take("curled", "28", 0, CURLED)


@pytest.fixture(scope="session")
def hundred(camera):
    """Both pages of the sheet of 100: Hangul, Latin."""
    return [camera.take("hangul", "100", 0), camera.take("latin", "100", 1)]
