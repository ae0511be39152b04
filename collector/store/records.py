"""What the store takes and gives: plain values, free of sessions and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collector.store.states import JobState, Part
from templates.glyphs import GlyphImage


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
    """Hash of the photos and wishes: asking twice for the same finds the same job."""
    name: str
    licence: str
    photos: tuple[Photo, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further wishes (English name, designer), JSON."""
    project_id: str | None = None
    """The writer's project in the web; None for a job of the command line, which no worker takes up."""


@dataclass(frozen=True)
class Job:
    """One row of the jobs table at the time it was read."""

    id: str
    key: str
    name: str
    licence: str
    options: Mapping[str, Any]
    state: JobState
    part: Part
    """The part of the way that it waits for or is in."""
    stage: str | None
    attempt: int
    owner: str | None
    lease_until: datetime | None
    heartbeat_at: datetime | None
    set_name: str | None
    seed: str | None
    error_code: str | None
    error: str | None
    report: Mapping[str, Any] | None
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


@dataclass(frozen=True)
class Lease:
    """The right to work on a job. ``attempt`` fences: an older holder's writes are refused."""

    job_id: str
    owner: str
    attempt: int


@dataclass(frozen=True)
class Cell:
    """What was read in one cell of the sheet; ``glyph`` is None where nothing usable was."""

    char: str
    verdict: str
    glyph: GlyphImage | None


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
