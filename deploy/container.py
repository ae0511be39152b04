"""Opens store, bus, files and job runner as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from collector.blobs import BucketSettings, UploadBucket, UploadFolder, drop_abandoned, open_bucket, owned_folder
from collector.events import Bus, KafkaBus, KafkaOptions, LocalBus
from collector.store import Store, open_store
from deploy.jobs.runner import JobRunner, Retries
from deploy.pipeline.artifact_store import COPIES, ArtifactFolder, Blobs
from deploy.pipeline.artifact_store_s3 import ArtifactBucket
from deploy.pipeline.engine import Plan
from deploy.pipeline.font_plan import font_plan
from deploy.settings import Settings

PRIVATE_FOLDER = 0o700


@contextmanager
def open_blobs(settings: Settings) -> Iterator[Blobs]:
    """Opens the files in the data folder or in the bucket; deletes this process's copies of them at the end.

    Raises:
        BucketUrlError: the setting is not the URL of a bucket.
    """
    make_data_folder(settings.data)
    if not settings.blobs:
        yield Blobs(ArtifactFolder(settings.data / "artifacts"), UploadFolder(settings.data / "uploads"))
        return
    with suppress(OSError):
        drop_abandoned(settings.data, COPIES)  # of processes that were killed
    bucket = open_bucket(
        BucketSettings(
            settings.blobs,
            settings.s3_endpoint,
            settings.s3_region,
            settings.s3_key,
            settings.s3_secret,
            settings.s3_ca,
        )
    )
    with owned_folder(settings.data, COPIES) as copies:
        artifacts, uploads = ArtifactBucket(bucket, copies / "artifacts"), UploadBucket(bucket, copies / "uploads")
        yield Blobs(artifacts, uploads)


def make_data_folder(folder: Path) -> None:
    """Makes the data folder, for its owner alone; another user's, as a mounted volume may be, stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(PRIVATE_FOLDER)


def open_bus(settings: Settings, store: Store) -> Bus:
    """Opens the bus that the settings name."""
    if settings.bus == "kafka":
        return open_kafka(settings)
    return LocalBus(store.outbox)


def open_kafka(settings: Settings) -> KafkaBus:
    """Opens the bus on Kafka."""
    options = KafkaOptions(
        ca=settings.kafka_ca,
        user=settings.kafka_user,
        password=settings.kafka_password,
        mechanism=settings.kafka_mechanism,
        replicas=settings.kafka_replicas,
        idempotence=settings.kafka_idempotence,
    )
    return KafkaBus(settings.kafka_servers, session_timeout_s=settings.kafka_session_s, options=options)


def make_retries(settings: Settings, max_tries: int) -> Retries:
    """Makes the rule by which failing jobs are retried."""
    return Retries(max_tries, settings.retry_s)


@dataclass(frozen=True)
class JobContext:
    """The objects that a process needs to carry out jobs."""

    runner: JobRunner
    store: Store
    blobs: Blobs


@contextmanager
def open_job_context(
    settings: Settings, plan: Plan | None = None, *, max_tries: int = 1, is_prepared: bool = False
) -> Iterator[JobContext]:
    """Opens a runner with its store, bus and files; closes them at the end.

    Args:
        plan: the stages; by default those of ``sonmat make``.
        max_tries: how often a failing job is tried.
        is_prepared: another process has migrated the database's schema.
    """
    with open_blobs(settings) as blobs:
        store = open_store(settings.database_url, is_prepared=is_prepared)
        bus = open_bus(settings, store)
        try:
            runner = JobRunner(
                store,
                bus,
                blobs.artifacts,
                plan or font_plan(),
                lease_s=settings.lease_s,
                keep_days=settings.keep_days,
                retries=make_retries(settings, max_tries),
            )
            yield JobContext(runner, store, blobs)
        finally:
            bus.close()
            store.close()
