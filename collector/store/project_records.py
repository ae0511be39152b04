"""What the service's part of the store takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.store.states import Part

Strokes = Sequence[Sequence[Sequence[float]]]
"""Lines of points (x, y) in em, y down, the em square's top left corner at (0, 0)."""


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
    reading: Mapping[str, Any] | None
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
    reading: Mapping[str, Any] | None = None
    error_code: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Letter:
    """What the writer says about one letter."""

    char: str
    strokes: Strokes | None
    is_wrong: bool
    changed_at: datetime


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
    parts: tuple[Part, ...] = ()
    """What it takes up."""
