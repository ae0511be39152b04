"""What a job of the service tells while it runs: lines for the operator, pictures of the learning for the writer."""

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
"""From one syllable to the next, as a share of the frame that the network draws in."""
SPACE = 0.3
LEADING = 0.95


class JobLog:
    """The diary of one attempt at a job; an observer of its run."""

    def __init__(self, store: Store, lease: Lease) -> None:
        self._store = store
        self._lease = lease

    def note(self, line: str) -> None:
        """One line; what cannot be written now is not worth breaking the job for."""
        with suppress(SQLAlchemyError):
            self._store.job_log.note(self._lease, line)

    def show(self, pictures: NDArray[np.uint8]) -> None:
        """The sample as it is drawn by now: (N, F, F), ink 255, one for each letter of ``SAMPLE_TEXT``."""
        with suppress(SQLAlchemyError, LeaseLostError):  # who lost the lease hears of it from the run itself
            self._store.job_log.draw(self._lease, sketch_png(pictures))

    def stage_started(self, stage: Stage) -> None:
        """JobRecorder what begins."""
        self.note(f"{stage.name}: begins")

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        """Nothing: the job's row tells this."""

    def stage_finished(self, outcome: Outcome) -> None:
        """JobRecorder what it cost."""
        cost = f"{outcome.seconds:.1f} s, {outcome.peak_memory_mib:.0f} MiB"
        self.note(f"{outcome.stage.name}: {'already made, ' if outcome.reused else ''}{cost}, key {outcome.key[:12]}")


class JobLogHandler(logging.Handler):
    """Puts warnings and errors of the job's process into its job_log."""

    def __init__(self, job_log: JobLog) -> None:
        super().__init__(logging.WARNING)
        self._job_log = job_log
        self.addFilter(lambda record: not record.name.startswith("sqlalchemy"))  # writing must not tell of writing
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """JobRecorder one record."""
        self._job_log.note(self.format(record))


def sketch_png(pictures: NDArray[np.uint8]) -> bytes:
    """The sample's lines as a PNG, black ink on nothing.

    Args:
        pictures: (N, F, F), ink 255; neighbours may overlap, for a frame is wider than its letter.
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
