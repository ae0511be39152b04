"""Stores files that several machines share, in a folder or in an S3-compatible store.

    uploads = UploadFolder(root)                      # or UploadBucket(bucket, copies)
    uploads.keep(project, [name])                     # shares what was written into uploads.folder / project
    path = uploads.fetch(project, name)               # a path on this machine; None where there is no such file

``Bucket`` wraps the few operations of S3 that Sonmat needs.
"""

from collector.blobs.bucket import Bucket, BucketSettings, open_bucket
from collector.blobs.folders import delete_folder, drop_abandoned, owned_folder
from collector.blobs.uploads import (
    INCOMING,
    UploadBucket,
    UploadFolder,
    Uploads,
    file_names,
    photo_path,
    picture_path,
    source_path,
)

__all__ = [
    "INCOMING",
    "Bucket",
    "BucketSettings",
    "UploadBucket",
    "UploadFolder",
    "Uploads",
    "delete_folder",
    "drop_abandoned",
    "file_names",
    "open_bucket",
    "owned_folder",
    "photo_path",
    "picture_path",
    "source_path",
]
