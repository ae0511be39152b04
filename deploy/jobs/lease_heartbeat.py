"""Keeps a lease while the work is done."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from collector.store import Lease, LeaseLostError, Store

HEARTBEATS_A_LEASE = 6


class LeaseHeartbeat:
    """``with LeaseHeartbeat(store, lease, lease_s): …`` holds the lease from a thread of its own."""

    def __init__(self, store: Store, lease: Lease, lease_s: float) -> None:
        self._store = store
        self._lease = lease
        self._lease_s = lease_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(self._lease_s / HEARTBEATS_A_LEASE):
            try:
                self._store.heartbeat(self._lease, self._lease_s)
            except LeaseLostError:
                return  # the next step of the run finds out and ends it
            except SQLAlchemyError:
                continue  # the database is away; it may come back before the lease runs out

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
