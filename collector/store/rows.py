"""A job's row as the plain value that the store hands out."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from collector.store.models import JobRow
from collector.store.records import Job, JobState, JobStatus, Phase

STATUS_COLUMNS = tuple(getattr(JobRow, field.name) for field in fields(JobStatus))


def to_job_status(row: JobRow) -> JobStatus:
    """Where the job of a row stands; columns beside ``STATUS_COLUMNS`` are not read."""
    return JobStatus(**_status(row))


def to_job(row: JobRow) -> Job:
    """The job of a row as it stands."""
    return Job(**_status(row), options=row.options, report=row.report)


def _status(row: JobRow) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(JobStatus)}
    return values | {"state": JobState(row.state), "phase": Phase(row.phase)}
