"""Pictures of real writing: read, split, and measured from end to end."""

import csv

import cv2
import numpy as np
import pytest
from rich.console import Console

from templates.charset import hangul_set
from trainer.corpus import render_font
from trainer.evaluation.methods import COMPOSITION, UNADAPTED
from trainer.evaluation.real_writing import (
    RealIndexError,
    choose_written,
    evaluate_real,
    open_writer,
    read_index,
    split_letters,
)
from trainer.evaluation.report import REAL


def _write(folder, rows, columns=("file", "char", "writer")):
    index = folder / "index.csv"
    with index.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return index


@pytest.fixture(scope="module")
def index(font, tmp_path_factory):
    """A writer of 28 letters in faint ink on grey paper, and one of seven."""
    folder = tmp_path_factory.mktemp("real")
    rows = []
    for writer, count in (("faint", 28), ("few", 7)):
        for glyph in render_font(font, hangul_set("28")[:count]):
            grey = 230 - (glyph.ink.astype(np.float32) * 0.4).astype(np.uint8)
            name = f"{writer}-{ord(glyph.char):x}.png"
            cv2.imwrite(str(folder / name), grey)
            rows.append((name, glyph.char, writer))
    return _write(folder, rows)


def test_faint_ink_on_grey_paper_becomes_ink_on_paper(index, font):
    writer = open_writer("faint", read_index(index)["faint"])
    glyphs = {glyph.char: glyph for glyph in render_font(font, hangul_set("28"))}
    assert set(writer) == set(glyphs)
    for char, glyph in writer.items():
        assert glyph.ink.max() == 255 and np.median(glyph.ink) == 0
        assert (glyph.ink >= 128).sum() == pytest.approx((glyphs[char].ink >= 128).sum(), rel=0.05)
        height, width = glyph.ink.shape
        assert glyph.em_px == height and glyph.origin_px == ((width - height) / 2, 0)


def test_written_letters_show_every_jamo():
    chosen = choose_written(list(hangul_set("256")), 60)
    assert len(chosen) == len(set(chosen)) == 60
    initials = {(ord(char) - 0xAC00) // 588 for char in chosen}
    medials = {(ord(char) - 0xAC00) % 588 // 28 for char in chosen}
    assert len(initials) == 19 and len(medials) == 21


@pytest.mark.parametrize(
    ("letters", "wanted", "written"), [(28, 28, 20), (28, 256, 20), (399, 256, 256), (399, 28, 28)]
)
def test_some_letters_are_always_held_out(letters, wanted, written):
    chars = [chr(0xAC00 + 28 * number) for number in range(letters)]
    shown, held = split_letters(chars, wanted)
    assert len(shown) == written and len(held) == letters - written and not set(shown) & set(held)


def test_index_without_a_column_says_so(tmp_path):
    with pytest.raises(RealIndexError, match="writer"):
        read_index(_write(tmp_path, [], ("file", "char")))


def test_missing_picture_is_named_with_its_line(tmp_path):
    with pytest.raises(RealIndexError, match=r"line 2.*gone\.png"):
        read_index(_write(tmp_path, [("gone.png", "가", "anna")]))


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(RealIndexError, match=r"text\.png is no picture"):
        open_writer("anna", {"가": tmp_path / "text.png"})


def test_too_few_letters_are_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 20), 255, np.uint8))
    with pytest.raises(RealIndexError, match="only 1 syllables"):
        read_index(_write(tmp_path, [("a.png", "가", "anna")]))


def test_unknown_writer_is_named(index, tmp_path):
    with pytest.raises(FileNotFoundError, match="Nobody"):
        evaluate_real(index, tmp_path, hands=("Nobody",), console=Console(quiet=True))


def test_bench_measures_real_writing(index, tmp_path):
    report = evaluate_real(
        index,
        tmp_path,
        written="28",
        hands=("faint",),
        methods=(UNADAPTED, COMPOSITION),
        device="cpu",
        console=Console(quiet=True),
    )
    assert [row.method for row in report.rows] == [REAL, UNADAPTED, COMPOSITION]
    assert {row.method: row.same for row in report.comparisons} == {UNADAPTED: False, COMPOSITION: False}
    for row in report.comparisons:
        assert 0.4 < row.strokes < 2 and 0.5 < row.width < 1.6 and 0 <= row.told <= 1
    assert report.letters["faint"][REAL]["habits"]["letters"] == 28
    assert (tmp_path / "wall-faint.png").stat().st_size > 500
    with (tmp_path / "sets.csv").open(encoding="utf-8") as file:
        assert {row["hand"] for row in csv.DictReader(file)} == {"faint", "mean"}
