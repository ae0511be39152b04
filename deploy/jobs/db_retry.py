"""Waits for a database that is away: it is restarted, or another machine takes its place."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

log = logging.getLogger("sonmat.patience")

LOOK_AGAIN_S = 1.0
MOST_S = 300.0

T = TypeVar("T")


def retry_while_unavailable(step: Callable[[], T], most_s: float = MOST_S) -> T:
    """Does a step, once more each second while the database is away; the step must be one that may be repeated.

    Raises:
        OperationalError, InterfaceError: it has been away for longer than ``most_s``.
    """
    begun_s = time.monotonic()
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() - begun_s > most_s:
                raise
            log.warning("the database is away, waiting: %s", error.orig)
            time.sleep(LOOK_AGAIN_S)
