"""Operators' sessions that were ended before they ran out; all others are good as long as their signature is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from collector.store.models import EndedSessionRow
from collector.store.transactions import Transactions


class EndedSessions(Transactions):
    """Every method is one transaction, as in the store that this belongs to."""

    def end(self, session_id: str, lasts_s: float) -> None:
        """Ends a session that would run out within ``lasts_s``; what has run out by now is forgotten."""
        now = self._clock()
        with self._write.begin() as session:
            session.execute(delete(EndedSessionRow).where(EndedSessionRow.runs_out_at < now))
            session.merge(EndedSessionRow(id=session_id, runs_out_at=now + timedelta(seconds=lasts_s)))

    def has(self, session_id: str) -> bool:
        """Whether a session was ended."""
        with self._read() as session:
            return session.get(EndedSessionRow, session_id) is not None
