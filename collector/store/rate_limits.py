"""Limits how often somebody may ask for something, counted for all web processes together.

Source: the generic cell rate algorithm (ITU-T I.371, annex A): one moment a row stands for a bucket of tokens that
refills steadily, and one conditional UPDATE takes a token, so that processes that ask at once never take the same one.
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
"""Share of one token that may be missing: moments are kept as floating-point numbers."""
CLEAN_EVERY = 500
"""After so many calls in one process the rows of full buckets are deleted."""


class RateLimits:
    """Token buckets in the database; every call is one transaction."""

    def __init__(self, write: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._write = write
        self._clock = clock
        self._calls = 0

    def take(self, bucket: str, size: int, period_s: float, count: int = 1) -> bool:
        """Takes tokens from a bucket of ``size`` that refills within ``period_s``; False where it holds too few."""
        if count > size:
            return False
        now_s, token_s = self._clock().timestamp(), count * period_s / size
        taken = self._take_token(bucket, now_s, token_s, period_s) or self._create(bucket, now_s + token_s)
        # Another process may have created the bucket between our two tries.
        taken = taken or self._take_token(bucket, now_s, token_s, period_s)
        self._calls += 1
        if self._calls % CLEAN_EVERY == 0:
            with self._write.begin() as session:
                session.execute(delete(RateRow).where(RateRow.full_at_s < now_s))
        return taken

    def give_back(self, bucket: str, size: int, period_s: float) -> None:
        """Puts one token back into a bucket of ``size``."""
        change = update(RateRow).where(RateRow.bucket == bucket)
        with self._write.begin() as session:
            session.execute(
                change.values(full_at_s=RateRow.full_at_s - period_s / size),
                execution_options={"synchronize_session": False},
            )

    def _take_token(self, bucket: str, now_s: float, token_s: float, period_s: float) -> bool:
        start_s = case((RateRow.full_at_s > now_s, RateRow.full_at_s), else_=now_s)
        latest_s = now_s + period_s - token_s * (1.0 - ROUNDING)
        change = update(RateRow).where(RateRow.bucket == bucket, RateRow.full_at_s <= latest_s)
        with self._write.begin() as session:
            result = session.execute(
                change.values(full_at_s=start_s + token_s), execution_options={"synchronize_session": False}
            )
            return cast(CursorResult[Any], result).rowcount == 1

    def _create(self, bucket: str, full_at_s: float) -> bool:
        try:
            with self._write.begin() as session:
                session.add(RateRow(bucket=bucket, full_at_s=full_at_s))
        except IntegrityError:
            return False  # it exists, and was empty a moment ago
        return True
