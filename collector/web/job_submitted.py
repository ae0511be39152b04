"""The event that a job was submitted, by a writer or again by an operator."""

from __future__ import annotations

from collector.events import PhotosReceived, encode
from collector.store import JobStatus, OutboxMessage


def job_submitted(job: JobStatus) -> OutboxMessage:
    """Makes the event by which workers learn of a submitted job."""
    return encode(PhotosReceived(job=job.id))
