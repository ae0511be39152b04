"""What hostile or clumsy visitors send is refused in a sentence and leaves nothing behind."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from collector.web import Limits
from collector.web.tokens import Tokens
from collector.web.uploads.intake import shown_name
from collector.web.uploads.reader_pool import ReaderPool
from tests.service.visitor import OPERATOR, Person, make_person

SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def guarded(tmp_path: Path, readers: ReaderPool) -> Iterator[Person]:
    """A visitor of a service with tight limits."""
    limits = Limits(photo_bytes=200_000, form_bytes=20_000, photos_a_request=3, uploads_an_hour=5, logins_a_quarter=3)
    yield from make_person(tmp_path, readers, limits=limits)


def test_every_answer_carries_the_headers(person: Person) -> None:
    for path in ("/", "/s/nobody-nobody-nobody-nobody", "/static/paper.css", "/healthz", "/operator/login"):
        headers = person.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_pages_hold_nothing_that_the_policy_forbids(owner: Person) -> None:
    pages = ("/", "/photos", "/font", "/letters/ac00")
    for path in pages:
        text = owner.get(path if path == "/" else owner.address + path).text
        assert not re.search(r"<[^>]+\s(style|on\w+)=", text), path
        assert not re.search(r"<script(?! src=)", text), path
        assert not re.search(r'(src|href)="https?:', text), path


def test_forms_of_other_sites_are_refused(person: Person) -> None:
    person.begin()
    before = person.get(f"{person.address}/photos")
    assert before.status_code == 200
    assert person.client.post(f"{person.address}/delete").status_code == 403
    forged = Tokens("another secret").new_form_token()
    person.client.cookies.set("sonmat_form", forged)
    assert person.client.post(f"{person.address}/delete", params={"form_token": forged}).status_code == 403
    person.client.cookies.delete("sonmat_form")
    elsewhere = {"origin": "https://evil.example"}
    assert person.post(f"{person.address}/delete", headers=elsewhere).status_code == 403
    assert person.post(f"{person.address}/delete", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert person.get(f"{person.address}/photos").status_code == 200, "still there"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("note.jpg", b"dear diary", "not a photograph"),
        ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photograph"),
        ("empty.jpg", b"", "empty file"),
        ("cut.jpg", b"\xff\xd8\xff\xe0 cut off", "damaged"),
        ("script.php", b"<?php echo 1;", "not a photograph"),
    ],
)
def test_what_is_no_photograph_is_named_and_not_kept(person: Person, name: str, content: bytes, word: str) -> None:
    person.begin()
    page = person.upload_and_wait((name, content))
    assert page.status_code == 200
    assert word in page.text and name in page.text
    folder = person.folder / "uploads"
    assert [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_bomb_is_refused_before_it_is_decoded(person: Person) -> None:
    person.begin()
    whole = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(whole, "PNG")
    assert len(whole.getvalue()) < 1_000_000
    assert "too large" in person.upload_and_wait(("bomb.png", whole.getvalue())).text


@pytest.mark.parametrize("name", ["../../a.jpg", "..\\..\\a.jpg", "/a.jpg", "C:\\a.jpg", "a\x00\x07\u202e.jpg"])
def test_shown_names_have_no_folder_and_no_control_signs(name: str) -> None:
    assert shown_name(name) == "a.jpg"


def test_names_of_fonts_are_escaped_everywhere(owner: Person) -> None:
    owner.store.projects.call(owner.project, SCRIPT, "", SCRIPT, "ofl")
    try:
        for path in ("/photos", "/font"):
            assert "<script>alert" not in owner.get(owner.address + path).text
    finally:
        owner.store.projects.call(owner.project, "엄마 글씨", "", "", "all-rights")


def test_a_name_that_is_none_and_a_licence_that_is_none_are_refused(owner: Person) -> None:
    assert owner.start(name="  ").status_code == 422
    assert owner.start(name="///").status_code == 422
    assert owner.start(licence="mine").status_code == 422
    assert owner.start(name="가" * 300).status_code == 422
    assert len(owner.jobs()) >= 1


def test_too_much_at_once_is_refused(guarded: Person) -> None:
    guarded.begin()
    assert "too large" in guarded.upload(("large.jpg", b"\xff\xd8\xff" + bytes(300_000))).text
    assert guarded.upload(("huge.jpg", b"\xff\xd8\xff" + bytes(3_000_000))).status_code == 413
    assert (
        guarded.post(f"{guarded.address}/letters/ac00", {"action": "draw", "strokes": "x" * 50_000}).status_code == 413
    )
    many = [(f"{k}.jpg", b"nothing") for k in range(5)]
    assert guarded.upload(*many).status_code in (400, 422)


def test_too_many_requests_are_slowed_down(guarded: Person) -> None:
    guarded.begin()
    codes = [guarded.upload((f"{k}.jpg", b"nothing")).status_code for k in range(7)]
    assert codes[0] == 200 and codes[-1] == 429


@pytest.mark.parametrize(
    "path",
    ["/s/short", "/s/../../etc/passwd", "/s/%2e%2e%2f%2e%2e", "/sheet/../x.pdf", "/sheet/300.pdf", "/static/../app.py",
     "/operator/jobs/1", "/nothing", "/language/xx"],
)  # fmt: skip
def test_there_is_nothing_beside_the_way(person: Person, path: str) -> None:
    answer = person.get(path, follow_redirects=False)
    assert answer.status_code in (303, 404)
    if answer.status_code == 303:
        assert answer.headers["location"] == "/operator/login"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_changing_the_language_leads_nowhere_else(person: Person, back: str) -> None:
    answer = person.client.get("/language/en", params={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("code", ["0000", "41a", "1f600", "zz", "-1", "99999999999999"])
def test_only_letters_of_the_font_can_be_drawn(owner: Person, code: str) -> None:
    assert owner.get(f"{owner.address}/letters/{code}").status_code == 404


@pytest.mark.parametrize(
    "strokes",
    ["", "[]", "{}", "[[[1]]]", "[[[0.5, NaN]]]", "[[[5, 5]]]", "null", "[" * 5000, '[[["a", 1]]]', "[[[1e999, 0]]]"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(owner: Person, strokes: str) -> None:
    answer = owner.post(f"{owner.address}/letters/ac00", {"action": "draw", "strokes": strokes})
    assert answer.status_code == 422
    assert "가" not in {letter.char for letter in owner.store.projects.letters(owner.project)}


def test_strangers_see_nothing_of_the_operators(person: Person) -> None:
    for path in ("/operator", "/operator/workers", "/operator/dead", "/operator/jobs/x"):
        answer = person.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/login")
    assert person.get("/metrics").status_code == 404
    person.client.cookies.set("sonmat_operator", "9999999999.forged", path="/operator")
    assert person.get("/operator", follow_redirects=False).status_code == 303


def test_guessing_the_operators_token_is_slow(guarded: Person) -> None:
    codes = [guarded.post("/operator/login", {"token": f"guess {k}"}).status_code for k in range(5)]
    assert codes == [403, 403, 403, 429, 429]
    assert guarded.post("/operator/login", {"token": OPERATOR}).status_code == 429
