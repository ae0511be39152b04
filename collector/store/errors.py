"""What can go wrong with the store.

StoreError
├── JobNotFoundError            no job has this id
├── ProjectNotFoundError        no project has this id (``projects``)
├── ProjectFullError            the project has as many photographs as it may have (``projects``)
├── DrawingsFullError           the project's drawn letters take as many bytes as they may (``projects``)
├── IllegalTransitionError      the job's state does not allow this step
└── LeaseLostError              another worker holds the job now; whoever gets this stops and writes nothing more
"""

from __future__ import annotations


class StoreError(Exception):
    """The database cannot do what was asked."""


class JobNotFoundError(StoreError):
    """No job has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no job has the id {job_id}")


class IllegalTransitionError(StoreError):
    """The job's state does not allow this step."""

    def __init__(self, job_id: str, old: str, new: str) -> None:
        super().__init__(f"job {job_id} cannot go from {old} to {new}")


class LeaseLostError(StoreError):
    """Another worker holds the job now, or nobody does."""

    def __init__(self, job_id: str, owner: str) -> None:
        super().__init__(f"{owner} no longer holds the lease of job {job_id}")


class ProjectNotFoundError(StoreError):
    """No project has this id, or it was deleted."""

    def __init__(self, project_id: str) -> None:
        super().__init__(f"no project has the id {project_id}")


class ProjectFullError(StoreError):
    """The project has as many photographs as it may have."""

    def __init__(self, project_id: str, most: int) -> None:
        super().__init__(f"project {project_id} has {most} photographs already")


class DrawingsFullError(StoreError):
    """The project's drawn letters take as many bytes as they may."""

    def __init__(self, project_id: str, most_bytes: int) -> None:
        super().__init__(f"the drawings of project {project_id} would take more than {most_bytes} bytes")
