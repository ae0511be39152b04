"""What the parts of the store have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker


class Transactions:
    """A part of the store: it reads and writes in transactions of its own, and asks the store's clock."""

    def __init__(
        self, read: sessionmaker[Session], write: sessionmaker[Session], clock: Callable[[], datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._clock = clock
