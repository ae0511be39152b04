"""What the web asks of whoever makes the fonts: the composition root answers, the web knows no other room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from collector.store import Job, Letter, NewJob, Project, Upload


@dataclass(frozen=True)
class StageInfo:
    """A stage as people see it."""

    name: str
    korean: str
    english: str
    usual_s: float
    """Seconds it takes where nothing is known of this machine yet."""
    is_learning: bool = False
    """Whether its result holds until other photographs come: letters written again do not repeat it."""
    option: str = ""
    """The option of a job without which it is skipped; empty for a stage that every job has."""


@dataclass(frozen=True)
class LicenceInfo:
    """A licence as people choose it."""

    value: str
    korean: str
    english: str


@dataclass(frozen=True)
class FontFiles:
    """The files of a finished font."""

    ttf: Path
    woff2: Path
    specimen: Path
    specimen_pdf: Path
    specimen_page: Path
    """One HTML file with the font inside, to write in without a network."""
    stem: str
    """The font's name as a safe file name, without ending."""
    key: str
    """Changes when the font does."""


class FontService(Protocol):
    """Makes fonts."""

    @property
    def stages(self) -> Sequence[StageInfo]:
        """All stages in their order."""

    @property
    def licences(self) -> Sequence[LicenceInfo]:
        """What a writer may choose, the default first."""

    def check_names(self, name: str, english_name: str, designer: str) -> None:
        """Raises PersonError where no font can be called so."""

    def new_job(self, project: Project, uploads: Sequence[Upload], letters: Sequence[Letter]) -> NewJob:
        """The job for a project as it stands; the same project gives the same key."""

    def files(self, job: Job) -> FontFiles | None:
        """The files of a finished job; None where they are no longer kept."""

    def delete_files(self, project_id: str) -> bool:
        """Deletes the files that tombstones of a project name; False where some are left, to be tried again."""
