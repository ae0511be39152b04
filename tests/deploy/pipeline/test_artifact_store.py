"""Results of stages are complete or absent, whatever happens while they are written."""

import os
import time
from pathlib import Path

import pytest

from deploy.pipeline.artifact_store import DAY_S, FACTS, ArtifactFolder


@pytest.fixture
def folder(tmp_path: Path) -> ArtifactFolder:
    return ArtifactFolder(tmp_path)


def keep(folder: ArtifactFolder, key: str, text: str = "ink") -> Path:
    with folder.draft() as draft:
        (draft / "glyphs").write_text(text)
        return folder.keep(draft, "capture", key, {"글자": 3})


def test_what_is_kept_is_found_with_its_facts(folder: ArtifactFolder) -> None:
    assert folder.find("capture", "k") is None
    place = keep(folder, "k")
    assert folder.find("capture", "k") == place
    assert folder.noted("capture", "k") == {"글자": 3}
    assert (place / "glyphs").read_text() == "ink"
    assert folder.find("seed", "k") is None


def test_a_draft_that_is_not_kept_leaves_nothing(folder: ArtifactFolder, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), folder.draft() as draft:
        (draft / "half").write_text("half")
        raise ZeroDivisionError
    assert list((tmp_path / "drafts").iterdir()) == []


def test_of_two_that_make_the_same_the_first_stays(folder: ArtifactFolder, tmp_path: Path) -> None:
    assert keep(folder, "k", "first") == keep(folder, "k", "second")
    assert (tmp_path / "capture" / "k" / "glyphs").read_text() == "first"
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_folder_without_facts_is_no_result(folder: ArtifactFolder, tmp_path: Path) -> None:
    (tmp_path / "capture" / "k").mkdir(parents=True)
    assert folder.find("capture", "k") is None


def test_only_what_was_long_unused_is_pruned(folder: ArtifactFolder, tmp_path: Path) -> None:
    old, used, fresh = keep(folder, "old"), keep(folder, "used"), keep(folder, "fresh")
    crashed = tmp_path / "drafts" / "crashed"
    crashed.mkdir()
    long_ago = time.time() - 31 * DAY_S
    for path in (old / FACTS, used / FACTS, crashed):
        os.utime(path, (long_ago, long_ago))
    assert folder.find("capture", "used") == used
    assert folder.prune(keep_days=30) == 2
    assert [path.exists() for path in (old, used, fresh, crashed)] == [False, True, True, False]
