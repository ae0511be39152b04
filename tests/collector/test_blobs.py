"""Files in a folder and in an S3-compatible store keep the same promises; machines need not share a disk."""

import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from collector.blobs import Bucket, BucketSettings, UploadBucket, UploadFolder, Uploads, open_bucket
from collector.blobs.bucket import BucketUrlError
from deploy.pipeline.artifact_store import ArtifactFolder, Artifacts
from deploy.pipeline.artifact_store_s3 import ArtifactBucket


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, request: pytest.FixtureRequest) -> Bucket:
    name = f"b{abs(hash(request.node.name))}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket=name)
    return open_bucket(BucketSettings(f"s3://{name}/some/prefix", endpoint, "us-east-1", "k", "s"))


@pytest.fixture(params=["folder", "bucket"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Uploads, Uploads, Artifacts, Artifacts]:
    """Uploads and results as two machines see them."""
    if request.param == "folder":
        uploads, artifacts = UploadFolder(tmp_path / "uploads"), ArtifactFolder(tmp_path / "artifacts")
        return uploads, uploads, artifacts, artifacts
    own = request.getfixturevalue("bucket")
    one, other = (UploadBucket(own, tmp_path / name / "uploads") for name in ("one", "other"))
    here, there = (ArtifactBucket(own, tmp_path / name / "artifacts") for name in ("one", "other"))
    return one, other, here, there


def write(uploads: Uploads, project: str, name: str, content: bytes) -> None:
    path = uploads.folder / project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    uploads.keep(project, [name, "never-written.jpg"])


def test_a_photograph_is_seen_by_all_machines_until_it_is_deleted(
    machines: tuple[Uploads, Uploads, Artifacts, Artifacts],
) -> None:
    one, other, _, _ = machines
    write(one, "p", "photo-1.jpg", b"first")
    write(one, "p", "photo-11.jpg", b"eleventh")
    write(one, "q", "photo-1.jpg", b"somebody else's")
    fetched = other.fetch("p", "photo-1.jpg")
    assert fetched is not None and fetched.read_bytes() == b"first"
    assert other.fetch("p", "photo-2.jpg") is None
    one.remove("p", ["photo-1.jpg", "photo-2.jpg"])
    assert one.fetch("p", "photo-1.jpg") is None
    assert one.fetch("p", "photo-11.jpg") is not None
    one.forget("p")
    assert one.fetch("p", "photo-11.jpg") is None
    assert one.fetch("q", "photo-1.jpg") is not None


def keep(artifacts: Artifacts, key: str, content: bytes, facts: dict[str, int]) -> Path:
    with artifacts.draft() as draft:
        (draft / "deep").mkdir()
        (draft / "deep" / "font.ttf").write_bytes(content)
        return artifacts.keep(draft, "fontbuild", key, facts)


def test_a_result_is_found_whole_by_other_machines(
    machines: tuple[Uploads, Uploads, Artifacts, Artifacts],
) -> None:
    _, _, here, there = machines
    assert there.noted("fontbuild", "k") is None and there.find("fontbuild", "k") is None
    keep(here, "k", b"OTTO" * 1000, {"글자": 3})
    assert there.noted("fontbuild", "k") == {"글자": 3}
    folder = there.find("fontbuild", "k")
    assert folder is not None and (folder / "deep" / "font.ttf").read_bytes() == b"OTTO" * 1000
    here.remove("fontbuild", "k")
    assert here.noted("fontbuild", "k") is None and here.find("fontbuild", "k") is None


def test_two_that_make_the_same_at_once_leave_one_whole_result(
    machines: tuple[Uploads, Uploads, Artifacts, Artifacts],
) -> None:
    _, _, here, there = machines
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


@pytest.mark.parametrize("url", ["bucket", "s3://", "http://bucket/x"])
def test_a_setting_that_names_no_bucket_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(BucketUrlError, match="s3://bucket/prefix") as refusal:
        open_bucket(BucketSettings(url))
    assert "SONMAT_BLOBS" in refusal.value.korean
