"""A job's row as the plain value that the store hands out."""

from __future__ import annotations

from collector.store.models import JobRow
from collector.store.records import Job, JobState, Phase


def to_job(row: JobRow) -> Job:
    """The job of a row as it stands."""
    return Job(
        id=row.id,
        key=row.key,
        name=row.name,
        licence=row.licence,
        options=row.options,
        state=JobState(row.state),
        phase=Phase(row.phase),
        stage=row.stage,
        attempt=row.attempt,
        owner=row.owner,
        lease_until=row.lease_until,
        heartbeat_at=row.heartbeat_at,
        set_name=row.set_name,
        seed=row.seed,
        error_code=row.error_code,
        error=row.error,
        report=row.report,
        created_at=row.created_at,
        updated_at=row.updated_at,
        project_id=row.project_id,
        tries=row.tries,
        retry_at=row.retry_at,
        progress=row.progress,
        note=row.note,
    )
