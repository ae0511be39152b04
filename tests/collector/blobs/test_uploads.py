"""Uploads in a folder and in an S3-compatible store keep the same promises; machines need not share a disk."""

from pathlib import Path

import pytest

from collector.blobs import Bucket, BucketSettings, UploadBucket, UploadFolder, Uploads, open_bucket
from collector.blobs.bucket import BucketUrlError


@pytest.fixture(params=["folder", "bucket"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Uploads, Uploads]:
    """Uploads as two machines see them."""
    if request.param == "folder":
        folder = UploadFolder(tmp_path / "uploads")
        return folder, folder
    bucket: Bucket = request.getfixturevalue("bucket")
    return UploadBucket(bucket, tmp_path / "one"), UploadBucket(bucket, tmp_path / "other")


def write(uploads: Uploads, project: str, name: str, content: bytes) -> None:
    path = uploads.folder / project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    uploads.keep(project, [name, "never-written.jpg"])


def test_a_photograph_is_seen_by_all_machines_until_it_is_deleted(
    machines: tuple[Uploads, Uploads],
) -> None:
    one, other = machines
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


@pytest.mark.parametrize("url", ["bucket", "s3://", "http://bucket/x"])
def test_a_setting_that_names_no_bucket_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(BucketUrlError, match="s3://bucket/prefix") as refusal:
        open_bucket(BucketSettings(url))
    assert "SONMAT_BLOBS" in refusal.value.korean
