"""Events on the wire: what is written can be read, what is unknown is told from what is broken."""

import json
from typing import Any

import pytest

from collector.events import (
    Event,
    FontReady,
    GlyphsReady,
    JobFailed,
    MalformedEventError,
    PhotosReceived,
    UnknownEventError,
    decode,
    encode,
)

EVENTS = [
    PhotosReceived(job="j1"),
    GlyphsReady(job="j1", set_name="256", written=350, artifact="k"),
    FontReady(job="j1", artifact="k"),
    JobFailed(job="j1", stage="capture", code="photo.dark", reason="사진이 어둡습니다.", by_writer=True),
]


def wire(event: Event) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(json.dumps(encode(event).payload))
    return payload


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_what_is_written_can_be_read(event: Event) -> None:
    assert decode(wire(event)) == event
    message = encode(event)
    assert (message.topic, message.key) == (event.TOPIC, "j1")


def test_every_event_has_an_id_of_its_own() -> None:
    assert wire(EVENTS[0])["id"] != wire(EVENTS[0])["id"]


def test_a_newer_program_may_add_fields() -> None:
    payload = wire(EVENTS[0])
    payload["data"]["colour"] = "blue"
    payload["trace"] = "abc"
    assert decode(payload) == EVENTS[0]


@pytest.mark.parametrize("change", [{"version": 2}, {"type": "photos.burnt"}])
def test_unknown_types_and_versions_are_named(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownEventError, match=str(next(iter(change.values())))):
        decode(wire(EVENTS[0]) | change)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"malformed": "b'\\xff'"},
        wire(EVENTS[1]) | {"data": {}},
        wire(EVENTS[1]) | {"data": {"set_name": "256", "written": "many", "artifact": "k"}},
        wire(EVENTS[0]) | {"at": "yesterday"},
        wire(EVENTS[0]) | {"id": 7},
    ],
)
def test_broken_events_are_told_from_unknown_ones(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedEventError):
        decode(payload)
