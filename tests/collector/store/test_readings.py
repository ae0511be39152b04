"""Photographs that wait for their reading are read by one web process at a time, and by another when that dies."""

from collector.store import NewUpload, ReadingEnd, Store, TombstoneKind
from tests.collector.store.samples import reading


def test_a_silent_web_s_photographs_are_taken_over_and_its_own_verdict_comes_too_late(store: Store) -> None:
    store.projects.create("project")
    begun = [store.readings.begin("project", NewUpload(name, "", 0), "s-{}".format, "one", 0.0) for name in "ab"]
    assert begun == [1, 2]
    store.readings.hold("one", 60.0)
    assert store.readings.claim("other", 60.0, 9) == []
    store.readings.hold("one", -1.0)
    assert [(each.number, each.source, each.tries) for each in store.readings.claim("other", 60.0, 9)] == [
        (1, "s-1", 2),
        (2, "s-2", 2),
    ]
    read = NewUpload("a", "0" * 64, 1, reading=reading(1))
    assert store.readings.end("project", 1, "one", read) is ReadingEnd.TAKEN_OVER
    assert store.readings.end("project", 1, "other", read) is ReadingEnd.NOTED
    assert store.readings.end("project", 1, "one", read) is ReadingEnd.TAKEN_OVER
    store.projects.remove_upload("project", 2, ["s-2"])
    assert store.readings.end("project", 2, "other", read) is ReadingEnd.DELETED
    assert {each.name for each in store.tombstones.due(9) if each.kind is TombstoneKind.FILE} == {"s-1", "s-2"}


def test_a_pdf_that_is_opened_again_has_its_pages_once(store: Store) -> None:
    store.projects.create("project")
    store.readings.begin("project", NewUpload("scan.pdf #1", "", 0), "s-{}".format, "one", -1.0)
    for page in (2, 3):
        store.readings.begin("project", NewUpload(f"scan.pdf #{page}", "", 0), "s-{}".format, "one", -1.0, opened_by=1)
    assert [each.number for each in store.readings.claim("other", 60.0, 9)] == [1]
    assert [upload.number for upload in store.projects.uploads("project")] == [1]
