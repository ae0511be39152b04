"""Repeats a call while the database is unavailable, for example while it restarts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

log = logging.getLogger("sonmat.db_retry")

RETRY_EVERY_S = 1.0
MAX_WAIT_S = 300.0

T = TypeVar("T")


def retry_while_unavailable(call: Callable[[], T], max_wait_s: float = MAX_WAIT_S) -> T:
    """Returns the result of ``call``, repeated every second while the database is unavailable; it must be repeatable.

    Raises:
        OperationalError, InterfaceError: the database was unavailable for longer than ``max_wait_s``.
    """
    started_s = time.monotonic()
    while True:
        try:
            return call()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() - started_s > max_wait_s:
                raise
            log.warning("the database is unavailable, trying again: %s", error.orig)
            time.sleep(RETRY_EVERY_S)
