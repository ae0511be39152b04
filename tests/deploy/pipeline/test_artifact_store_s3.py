"""Results in a folder and in an S3-compatible store keep the same promises; machines need not share a disk."""

import threading
from pathlib import Path

import pytest

from collector.blobs import Bucket
from deploy.pipeline.artifact_store import ArtifactFolder, Artifacts
from deploy.pipeline.artifact_store_s3 import ArtifactBucket


@pytest.fixture(params=["folder", "bucket"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Artifacts, Artifacts]:
    """Results as two machines see them."""
    if request.param == "folder":
        folder = ArtifactFolder(tmp_path / "artifacts")
        return folder, folder
    bucket: Bucket = request.getfixturevalue("bucket")
    return ArtifactBucket(bucket, tmp_path / "one"), ArtifactBucket(bucket, tmp_path / "other")


def keep(artifacts: Artifacts, key: str, content: bytes, facts: dict[str, int]) -> Path:
    with artifacts.draft() as draft:
        (draft / "deep").mkdir()
        (draft / "deep" / "font.ttf").write_bytes(content)
        return artifacts.keep(draft, "fontbuild", key, facts)


def test_a_result_is_found_whole_by_other_machines(
    machines: tuple[Artifacts, Artifacts],
) -> None:
    here, there = machines
    assert there.noted("fontbuild", "k") is None and there.find("fontbuild", "k") is None
    keep(here, "k", b"OTTO" * 1000, {"글자": 3})
    assert there.noted("fontbuild", "k") == {"글자": 3}
    folder = there.find("fontbuild", "k")
    assert folder is not None and (folder / "deep" / "font.ttf").read_bytes() == b"OTTO" * 1000
    here.remove("fontbuild", "k")
    assert here.noted("fontbuild", "k") is None and here.find("fontbuild", "k") is None


def test_two_that_make_the_same_at_once_leave_one_whole_result(
    machines: tuple[Artifacts, Artifacts],
) -> None:
    here, there = machines
    makers = [
        threading.Thread(target=keep, args=(where, "k", content * 1000, {"maker": number}))
        for number, (where, content) in enumerate([(here, b"a"), (there, b"b")])
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    for where in (here, there):
        folder = where.find("fontbuild", "k")
        assert folder is not None and set((folder / "deep" / "font.ttf").read_bytes()) in ({ord("a")}, {ord("b")})


def test_what_was_sent_only_in_part_is_no_result(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"half")
    bucket.put("artifacts/fontbuild/k/0123/font.ttf", tmp_path / "font.ttf")
    artifacts = ArtifactBucket(bucket, tmp_path / "copies")
    assert artifacts.noted("fontbuild", "k") is None and artifacts.find("fontbuild", "k") is None


def test_only_what_was_long_unused_is_pruned(bucket: Bucket, tmp_path: Path) -> None:
    artifacts = ArtifactBucket(bucket, tmp_path / "copies")
    keep(artifacts, "k", b"font", {})
    assert artifacts.prune(keep_days=1) == 0
    assert artifacts.noted("fontbuild", "k") == {}
    assert artifacts.prune(keep_days=-1) == 1
    assert artifacts.noted("fontbuild", "k") is None
    assert list(bucket.list("")) == []
