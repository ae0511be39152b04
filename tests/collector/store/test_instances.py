"""What was read in photographs: rows that come back as they were, and go with whom they belong to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from collector.instances import Cause, GlyphInstance, PhotoReading, StoredInk, unpack_ink
from collector.store import NewUpload, ReadingEnd, Store, StoreError
from collector.store.models import InstanceRow, ReadingRow
from templates.hangul import COMPATIBILITY_JAMO
from tests.collector.store.samples import flawed, glyph, instance, new_job, reading, submitted

CHARS = ["a", "A", "ㄱ", "ㄲ", "\u1100", "가", "각", " ", "'", "\\", *COMPATIBILITY_JAMO[3:]]


def kept(given: PhotoReading) -> PhotoReading:
    """A reading as it comes back: its ink stays in the database until it is asked for."""
    return replace(given, instances=tuple(_light(each) for each in given.instances))


def _light(given: GlyphInstance) -> GlyphInstance:
    return given if given.ink is None else replace(given, ink=replace(given.ink, png=None))


def without_ids(readings: list[PhotoReading]) -> list[PhotoReading]:
    return [replace(each, instances=tuple(replace(i, id=None) for i in each.instances)) for each in readings]


def count(store: Store) -> tuple[int, int]:
    with store._read() as session:
        return session.query(ReadingRow).count(), session.query(InstanceRow).count()


def upload(store: Store, project: str, *readings: PhotoReading) -> None:
    store.projects.create(project)
    for each in readings:
        number = store.projects.next_upload(project)
        store.projects.add_upload(project, number, NewUpload(each.photo, "0" * 64, 1, each))


def test_readings_return_as_they_were_and_characters_do_not_mix(store: Store) -> None:
    given = reading(1, *(instance(char, 100 + k) for k, char in enumerate(CHARS)), flawed("뷁", Cause.PALE))
    upload(store, "p", given)
    back = store.instances.of_project("p")
    assert without_ids(back) == [kept(given)]
    assert back == [each.reading for each in store.projects.uploads("p")]
    good = [each for each in back[0].instances if each.is_good]
    for k, each in enumerate(store.instances.with_ink(good)):
        assert isinstance(each.ink, StoredInk)
        wanted, got = glyph(CHARS[k], 100 + k), unpack_ink(each.char, each.ink)
        assert np.array_equal(wanted.ink, got.ink)
        assert replace(wanted, ink=got.ink).__dict__ == got.__dict__


def test_the_same_ink_has_the_same_hash_and_another_place_another(store: Store) -> None:
    one, same, other = (instance("가").ink, instance("나").ink, instance("가", 254).ink)
    assert one is not None and same is not None and other is not None
    assert one.sha256 == same.sha256 != other.sha256


def test_a_reading_is_kept_whole_or_not_at_all(store: Store) -> None:
    store.projects.create("p")
    for _ in range(2):
        store.readings.begin("p", NewUpload("1.jpg", "", 0), "source-{}".format, "me", 60)
    twice = reading(1, instance("가"), instance("가"))
    with pytest.raises(IntegrityError):
        store.readings.end("p", 1, "me", NewUpload("1.jpg", "0" * 64, 1, twice))
    assert store.projects.uploads("p")[0].is_unread and count(store) == (0, 0)
    once = NewUpload("1.jpg", "0" * 64, 1, reading(1, instance("가")))
    assert store.readings.end("p", 1, "another", once) is ReadingEnd.TAKEN_OVER
    assert count(store) == (0, 0)
    assert store.readings.end("p", 1, "me", once) is ReadingEnd.NOTED
    assert not store.projects.uploads("p")[0].is_unread and count(store) == (1, 1)
    store.projects.remove_upload("p", 2, [])
    assert store.readings.end("p", 2, "me", once) is ReadingEnd.DELETED
    assert count(store) == (1, 1)


def test_whatever_is_deleted_takes_its_rows_along(store: Store) -> None:
    upload(store, "p", reading(1, instance("가")), reading(2, instance("나")))
    upload(store, "q", reading(1, instance("다")))
    store.projects.remove_upload("p", 1, [])
    assert [each.number for each in store.instances.of_project("p")] == [2]
    assert count(store) == (2, 2)
    store.projects.delete("p")
    assert count(store) == (1, 1)
    with pytest.raises(StoreError, match="가"):
        store.instances.with_ink([replace(instance("가"), id=10**6)])


def test_a_job_of_the_command_line_keeps_what_was_read_in_its_own_photographs(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    lease = store.claim(job.id, "me", 30)
    assert lease is not None
    first = [reading(0, instance("가"), photo="a.pdf #1"), reading(0, instance("나"), photo="a.pdf #3")]
    with store.lease_transaction(lease) as work:
        work.photos_read([*first, reading(1, instance("다"))], "one code")
        work.sheet_read("28")
    assert [(each.number, each.photo) for each in store.instances.of_job(job.id)] == [
        (0, "a.pdf #1"),
        (0, "a.pdf #3"),
        (1, "1.jpg"),
    ]
    sha = new_job().photos[0].sha256
    assert (store.instances.read_by(job.id, "one code"), store.instances.read_by(job.id, "another")) == ({sha}, set())
    with store.lease_transaction(lease) as work:
        work.photos_read([reading(0, instance("라"), photo="a.pdf #1")], "another")
    assert [each.instances[0].char for each in store.instances.of_job(job.id)] == ["라", "다"], (
        "read anew, in its place"
    )
    assert store.job(job.id).set_name == "28"


def test_of_uploads_some_can_be_asked_for(store: Store, tmp_path: Path) -> None:
    upload(store, "p", reading(1), reading(2), reading(3))
    assert [each.number for each in store.instances.of_project("p", [3, 1, 7])] == [1, 3]
    assert store.instances.of_project("p", []) == []
