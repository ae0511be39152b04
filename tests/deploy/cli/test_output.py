"""The output folder gets all files or none."""

import json
from pathlib import Path

import pytest

from deploy.cli.output import FolderRefusedError, check_folder, write_output


@pytest.fixture
def font(tmp_path: Path) -> Path:
    made = tmp_path / "made.ttf"
    made.write_bytes(b"font")
    return made


def test_files_and_documents_arrive_and_nothing_else(tmp_path: Path, font: Path) -> None:
    out = tmp_path / "받을" / "곳"
    paths = write_output({"엄마 글씨.ttf": font}, {"report.json": {"이름": "엄마"}}, out)
    assert paths == [out / "엄마 글씨.ttf", out / "report.json"]
    assert sorted(out.iterdir()) == sorted(paths)
    assert json.loads((out / "report.json").read_text()) == {"이름": "엄마"}


def test_older_files_are_replaced_and_others_stay(tmp_path: Path, font: Path) -> None:
    out = tmp_path / "out"
    write_output({"a.ttf": font}, {}, out)
    (out / "letter.txt").write_text("mine")
    font.write_bytes(b"newer")
    write_output({"a.ttf": font}, {}, out)
    assert (out / "a.ttf").read_bytes() == b"newer"
    assert sorted(path.name for path in out.iterdir()) == ["a.ttf", "letter.txt"]


def test_when_one_file_cannot_be_written_none_is(tmp_path: Path, font: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(FolderRefusedError):
        write_output({"a.ttf": font, "b.ttf": tmp_path / "missing"}, {}, out)
    assert not out.exists()


def test_a_file_is_refused_as_a_folder(tmp_path: Path, font: Path) -> None:
    for out in (font, font / "below"):
        with pytest.raises(FolderRefusedError, match=r"made\.ttf is a file"):
            check_folder(out)


def test_checking_a_folder_creates_nothing(tmp_path: Path) -> None:
    check_folder(tmp_path / "not" / "there")
    assert list(tmp_path.iterdir()) == []
