"""An S3-compatible store of a test's own."""

import uuid

import boto3
import pytest

from collector.blobs import Bucket, BucketSettings, open_bucket
from tests.service.servers import ObjectStore


@pytest.fixture
def bucket(object_store: ObjectStore) -> Bucket:
    """An empty bucket that nobody else uses."""
    name = f"bucket-{uuid.uuid4().hex}"
    access = {"region_name": "us-east-1", "aws_access_key_id": "k", "aws_secret_access_key": "s"}
    boto3.client("s3", endpoint_url=object_store.endpoint, **access).create_bucket(Bucket=name)
    return open_bucket(BucketSettings(f"s3://{name}/some/prefix", object_store.endpoint, "us-east-1", "k", "s"))
