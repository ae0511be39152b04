"""The events and their form on the wire.

    {"id": "<uuid>", "type": "glyphs.ready", "version": 1, "job": "<uuid>", "at": "2026-03-01T12:00:00.123456+00:00",
     "data": {...}}

A type's version grows when a reader of the old form would misread the new one; adding a field that readers may
ignore does not. The Kafka key is the job's id, so that one job's events keep their order. ``id`` is the event's own:
it stays the same when the event is published again.

EventError
├── MalformedEventError    not JSON, a field missing or of a wrong type
└── UnknownEventError      a type or version that this program does not know: a newer program wrote it
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from collector.store import OutboxMessage, Phase


class EventError(Exception):
    """An event that cannot be read."""


class MalformedEventError(EventError):
    """Not an event at all."""


class UnknownEventError(EventError):
    """A type or version that this program does not know."""


class Event(BaseModel):
    """Something that happened to a job. Derive one class for each type."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str]
    """Where it goes; empty where that depends on what it says (``topic``)."""

    job: str

    @property
    def topic(self) -> str:
        """The topic of this very event."""
        return self.TOPIC


class PhotosReceived(Event):
    """Photographs were handed in: collectors read them."""

    TYPE = "photos.received"
    TOPIC = "sonmat.photos"


class GlyphsReady(Event):
    """The sheet was read, its glyphs are in the database: workers learn the hand and draw the rest."""

    TYPE = "glyphs.ready"
    TOPIC = "sonmat.glyphs"

    set_name: str
    written: int
    artifact: str


class DrawingsReady(Event):
    """Every character is drawn: collectors build the font."""

    TYPE = "drawings.ready"
    TOPIC = "sonmat.drawings"

    artifact: str


class JobWaits(Event):
    """A job waits for a part of its way: told again after silence, a pause, or a broker that forgot."""

    TYPE = "job.waits"
    TOPIC = ""

    part: Phase

    @property
    def topic(self) -> str:
        """Where those listen who take this part up."""
        return WORK_TOPICS[self.part]


class FontReady(Event):
    """The font is made."""

    TYPE = "font.ready"
    TOPIC = "sonmat.fonts"

    artifact: str


class JobFailed(Event):
    """The job ended without a font; ``by_writer`` tells whether the writer can mend it."""

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
"""Where workers hear of jobs that wait for their part."""
EVENT_TYPES: Mapping[tuple[str, int], type[Event]] = {
    (kind.TYPE, kind.VERSION): kind
    for kind in (PhotosReceived, GlyphsReady, DrawingsReady, JobWaits, FontReady, JobFailed)
}


class _Envelope(BaseModel):
    """The outer form, the same for every type and version."""

    id: uuid.UUID
    type: str
    version: int
    job: str
    at: AwareDatetime
    data: dict[str, Any]


def encode(event: Event) -> OutboxMessage:
    """The outbox message of an event, with an id of its own."""
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
    """The event of a payload.

    Raises:
        MalformedEventError: it is none, or its fields are not those of its type.
        UnknownEventError: a newer program's type or version.
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
