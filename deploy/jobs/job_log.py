"""Writes a job's log lines, for operators, and pictures of the hand as it is learnt, for the writer."""

from __future__ import annotations

import io
import logging
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from collector.store import Lease, LeaseLostError, Store
from deploy.pipeline.engine import Outcome, Stage
from deploy.pipeline.request import SAMPLE

ADVANCE = 0.76
"""Distance from one syllable to the next, as a share of the frame that the network draws in."""
SPACE = 0.3
LEADING = 0.95


class JobLog:
    """Log of one attempt at a job; an observer of its run."""

    def __init__(self, store: Store, lease: Lease) -> None:
        self._store = store
        self._lease = lease

    def add_line(self, line: str) -> None:
        """Appends a line; a line that the database does not take is dropped."""
        with suppress(SQLAlchemyError):
            self._store.job_log.add_line(self._lease, line)

    def add_sketch(self, pictures: NDArray[np.uint8]) -> None:
        """Stores the letters of ``SAMPLE_TEXT`` as the network draws them now, (N, F, F) uint8, ink 255."""
        with suppress(SQLAlchemyError, LeaseLostError):  # the run itself finds out that the lease is lost
            self._store.job_log.add_sketch(self._lease, sketch_png(pictures))

    def stage_started(self, stage: Stage, key: str) -> None:
        """Logs the start of a stage."""
        self.add_line(f"{stage.name}: started")

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        """Does nothing: the job's row holds the progress."""

    def stage_finished(self, outcome: Outcome) -> None:
        """Logs the cost of a stage and the key of its result."""
        cost = f"{outcome.seconds:.1f} s, {outcome.peak_memory_mib:.0f} MiB"
        self.add_line(f"{outcome.stage.name}: {'reused, ' if outcome.reused else ''}{cost}, key {outcome.key[:12]}")


class JobLogHandler(logging.Handler):
    """Writes warnings and errors of the job's process into its log."""

    def __init__(self, job_log: JobLog) -> None:
        super().__init__(logging.WARNING)
        self._job_log = job_log
        self.addFilter(lambda record: not record.name.startswith("sqlalchemy"))  # writing a line must not log another
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record."""
        self._job_log.add_line(self.format(record))


def sketch_png(pictures: NDArray[np.uint8]) -> bytes:
    """Renders the lines of the sample as a PNG, black on transparent.

    Args:
        pictures: (N, F, F) uint8, ink 255; neighbours overlap, as a frame is wider than its letter.
    """
    side = pictures.shape[1]
    step, line_px, space = round(ADVANCE * side), round(LEADING * side), round(SPACE * side)
    width = max(step * len(line.replace(" ", "")) + space * line.count(" ") for line in SAMPLE) + side - step
    ink = np.zeros((line_px * (len(SAMPLE) - 1) + side, width), np.uint8)
    drawn = iter(pictures)
    for row, line in enumerate(SAMPLE):
        x, y = 0, row * line_px
        for char in line:
            if char == " ":
                x += space
                continue
            place = ink[y : y + side, x : x + side]
            np.maximum(place, next(drawn), out=place)
            x += step
    out = io.BytesIO()
    Image.merge("LA", (Image.new("L", ink.shape[::-1]), Image.fromarray(ink))).save(out, "PNG", optimize=True)
    return out.getvalue()
