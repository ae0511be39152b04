"""Readings on disk: one JSON document, ink in base64, which comes back exactly as it was saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from collector.instances.readings import PhotoReading


class _Document(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    readings: list[PhotoReading]


def save_readings(path: Path, readings: Sequence[PhotoReading]) -> None:
    """Writes readings with their ink."""
    path.write_text(_Document(readings=list(readings)).model_dump_json(), encoding="utf-8")


def load_readings(path: Path) -> list[PhotoReading]:
    """The readings that ``save_readings`` wrote."""
    return _Document.model_validate_json(path.read_bytes()).readings
