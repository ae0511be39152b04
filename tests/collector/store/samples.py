"""Wishes, messages and readings that tests of store and events hand in."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from collector.instances import Cause, Finding, GlyphInstance, Notice, PhotoReading, Verdict, pack_ink
from collector.store import Job, NewJob, OutboxMessage, Photo
from templates.glyphs import GlyphImage
from templates.sheet import build_sheet


def new_job(name: str = "엄마 글씨") -> NewJob:
    """A wish whose key depends on its name alone."""
    photo = Photo("사진 1.jpg", hashlib.sha256(name.encode()).hexdigest(), 1234)
    return NewJob(photo.sha256, name, "all-rights-reserved", (photo, photo), {"english_name": "Mom"})


class Clock:
    """Time that a test holds in its hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def submitted(job: Job) -> OutboxMessage:
    """The event of a new job."""
    return OutboxMessage("sonmat.photos", job.id, {"name": job.name})


def glyph(char: str, shade: int = 255) -> GlyphImage:
    """A glyph of one stroke."""
    ink = np.zeros((30, 20), np.uint8)
    ink[5:25, 8:12] = shade
    return GlyphImage(char, ink, 168.0, (33.6, -1.5), 0.7 if char.isascii() else None)


def instance(char: str, shade: int = 255, sharpness: float = 0.8) -> GlyphInstance:
    """A good instance of one stroke."""
    return GlyphInstance(char, Verdict.GOOD, sharpness=sharpness, ink=pack_ink(glyph(char, shade)))


def flawed(char: str, cause: Cause = Cause.EMPTY) -> GlyphInstance:
    """An instance that is not good, for this cause."""
    finding = Finding(cause, 0.25, 0.5)
    return GlyphInstance(char, finding.verdict, finding)


def reading(
    number: int = 1,
    *instances: GlyphInstance,
    set_name: str = "28",
    page_index: int = 0,
    photo: str = "",
    blur_mm: float = 0.1 + 1 / 3,
) -> PhotoReading:
    """What was read in a photograph."""
    notices = (Notice("photo.soft", "흐립니다.", "It is soft."),)
    name = photo or f"{number}.jpg"
    return PhotoReading(name, number, set_name, page_index, 20, 24, 0.071, blur_mm, 0.0456, notices, instances)


def page_reading(
    number: int,
    verdicts: Mapping[str, Verdict] | None = None,
    *,
    set_name: str = "28",
    page_index: int = 0,
    photo: str = "",
    blur_mm: float = 0.1,
    shade: int = 255,
    sharpness: float = 0.8,
) -> PhotoReading:
    """A whole page, good but for the verdicts given."""
    causes = {cause: Finding(cause, 0, 0).verdict for cause in Cause}
    wrong = {
        char: next(c for c, said in causes.items() if said is verdict) for char, verdict in (verdicts or {}).items()
    }
    chars = [cell.char for cell in build_sheet(set_name).pages[page_index].cells]
    found = [flawed(char, wrong[char]) if char in wrong else instance(char, shade, sharpness) for char in chars]
    return reading(number, *found, set_name=set_name, page_index=page_index, photo=photo, blur_mm=blur_mm)
