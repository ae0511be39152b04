"""The one state machine of a job.

QUEUED ──claim──► RUNNING ──► DONE
   ▲                 ├──────► REFUSED   the writer can mend it: other photos, another name
   └──requeue────────┼──────► FAILED    a defect or a broken machine: an operator looks
                     └──(lease expired)──► RUNNING, held by another worker
"""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether nobody works on the job or will without being asked again."""
        return self in TERMINAL


TERMINAL = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})
