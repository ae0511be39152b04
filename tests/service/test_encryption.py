"""Database, broker and bucket over TLS: real servers whose certificates are checked; others are not talked to."""

import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import SSLError
from kafka.errors import KafkaError
from sqlalchemy.exc import OperationalError

from collector.blobs import BucketSettings, open_bucket
from collector.events import KafkaBus, KafkaOptions
from collector.store import OutboxMessage, open_store
from deploy.settings import Settings
from tests.conftest import missing
from tests.service.certificates import Certificate, make_certificate
from tests.service.servers import Broker, MariaDb, ObjectStore, Server, ServerMissingError, free_port
from tests.service.tls_proxy import TlsProxy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encryption")


@pytest.fixture(scope="module")
def certificate(folder: Path) -> Certificate:
    return make_certificate(folder, "server")


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Certificate:
    """An authority that signed none of the servers' certificates."""
    return make_certificate(folder, "stranger")


def started(server: Server) -> Iterator[Server]:
    try:
        with server:
            yield server
    except ServerMissingError as error:
        missing(str(error))


@pytest.fixture(scope="module")
def mariadb(folder: Path, certificate: Certificate) -> Iterator[Server]:
    try:
        server = MariaDb(folder / "mariadb", certificate)
    except ServerMissingError as error:
        missing(str(error))
    yield from started(server)


@pytest.fixture(scope="module")
def broker(folder: Path, certificate: Certificate) -> Iterator[str]:
    """The address of a broker behind a proxy: Tansu's own options for TLS exclude each other."""
    port = free_port()
    for server in started(Broker(folder / "broker", port)):
        with TlsProxy(port, server.port, certificate):
            yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def objects(folder: Path, certificate: Certificate) -> Iterator[Server]:
    yield from started(ObjectStore(folder / "objects", certificate))


def test_the_database_is_reached_by_tls(mariadb: MariaDb, certificate: Certificate) -> None:
    url = mariadb.create("encrypted")
    store = open_store(Settings(database=url, database_ca=str(certificate.ca)).database_url)
    with store.engine.connect() as connection:
        cipher = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Ssl_cipher'").fetchone()
    store.close()
    assert cipher is not None and cipher[1]


def test_a_database_with_another_certificate_is_not_talked_to(mariadb: MariaDb, stranger: Certificate) -> None:
    url = mariadb.create("forged")
    with pytest.raises(OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        open_store(Settings(database=url, database_ca=str(stranger.ca)).database_url)


def test_the_broker_is_reached_by_tls(broker: str, certificate: Certificate) -> None:
    bus, topic = KafkaBus(broker, options=KafkaOptions(ca=str(certificate.ca))), f"t-{uuid.uuid4().hex}"
    bus.create_topics([topic], 1)
    bus.publish([OutboxMessage(topic, "job", {"number": 1})])
    with bus.consume([topic], "group") as consumer:
        got = next(found for _ in range(60) if (found := consumer.poll(1.0)))
    bus.close()
    assert [each.payload for each in got] == [{"number": 1}]


def test_a_broker_with_another_certificate_is_not_talked_to(broker: str, stranger: Certificate) -> None:
    with pytest.raises((KafkaError, ssl.SSLError)):
        KafkaBus(broker, options=KafkaOptions(ca=str(stranger.ca))).create_topics(["t"], 1)


def test_the_bucket_is_reached_by_tls(objects: ObjectStore, certificate: Certificate, stranger: Certificate) -> None:
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=objects.endpoint, verify=str(certificate.ca), **keys).create_bucket(Bucket="bucket")
    assert objects.endpoint.startswith("https://")
    whole = open_bucket(BucketSettings("s3://bucket", objects.endpoint, "us-east-1", "k", "s", str(certificate.ca)))
    whole.write("name", b"content")
    assert (whole.read("name") or (b"",))[0] == b"content"
    forged = open_bucket(BucketSettings("s3://bucket", objects.endpoint, "us-east-1", "k", "s", str(stranger.ca)))
    with pytest.raises(SSLError):
        forged.read("name")
