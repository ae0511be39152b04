"""What the store takes and gives: plain values, free of sessions and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from collector.instances import PhotoReading, Strokes


@dataclass(frozen=True)
class Photo:
    """One photograph as it was handed in."""

    name: str
    """The file's own name, without its folder: it tells the writer which photo is meant."""
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class NewJob:
    """A wish for a font."""

    key: str
    """Hash of the photos and params: asking twice for the same finds the same job."""
    name: str
    licence: str
    photos: tuple[Photo, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further params (English name, designer), JSON."""
    project_id: str | None = None
    """The writer's project in the web; None for a job of the command line, which no worker takes up."""


@dataclass(frozen=True, kw_only=True)
class JobStatus:
    """Where a job stands: a row of the jobs table without what was asked for, which may be megabytes of strokes."""

    id: str
    key: str
    name: str
    licence: str
    state: JobState
    phase: Phase
    """The phase of the way that it waits for or is in."""
    stage: str | None
    attempt: int
    owner: str | None
    lease_until: datetime | None
    heartbeat_at: datetime | None
    set_name: str | None
    seed: str | None
    error_code: str | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    project_id: str | None
    tries: int
    """How often it was taken up since it was last asked for."""
    retry_at: datetime | None
    progress: float
    """Share of the present stage that is done."""
    note: str
    """What is being done, for people."""


@dataclass(frozen=True, kw_only=True)
class Job(JobStatus):
    """One row of the jobs table at the time it was read."""

    options: Mapping[str, Any]
    report: Mapping[str, Any] | None


@dataclass(frozen=True)
class Lease:
    """The right to work on a job. ``attempt`` fences: an older holder's writes are refused."""

    job_id: str
    owner: str
    attempt: int


@dataclass(frozen=True)
class StageResult:
    """Under which key a stage's result lies, and what it cost when it was made."""

    stage: str
    key: str
    seconds: float
    peak_memory_mib: float


@dataclass(frozen=True)
class OutboxMessage:
    """An event to publish when, and only when, the transaction that wrote it commits."""

    topic: str
    key: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class StoredMessage:
    """An outbox row; ``id`` grows in the order of writing."""

    id: int
    message: OutboxMessage
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True)
class Project:
    """One writer's way from photographs to a font."""

    id: str
    name: str
    english_name: str
    designer: str
    licence: str
    created_at: datetime
    touched_at: datetime


@dataclass(frozen=True)
class Upload:
    """One photograph: ``reading`` where it was read, ``error`` (Korean and English lines) where not, neither before."""

    number: int
    name: str
    """As the writer's device called it: shown, never used as a path."""
    sha256: str
    size_bytes: int
    reading: PhotoReading | None
    """Its ink stays in the database."""
    error_code: str | None
    error: str | None
    created_at: datetime
    removed_at: datetime | None
    """When the photograph itself was deleted; what was read stays."""

    @property
    def is_unread(self) -> bool:
        """Whether it is still being read."""
        return self.reading is None and self.error is None


@dataclass(frozen=True)
class NewUpload:
    """A photograph that was just read or refused; with neither reading nor error one that waits for that."""

    name: str
    sha256: str
    size_bytes: int
    reading: PhotoReading | None = None
    error_code: str | None = None
    error: str | None = None

    def columns(self) -> dict[str, Any]:
        """What the photograph's own row holds; what was read has rows of its own."""
        return {name: value for name, value in vars(self).items() if name != "reading"}


@dataclass(frozen=True)
class Letter:
    """What the writer says about one letter."""

    char: str
    strokes: Strokes | None
    is_wrong: bool
    changed_at: datetime

    @property
    def is_drawn(self) -> bool:
        """Whether it was drawn again by hand."""
        return bool(self.strokes)


@dataclass(frozen=True)
class LetterMark:
    """What the writer says about one letter, without the strokes: those of a whole sheet are megabytes."""

    char: str
    is_drawn: bool
    is_wrong: bool


@dataclass(frozen=True)
class Worker:
    """A worker as it last showed itself."""

    id: str
    device: str
    job_id: str | None
    memory_mib: float
    done: int
    """Jobs it has brought to an end."""
    started_at: datetime
    heartbeat_at: datetime
    phases: tuple[Phase, ...] = ()
    """What it takes up."""


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


class Phase(StrEnum):
    """A stretch of the way from photographs to font that one kind of worker carries out; in the order of the way."""

    COLLECT = "collect"
    """Photographs to glyphs: processors."""
    DRAW = "draw"
    """Glyphs to all characters: the network, on a GPU where there is one."""
    BUILD = "build"
    """All characters to the font: processors."""

    def precedes(self, other: Phase) -> bool:
        """Whether this phase comes before the other on the way."""
        way = list(Phase)
        return way.index(self) < way.index(other)


TERMINAL = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})
