"""A project's names, photographs and letters, and how long it is kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.store import NewUpload, ProjectNotFoundError, Store
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock, instance, reading

LINES = [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.5]]]


@pytest.fixture
def project(timed_store: Store) -> str:
    timed_store.projects.create("project")
    return "project"


def test_a_project_is_named_and_found(timed_store: Store, clock: Clock, project: str) -> None:
    begun = clock.now
    clock.pass_s(60)
    timed_store.projects.call(project, "엄마 글씨", "Mom", "김", "ofl")
    found = timed_store.projects.find(project)
    assert (found.name, found.english_name, found.designer, found.licence) == ("엄마 글씨", "Mom", "김", "ofl")
    assert (found.created_at, found.touched_at) == (begun, clock.now)


def test_an_unknown_project_is_named_whatever_is_asked_of_it(timed_store: Store) -> None:
    projects = timed_store.projects
    for ask in (
        lambda: projects.find("nobody"),
        lambda: projects.call("nobody", "", "", "", ""),
        lambda: projects.next_upload("nobody"),
        lambda: projects.add_upload("nobody", 1, NewUpload("a.jpg", "", 1)),
        lambda: projects.mark_letter("nobody", "가", True),
        lambda: projects.delete("nobody"),
    ):
        with pytest.raises(ProjectNotFoundError, match="nobody"):
            ask()
    assert projects.uploads("nobody") == []


def test_no_number_is_given_twice(timed_store: Store, project: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(timed_store.projects.next_upload, [project] * 12))
    assert sorted(numbers) == list(range(1, 13))


def test_photographs_come_back_in_their_order_with_what_was_read(timed_store: Store, project: str) -> None:
    read = NewUpload("둘.jpg", "b" * 64, 2, reading(2, instance("가")))
    timed_store.projects.add_upload(project, 2, read)
    timed_store.projects.add_upload(project, 1, NewUpload("하나.jpg", "a" * 64, 1))
    timed_store.projects.add_upload(project, 3, NewUpload("셋.jpg", "c" * 64, 3, None, "photo.dark", "어둡습니다"))
    first, second, third = timed_store.projects.uploads(project)
    assert (first.number, first.is_unread) == (1, True)
    assert second.reading is not None
    assert (second.name, second.reading.set_name, second.is_unread) == ("둘.jpg", "28", False)
    assert (third.error_code, third.error, third.is_unread) == ("photo.dark", "어둡습니다", False)


def test_a_letter_is_drawn_marked_and_taken_back(timed_store: Store, project: str) -> None:
    projects = timed_store.projects
    projects.mark_letter(project, "가", True)
    [letter] = projects.letters(project)
    assert (letter.char, letter.strokes, letter.is_wrong) == ("가", None, True)
    projects.draw_letter(project, "가", LINES)
    [letter] = projects.letters(project)
    assert (letter.strokes, letter.is_wrong) == (LINES, False), "drawn again it is no longer wrong"
    projects.mark_letter(project, "가", True)
    projects.mark_letter(project, "가", False)
    assert [each.char for each in projects.letters(project)] == ["가"], "the drawing stays"
    projects.draw_letter(project, "가", None)
    assert projects.letters(project) == []
    projects.mark_letter(project, "나", False)
    assert projects.letters(project) == [], "nothing is said of it"


def test_letters_that_some_collations_take_for_one_are_two(timed_store: Store, project: str) -> None:
    for char in ("a", "A", "ㄱ", "\u1100"):
        timed_store.projects.mark_letter(project, char, True)
    assert {each.char for each in timed_store.projects.letters(project)} == {"a", "A", "ㄱ", "\u1100"}


def test_only_what_nobody_touches_or_works_on_is_old(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    projects = timed_store.projects
    job = submit()
    for name in ("old", "touched", "older"):
        projects.create(name)
    clock.pass_s(60)
    projects.touch("touched")
    assert sorted(projects.untouched_since(clock.now, 9)) == ["old", "older"], "the project's own job waits"
    assert len(projects.untouched_since(clock.now, 1)) == 1
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.done({})
    assert sorted(projects.untouched_since(clock.now, 9)) == ["old", "older", "project"]


def test_photographs_past_their_days_are_found_until_they_are_removed(
    timed_store: Store, clock: Clock, project: str
) -> None:
    projects = timed_store.projects
    projects.add_upload(project, 1, NewUpload("old.jpg", "", 1, reading()))
    clock.pass_s(60)
    projects.add_upload(project, 2, NewUpload("new.jpg", "", 1, reading()))
    assert projects.photos_before(clock.now, 9) == [(project, 1)]
    projects.remove_photo(project, 1, ["photo-1.jpg"])
    assert projects.photos_before(clock.now, 9) == []
    old, new = projects.uploads(project)
    assert (old.removed_at, new.removed_at) == (clock.now, None)
    assert old.reading is not None, "what was read stays"


def test_of_some_ids_those_that_no_project_has_are_missing(timed_store: Store, project: str) -> None:
    assert timed_store.projects.missing([project, "gone"]) == {"gone"}
    timed_store.projects.delete(project)
    assert timed_store.projects.missing([project, "gone"]) == {project, "gone"}


def test_a_deleted_project_takes_its_jobs_and_their_events_along_and_nobody_elses(
    timed_store: Store, submit: Submit
) -> None:
    timed_store.projects.create("other")
    mine, other = submit("mine"), submit("other", project_id="other")
    timed_store.projects.delete("project")
    assert [job.id for job in timed_store.operations.list_jobs(None, "", 9, 0)] == [other.id]
    assert timed_store.operations.events(mine.id) == []
    assert len(timed_store.operations.events(other.id)) == 1
