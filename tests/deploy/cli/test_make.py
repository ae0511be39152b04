"""``sonmat make`` from the sample photographs to a font, as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from PIL import Image

from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, SYLLABLES

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.jpg"))
NAME = "손맛 시험"


def sonmat_make(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from deploy.cli.main import main; main()", "make", *map(str, SAMPLES)]
    environment = os.environ | {"SONMAT_DATA": str(data)}
    return subprocess.run(
        [*command, "--name", NAME, "--out", str(out)], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The data folder and the output folder."""
    data, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("made") / "out"
    result = sonmat_make(data, out)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [str(path) for path in expected(out)]
    return data, out


def expected(out: Path) -> list[Path]:
    names = (f"{NAME}.ttf", f"{NAME}.woff2", "specimen.png", "specimen.pdf", "specimen.html", "report.json")
    return [out / name for name in names]


def test_exactly_these_files_are_written(folders: tuple[Path, Path]) -> None:
    _, out = folders
    assert sorted(out.iterdir()) == sorted(expected(out))
    with Image.open(out / "specimen.png") as picture:
        assert min(picture.size) > 500
        assert len(set(picture.convert("L").resize((200, 200)).tobytes())) > 10


def test_every_character_is_in_the_font_and_none_is_empty(folders: tuple[Path, Path]) -> None:
    _, out = folders
    for path in expected(out)[:2]:
        font = TTFont(path)
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        empty = []
        for char in (*SYLLABLES, *ASCII_PRINTABLE, *COMPATIBILITY_JAMO):
            pen = BoundsPen(glyphs)
            glyphs[names[ord(char)]].draw(pen)
            if pen.bounds is None:
                empty.append(char)
        assert empty == []


def test_the_report_says_what_was_read_and_what_it_cost(folders: tuple[Path, Path]) -> None:
    _, out = folders
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["set"] == "256"
    assert sorted(page["photo"] for page in report["pages"]) == ["page1.jpg", "page2.jpg", "page3.jpg"]
    cells = report["cells"]
    assert cells["read"] + len(cells["blank"]) + len(cells["flagged"]) == 256 + 94
    glyphs = report["glyphs"]
    assert glyphs["written"] == cells["read"]
    assert glyphs["written"] + glyphs["drawn"] + glyphs["seed"] == 11_172 + 94 + 51
    assert report["seed"]["name"]
    assert report["device"] in ("cpu", "cuda")
    assert list(report["stages"]) == ["capture", "hand", "seed", "adapt", "generate", "fontbuild", "specimen"]
    assert all(cost["seconds"] > 0 and cost["peak_memory_mib"] > 0 for cost in report["stages"].values())
    assert report["checks"]


def test_a_repeated_command_runs_no_stage_and_writes_the_same_font(folders: tuple[Path, Path], tmp_path: Path) -> None:
    data, out = folders
    result = sonmat_make(data, tmp_path / "again")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8"))
    assert all(cost["reused"] for cost in report["stages"].values())
    assert (tmp_path / "again" / f"{NAME}.ttf").read_bytes() == (out / f"{NAME}.ttf").read_bytes()
