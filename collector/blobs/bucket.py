"""Reads and writes objects of an S3-compatible store (AWS, MinIO, Ceph, SeaweedFS …) by boto3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from templates.errors import PersonError

TIMEOUT_S = 20
TRIES = 5
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
DELETED_AT_ONCE = 1000
"""The largest number of keys in one DeleteObjects request of S3."""


class BucketUrlError(PersonError):
    """The setting is not the URL of a bucket."""

    code = "settings.blobs"

    def __init__(self, url: str) -> None:
        super().__init__(
            f"SONMAT_BLOBS의 값 ‘{url}’을 쓸 수 없습니다. s3://버킷/앞머리 꼴로 적거나 비워 두세요.",
            f"The value “{url}” of SONMAT_BLOBS cannot be used: write s3://bucket/prefix, or leave it empty.",
        )


class NotDeletedError(OSError):
    """The store did not delete what it was asked to delete."""


@dataclass(frozen=True)
class BucketSettings:
    """Address and credentials of a bucket; empty ones are looked up by boto3 (profile, machine's role)."""

    url: str
    """``s3://bucket/prefix``; the prefix may be empty."""
    endpoint: str = ""
    """URL of a store that is not AWS: ``http://host:port``."""
    region: str = ""
    key: str = ""
    secret: str = ""
    ca: str = ""
    """PEM file of the authority that signed the endpoint's certificate; empty: one that everybody trusts."""


@dataclass(frozen=True)
class Stored:
    """Name and time of one object."""

    name: str
    changed_at: datetime


class Bucket:
    """A bucket with objects such as ``uploads/<project>/photo-1.jpg``; threads may share it."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def put(self, name: str, source: Path) -> None:
        """Uploads a file, replacing an older object; completely or not at all."""
        self._client.upload_file(str(source), self._bucket, self._prefix + name)

    def get(self, name: str, target: Path) -> bool:
        """Downloads an object into a file, completely or not at all; False where there is no such object."""
        draft = target.with_name(f".{target.name}.draft")
        try:
            self._client.download_file(self._bucket, self._prefix + name, str(draft))
        except ClientError as error:
            if is_missing(error):
                return False
            raise
        draft.replace(target)
        return True

    def read(self, name: str) -> tuple[bytes, datetime] | None:
        """The bytes of a small object and the time it was written; None where there is no such object."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        return answer["Body"].read(), answer["LastModified"]

    def write(self, name: str, content: bytes) -> None:
        """Writes a small object, replacing an older one."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)

    def list(self, prefix: str) -> Iterator[Stored]:
        """All objects whose names start with ``prefix``."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        for page in pages:
            for each in page.get("Contents", []):
                yield Stored(each["Key"].removeprefix(self._prefix), each["LastModified"])

    def folders(self, prefix: str) -> Iterator[str]:
        """The part of the names between ``prefix`` and the next slash, each once."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix, Delimiter="/"
        )
        for page in pages:
            for each in page.get("CommonPrefixes", []):
                yield each["Prefix"].removeprefix(self._prefix + prefix).rstrip("/")

    def remove(self, prefix: str) -> None:
        """Deletes all objects whose names start with ``prefix``.

        Raises:
            NotDeletedError: the store says of some that it did not.
        """
        names = [{"Key": self._prefix + each.name} for each in self.list(prefix)]
        for at in range(0, len(names), DELETED_AT_ONCE):
            batch = {"Objects": names[at : at + DELETED_AT_ONCE], "Quiet": True}
            answer = self._client.delete_objects(Bucket=self._bucket, Delete=batch)
            if errors := answer.get("Errors"):
                raise NotDeletedError(f"{len(errors)} objects, the first for {errors[0].get('Code')}")


def open_bucket(settings: BucketSettings) -> Bucket:
    """Opens the bucket of the settings without a request to it.

    Raises:
        BucketUrlError: the setting names none.
    """
    parts = urlsplit(settings.url)
    if parts.scheme != "s3" or not parts.netloc:
        raise BucketUrlError(settings.url)
    client = boto3.client(
        "s3",
        endpoint_url=settings.endpoint or None,
        region_name=settings.region or None,
        aws_access_key_id=settings.key or None,
        aws_secret_access_key=settings.secret or None,
        verify=settings.ca or None,
        config=Config(
            connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, retries={"max_attempts": TRIES, "mode": "standard"}
        ),
    )
    return Bucket(client, parts.netloc, parts.path)


def is_missing(error: ClientError) -> bool:
    """Whether an error means that there is no such object."""
    return error.response.get("Error", {}).get("Code") in MISSING
