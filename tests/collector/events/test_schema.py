"""Events are encoded and decoded; unknown ones are distinguished from malformed ones."""

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


def encoded(event: Event) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(json.dumps(encode(event).payload))
    return payload


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_encoded_events_are_decoded(event: Event) -> None:
    assert decode(encoded(event)) == event
    message = encode(event)
    assert (message.topic, message.key) == (event.TOPIC, "j1")


def test_every_event_has_an_id_of_its_own() -> None:
    assert encoded(EVENTS[0])["id"] != encoded(EVENTS[0])["id"]


def test_a_newer_program_may_add_fields() -> None:
    payload = encoded(EVENTS[0])
    payload["data"]["colour"] = "blue"
    payload["trace"] = "abc"
    assert decode(payload) == EVENTS[0]


@pytest.mark.parametrize("change", [{"version": 2}, {"type": "photos.burnt"}])
def test_unknown_types_and_versions_are_named(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownEventError, match=str(next(iter(change.values())))):
        decode(encoded(EVENTS[0]) | change)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"malformed": "b'\\xff'"},
        encoded(EVENTS[1]) | {"data": {}},
        encoded(EVENTS[1]) | {"data": {"set_name": "256", "written": "many", "artifact": "k"}},
        encoded(EVENTS[0]) | {"at": "yesterday"},
        encoded(EVENTS[0]) | {"id": 7},
    ],
)
def test_malformed_events_are_distinguished_from_unknown_ones(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedEventError):
        decode(payload)
