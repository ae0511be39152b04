"""The specimen shows the hand and marks what was written, and its text can be copied."""

import re
from html.parser import HTMLParser

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from fontbuild import FontInfo, build_font, write_specimen, write_specimen_page
from templates.glyphs import GlyphSet
from tests.fontbuild.hand import hand, syllable

NAME = "가나 <b>글씨</b>"
WRITTEN = "가각간갇갈감갑갓강개"


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    further = [syllable("나", down=0.05 * number) for number in (1, 2)]
    glyphs = GlyphSet.of("hand", hand().values(), further)
    return build_font(glyphs, FontInfo(NAME), tmp_path_factory.mktemp("font"))


def pixels(font, out, written, doubtful=()):
    write_specimen(font.ttf, written, out, doubtful)
    with Image.open(out) as page:
        return np.asarray(page.convert("RGB")).astype(int)


def test_the_picture_tints_what_was_written_and_underlines_what_is_doubtful(font, tmp_path):
    none, tinted = (pixels(font, tmp_path / "a.png", written) for written in ("", WRITTEN))
    assert none.shape == tinted.shape
    changed = (none != tinted).any(axis=2)
    assert 10 * 40 * 40 < changed.sum() < 10 * 75 * 75, "ten tinted cells and nothing else"
    assert (tinted.sum(axis=2) < 150).sum() > 5000, "there is text on the page"
    marked = pixels(font, tmp_path / "b.png", WRITTEN, doubtful="너노")
    accent = (np.abs(marked - (0xC1, 0x4A, 0x35)).sum(axis=2) < 30).sum()
    assert accent > (np.abs(tinted - (0xC1, 0x4A, 0x35)).sum(axis=2) < 30).sum()


def test_text_copied_from_the_pdf_is_the_text_however_it_was_shaped(font, tmp_path):
    write_specimen(font.ttf, WRITTEN, tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        assert len(document) == 1
        text = document[0].get_textpage().get_text_range()
    assert "나나 나나" in text, "of a line in which the same letter comes in three shapes"
    assert not re.search(r"[\ue000-\uf8ff]", text)


def test_a_second_font_in_one_process_does_not_borrow_from_the_first(font, tmp_path):
    write_specimen(font.ttf, "", tmp_path / "a.pdf")
    other = build_font(GlyphSet.of("other", [syllable("히", down=0.1), syllable("가")]), FontInfo(NAME), tmp_path)
    write_specimen(other.ttf, "", tmp_path / "b.pdf")
    write_specimen(font.ttf, "", tmp_path / "c.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "c.pdf").read_bytes()
    with pypdfium2.PdfDocument(tmp_path / "b.pdf") as document:
        assert "나" not in document[0].get_textpage().get_text_range()


class Reader(HTMLParser):
    """Collects what a page loads, and its cells by kind."""

    def __init__(self):
        super().__init__()
        self.loads, self.kinds, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        self.loads += [values[name] for name in ("src", "href") if name in values]
        if tag == "li":
            self.kinds.append(values.get("class"))


def test_the_page_has_everything_inside_and_takes_no_markup_from_a_name(font, tmp_path):
    write_specimen_page(font.woff2, WRITTEN, tmp_path / "a.html", doubtful="너가")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(page)
    assert reader.loads == [] and "http" not in re.sub(r"base64,[^)]*", "", page)
    assert "b" not in reader.tags and "textarea" in reader.tags
    assert reader.kinds.count("written") == len(WRITTEN) and reader.kinds.count("doubtful") == 1
    assert len(page) > font.woff2.stat().st_size * 4 / 3
