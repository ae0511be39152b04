"""Photographs that nobody has read yet to readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.instances import renamed, save_readings
from deploy.pipeline.stages.files import READINGS

if TYPE_CHECKING:
    from deploy.pipeline.engine import Progress, StageInput


def capture(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """Photographs to glyph instances; what an upload was read from already is not looked at."""
    from collector.capture import read_photos

    unread = given.request.written.unread()
    paths = [photo.fetch() for photo in unread]
    readings = []
    for reading in read_photos(paths, progress=progress):
        photo = unread[reading.number]
        readings.append(replace(renamed(reading, paths[reading.number].name, photo.name), number=photo.number))
    save_readings(out / READINGS, readings)
    return {"photographs": len(unread)}
