"""What a reading process hands back: JSON, which is validated field by field when it is taken."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import to_json

from collector.instances import PhotoReading

_READINGS = TypeAdapter(list[PhotoReading], config=ConfigDict(val_json_bytes="base64"))


def to_message(answer: dict[str, Any]) -> bytes:
    """An answer as JSON; bytes are base64."""
    return to_json(answer, bytes_mode="base64")


def with_reading(found: dict[str, Any]) -> dict[str, Any]:
    """What was found in one photograph, its ``reading`` as the value that it was.

    Raises:
        ValueError: it is none.
    """
    if "reading" not in found:
        return found
    return {**found, "reading": _READINGS.validate_json(json.dumps([found["reading"]]))[0]}
