"""How fast somebody may ask for something, counted for all web processes together.

Source: the generic cell rate algorithm (ITU-T I.371, annex A): one moment a row stands for a bucket that refills
steadily, and one conditional UPDATE takes from it, so that processes that ask at once never take the same drop.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, case, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from collector.store.models import RateRow

ROUNDING = 1e-3
"""Share of one drop that may be missing: moments are kept as floating-point numbers."""
TIDY_EVERY = 500
"""After so many drops of one process the rows of full buckets are deleted; they say nothing."""


class Rates:
    """Every method is one transaction, as in the store that this belongs to."""

    def __init__(self, write: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._write = write
        self._clock = clock
        self._spent = 0

    def spend(self, bucket: str, most: int, period_s: float) -> bool:
        """Takes one drop of a bucket of ``most``, which refills within ``period_s``; False where it is empty."""
        now_s, drop_s = self._clock().timestamp(), period_s / most
        taken = self._take(bucket, now_s, drop_s, period_s) or self._fill(bucket, now_s + drop_s)
        # Another process may have filled it between our two tries.
        taken = taken or self._take(bucket, now_s, drop_s, period_s)
        self._spent += 1
        if self._spent % TIDY_EVERY == 0:
            with self._write.begin() as session:
                session.execute(delete(RateRow).where(RateRow.full_at_s < now_s))
        return taken

    def _take(self, bucket: str, now_s: float, drop_s: float, period_s: float) -> bool:
        start_s = case((RateRow.full_at_s > now_s, RateRow.full_at_s), else_=now_s)
        latest_s = now_s + period_s - drop_s * (1.0 - ROUNDING)
        change = update(RateRow).where(RateRow.bucket == bucket, RateRow.full_at_s <= latest_s)
        with self._write.begin() as session:
            result = session.execute(
                change.values(full_at_s=start_s + drop_s), execution_options={"synchronize_session": False}
            )
            return cast(CursorResult[Any], result).rowcount == 1

    def _fill(self, bucket: str, full_at_s: float) -> bool:
        try:
            with self._write.begin() as session:
                session.add(RateRow(bucket=bucket, full_at_s=full_at_s))
        except IntegrityError:
            return False  # there is one, and it was empty a moment ago
        return True
