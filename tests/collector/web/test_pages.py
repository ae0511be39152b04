"""What pages promise by themselves: headings in the hand of the house, a way on from every refusal."""

import io
import re
from importlib import resources
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from collector.web.staticfiles import STATIC
from templates.hangul import is_syllable
from tests.service.visitor import Person

HEADING = re.compile(r"<h[12][^>]*>(.*?)</h[12]>", re.DOTALL)
GOTHIC = ("operator.html", "jobs.html", "job.html", "workers.html", "figures.html", "dead.html")
"""Operators' pages have plain headings."""


def test_the_hand_of_the_headings_has_every_character_they_use() -> None:
    font = TTFont(Path(STATIC, "hand.woff2"))
    pages = [
        page for page in resources.files("collector.web").joinpath("data", "html").iterdir() if page.name not in GOTHIC
    ]
    used = {char for page in pages for heading in HEADING.findall(page.read_text()) for char in heading}
    syllables = {char for char in used if is_syllable(char)}
    assert len(syllables) > 50
    assert syllables | set("0123456789%") <= set(map(chr, font.getBestCmap()))


@pytest.mark.parametrize(
    ("path", "back"), [("/photos", "own"), ("/start", "own"), ("/letters/ac00", "own"), ("/nothing/there", "/")]
)
def test_a_refusal_leads_back_to_where_the_person_was(person: Person, path: str, back: str) -> None:
    person.begin()
    answer = person.post(f"{person.address}{path}", {"action": "draw", "strokes": "nonsense"})
    assert answer.is_error
    links = re.findall(r'href="([^"]+)"', answer.text.split('class="problem"')[1])
    assert links[0] == (person.address if back == "own" else "/")


def test_letters_of_a_text_are_found_to_be_mended(owner: Person) -> None:
    page = owner.get(f"{owner.address}/font", params={"text": "하하 <b>힣"}).text
    grid = page.split('<ul class="glyphs own"')[1]
    assert re.findall(r"/letters/(\w+)", grid.split("</ul>")[0]) == ["d558", "003c", "0062", "003e", "d7a3"]
    assert "하하 &lt;b&gt;힣</textarea>" in page


def test_a_font_that_is_not_there_yet_leads_to_what_is(person: Person, owner: Person) -> None:
    person.begin()
    assert person.get(f"{person.address}/font").url.path == f"{person.address}/photos"
    person.take_over(owner, 1, 2)
    person.start()
    assert person.get(f"{person.address}/font").url.path == f"{person.address}/progress"


def test_photographs_that_could_not_be_read_come_first(person: Person, owner: Person) -> None:
    person.begin()
    person.take_over(owner, 2, 1)
    person.upload_and_wait(("note.txt", b"no photograph"))
    page = person.get(f"{person.address}/photos").text
    assert re.findall(r'<article[^>]* id="photo-(\d+)"', page) == ["3", "2", "1"]
    legend = page.split('<ul class="legend"')[1].split("</ul>")[0]
    assert "k-good" in legend and "k-faint" not in legend, "only what the page shows is explained"


def test_a_link_to_the_first_page_has_a_picture_that_messengers_can_fetch(person: Person) -> None:
    [picture] = re.findall(r'property="og:image" content="([^"]+)"', person.get("/").text)
    assert picture.startswith("http://testserver/")
    with Image.open(io.BytesIO(person.client.get(picture).content)) as shown:
        assert shown.size == (1200, 630)
