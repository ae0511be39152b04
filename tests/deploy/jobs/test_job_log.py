"""The log of one attempt at a job takes warnings of every library, and pictures of the sample."""

import io
import logging

import numpy as np
from PIL import Image

from collector.store import Store
from deploy.jobs.job_log import JobLog, JobLogHandler, sketch_png
from deploy.pipeline.request import SAMPLE_TEXT
from tests.collector.store.samples import new_job, submitted


def test_warnings_of_libraries_are_lines_of_the_log(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    lease = store.claim(job.id, "worker-7", 60)
    assert lease is not None
    handler, logger = JobLogHandler(JobLog(store, lease)), logging.getLogger("a library")
    logger.addHandler(handler)
    logger.info("not worth a line")
    logger.warning("memory runs <low>")
    logger.removeHandler(handler)
    assert [line.line for line in store.job_log.lines(job.id)] == ["WARNING a library: memory runs <low>"]


def test_the_sample_is_drawn_in_two_lines_of_black_on_nothing() -> None:
    pictures = np.full((len(SAMPLE_TEXT), 96, 96), 255, np.uint8)
    picture = Image.open(io.BytesIO(sketch_png(pictures)))
    assert picture.size[0] > 2 * picture.size[1]
    assert picture.getchannel("A").getextrema() == (0, 255)
    assert picture.getchannel("L").getextrema() == (0, 0)
