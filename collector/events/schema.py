"""Defines the events and their JSON form.

    {"id": "<uuid>", "type": "job.waits", "version": 2, "job": "<uuid>", "at": "2026-03-01T12:00:00.123456+00:00",
     "data": {"phase": "draw"}}

An event says what some consumer reads, and no more: which job to look at; the job's row has the rest.

A type's version is raised when a consumer of the old form would misread the new one; a new field that consumers may
ignore leaves it. Events of every earlier version are still decoded: some are in flight when a program is replaced.

The Kafka key is the job's id, so that one job's events keep their order. ``id`` identifies the event
and stays the same when it is published again.

EventError
├── MalformedEventError    not JSON, a field missing or of a wrong type
└── UnknownEventError      a type or version that this program does not know, written by a newer one
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from collector.store import OutboxMessage, Phase


class EventError(Exception):
    """A message cannot be decoded."""


class MalformedEventError(EventError):
    """A message is not an event, or its fields are not those of its type."""


class UnknownEventError(EventError):
    """An event has a type or version that this program does not know."""


class Event(BaseModel):
    """Base of all events, one class for each type."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str]
    """The topic of this type; empty where it depends on the event (see ``topic``)."""

    job: str

    @property
    def topic(self) -> str:
        """The topic that this event is published on."""
        return self.TOPIC


class PhotosReceived(Event):
    """A job was submitted; collectors read its photographs."""

    TYPE = "photos.received"
    TOPIC = "sonmat.photos"


class GlyphsReady(Event):
    """The sheet was read; workers learn the hand and draw the other characters."""

    TYPE = "glyphs.ready"
    VERSION = 2
    TOPIC = "sonmat.glyphs"


class DrawingsReady(Event):
    """Every character is drawn; collectors build the font."""

    TYPE = "drawings.ready"
    VERSION = 2
    TOPIC = "sonmat.drawings"


class JobWaits(Event):
    """A job waits for a phase; sent again after an expired lease, a pause, or a loss of the broker's events."""

    TYPE = "job.waits"
    VERSION = 2
    TOPIC = ""

    phase: Phase = Field(validation_alias=AliasChoices("phase", "part"))
    """Version 1 called it ``part``."""

    @property
    def topic(self) -> str:
        """The topic that workers of this phase consume."""
        return WORK_TOPICS[self.phase]


class FontReady(Event):
    """The job ended with a font."""

    TYPE = "font.ready"
    VERSION = 2
    TOPIC = "sonmat.fonts"


class JobFailed(Event):
    """The job ended without a font; ``by_writer``: the writer can mend it."""

    TYPE = "job.failed"
    TOPIC = "sonmat.failures"

    stage: str
    code: str
    reason: str
    by_writer: bool


WORK_TOPICS: Mapping[Phase, str] = {
    Phase.COLLECT: PhotosReceived.TOPIC,
    Phase.DRAW: GlyphsReady.TOPIC,
    Phase.BUILD: DrawingsReady.TOPIC,
}
"""The topic that workers of a phase consume, by phase."""
EVENT_TYPES: Mapping[tuple[str, int], type[Event]] = {
    (kind.TYPE, version): kind
    for kind in (PhotosReceived, GlyphsReady, DrawingsReady, JobWaits, FontReady, JobFailed)
    for version in range(1, kind.VERSION + 1)
}


class _Envelope(BaseModel):
    """The outer JSON object, the same for every type and version."""

    id: uuid.UUID
    type: str
    version: int
    job: str
    at: AwareDatetime
    data: dict[str, Any]


def encode(event: Event) -> OutboxMessage:
    """Encodes an event as an outbox message with a new id."""
    envelope = _Envelope(
        id=uuid.uuid4(),
        type=event.TYPE,
        version=event.VERSION,
        job=event.job,
        at=datetime.now(UTC),
        data=event.model_dump(mode="json", exclude={"job"}),
    )
    return OutboxMessage(event.topic, event.job, envelope.model_dump(mode="json"))


def decode(payload: Mapping[str, Any]) -> Event:
    """Decodes the payload of a message.

    Raises:
        MalformedEventError: it is not an event, or its fields are not those of its type.
        UnknownEventError: this program does not know its type or version.
    """
    try:
        envelope = _Envelope.model_validate(payload)
    except ValidationError as error:
        raise MalformedEventError(f"not an event: {error}") from error
    kind = EVENT_TYPES.get((envelope.type, envelope.version))
    if kind is None:
        raise UnknownEventError(f"event {envelope.id} is a {envelope.type!r} of version {envelope.version}")
    try:
        return kind.model_validate(envelope.data | {"job": envelope.job})
    except ValidationError as error:
        raise MalformedEventError(f"event {envelope.id}, {envelope.type!r}: {error}") from error
