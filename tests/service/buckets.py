"""Fixture of an empty bucket on an S3-compatible server in this process."""

import uuid
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from collector.blobs import Bucket, BucketSettings, open_bucket


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The URL of moto's S3 server."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_endpoint: str) -> Bucket:
    """An empty bucket; everything lies under a prefix."""
    name = f"b{uuid.uuid4().hex}"
    client = boto3.client(
        "s3", endpoint_url=s3_endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket=name)
    return open_bucket(BucketSettings(f"s3://{name}/some/prefix", s3_endpoint, "us-east-1", "k", "s"))
