"""What a font is made from: who wrote it, what is still to be read, and what the database has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from collector.instances import Chosen, PhotoReading, SheetJudgement
from collector.store import LeaseTransaction


@dataclass(frozen=True)
class UnreadPhoto:
    """A photograph that is still to be read."""

    number: int
    """Its place among the photographs of this hand."""
    name: str
    """As its writer calls it."""
    sha256: str
    fetch: Callable[[], Path]
    """Brings it to this machine.

    Raises:
        PhotoError: it is no longer kept.
    """


class WrittenHand(Protocol):
    """The glyph instances of one hand, wherever they are kept."""

    def unread(self) -> Sequence[UnreadPhoto]:
        """The photographs of which nothing usable is kept yet."""

    def keep(self, work: LeaseTransaction, readings: Sequence[PhotoReading]) -> None:
        """Keeps what was read in them."""

    def judged(self) -> SheetJudgement:
        """What all that was read says together; without ink."""

    def inked(self) -> Sequence[Chosen]:
        """The instances that go into the font, with their ink."""
