"""Renews a lease from a thread while a job runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from collector.store import Lease, LeaseLostError, Store

HEARTBEATS_PER_LEASE = 6


class LeaseHeartbeat:
    """Renews the lease while the body of ``with LeaseHeartbeat(store, lease, lease_s):`` runs."""

    def __init__(self, store: Store, lease: Lease, lease_s: float) -> None:
        self._store = store
        self._lease = lease
        self._lease_s = lease_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="heartbeat", daemon=True)

    def _renew(self) -> None:
        while not self._stop.wait(self._lease_s / HEARTBEATS_PER_LEASE):
            try:
                self._store.heartbeat(self._lease, self._lease_s)
            except LeaseLostError:
                return  # the next write of the run fails and ends it
            except SQLAlchemyError:
                continue  # the database may be available again before the lease expires

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
