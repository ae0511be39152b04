"""The one state machine of a job, and the parts of its way.

QUEUED ──claim──► RUNNING ──► DONE
   ▲                 ├──────► QUEUED    handed over: the next part of the way is another worker's
   │                 ├──────► REFUSED   the writer can mend it: other photos, another name
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


class Part(StrEnum):
    """A stretch of the way from photographs to font that one kind of worker carries out; in the order of the way."""

    COLLECT = "collect"
    """Photographs to glyphs: processors."""
    DRAW = "draw"
    """Glyphs to all characters: the network, on a GPU where there is one."""
    BUILD = "build"
    """All characters to the font: processors."""

    def precedes(self, other: Part) -> bool:
        """Whether this part comes before the other on the way."""
        way = list(Part)
        return way.index(self) < way.index(other)


TERMINAL = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})
