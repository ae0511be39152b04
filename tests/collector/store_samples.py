"""Wishes, messages and cells that tests of store and events hand in."""

import hashlib

import numpy as np

from collector.store import Cell, Job, NewJob, OutboxMessage, Photo
from templates.glyphs import GlyphImage


def new_job(name: str = "엄마 글씨") -> NewJob:
    """A wish whose key depends on its name alone."""
    photo = Photo("사진 1.jpg", hashlib.sha256(name.encode()).hexdigest(), 1234)
    return NewJob(photo.sha256, name, "all-rights-reserved", (photo, photo), {"english_name": "Mom"})


def submitted(job: Job) -> OutboxMessage:
    """The event of a new job."""
    return OutboxMessage("sonmat.photos", job.id, {"name": job.name})


def cell(char: str, shade: int = 255) -> Cell:
    """A cell with a glyph of one stroke."""
    ink = np.zeros((30, 20), np.uint8)
    ink[5:25, 8:12] = shade
    return Cell(char, "good", GlyphImage(char, ink, 168.0, (33.6, -1.5), 0.7 if char.isascii() else None))
