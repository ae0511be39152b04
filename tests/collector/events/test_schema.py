"""Events are encoded and decoded; unknown ones are distinguished from malformed ones."""

import json
from typing import Any

import pytest

from collector.events import (
    DrawingsReady,
    Event,
    FontReady,
    GlyphsReady,
    JobFailed,
    JobWaits,
    MalformedEventError,
    PhotosReceived,
    UnknownEventError,
    decode,
    encode,
)
from collector.store import Phase

EVENTS = [
    PhotosReceived(job="j1"),
    GlyphsReady(job="j1"),
    FontReady(job="j1"),
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


FIRST_VERSIONS = [
    ("glyphs.ready", {"set_name": "256", "written": 350, "artifact": "k"}, GlyphsReady(job="j1")),
    ("drawings.ready", {"artifact": "k"}, DrawingsReady(job="j1")),
    ("font.ready", {"artifact": "k"}, FontReady(job="j1")),
    ("job.waits", {"part": "draw"}, JobWaits(job="j1", phase=Phase.DRAW)),
]


@pytest.mark.parametrize(("kind", "data", "event"), FIRST_VERSIONS, ids=lambda value: str(value))
def test_events_in_flight_from_the_version_before_are_understood(kind: str, data: dict[str, Any], event: Event) -> None:
    assert decode(encoded(EVENTS[0]) | {"type": kind, "version": 1, "data": data}) == event
    assert encoded(event)["version"] == 2
    assert decode(encoded(event)) == event


def test_events_say_no_more_than_somebody_reads() -> None:
    said = {event.TYPE: set(encoded(event)["data"]) for *_, event in FIRST_VERSIONS}
    assert said == {"glyphs.ready": set(), "drawings.ready": set(), "font.ready": set(), "job.waits": {"phase"}}


@pytest.mark.parametrize("change", [{"version": 2}, {"type": "photos.burnt"}])
def test_unknown_types_and_versions_are_named(change: dict[str, Any]) -> None:
    with pytest.raises(UnknownEventError, match=str(next(iter(change.values())))):
        decode(encoded(EVENTS[0]) | change)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"malformed": "b'\\xff'"},
        encoded(EVENTS[3]) | {"data": {}},
        encoded(EVENTS[3]) | {"data": EVENTS[3].model_dump() | {"by_writer": "perhaps"}},
        encoded(EVENTS[0]) | {"at": "yesterday"},
        encoded(EVENTS[0]) | {"id": 7},
    ],
)
def test_malformed_events_are_distinguished_from_unknown_ones(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedEventError):
        decode(payload)
