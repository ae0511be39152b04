"""The benchmark from end to end, on a handful of glyphs."""

import csv
import json
import math

import pytest
from rich.console import Console

from templates.charset import hangul_set
from templates.hangul import SYLLABLES, is_common
from trainer.evaluation.bench import evaluate, unseen_syllables
from trainer.evaluation.methods import COMPOSITION, SEED, UNADAPTED
from trainer.evaluation.report import REAL


def test_unseen_are_half_common_half_rare_and_never_written():
    written = hangul_set("256")
    chars = unseen_syllables(frozenset(SYLLABLES), written, 40)
    assert len(set(chars)) == 40 and not set(chars) & set(written)
    assert sum(map(is_common, chars)) == 20


def test_a_font_without_rare_syllables_is_asked_for_common_ones():
    known = frozenset(char for char in SYLLABLES if is_common(char))
    assert len(unseen_syllables(known, (), 30)) == 30


@pytest.fixture(scope="module")
def folder(font, tmp_path_factory):
    fonts = tmp_path_factory.mktemp("fonts")
    (fonts / font.name).symlink_to(font)
    return fonts


def test_bench_measures_and_saves(folder, font, tmp_path):
    report = evaluate(
        folder,
        tmp_path,
        written="28",
        unseen=6,
        methods=(UNADAPTED, SEED, COMPOSITION),
        device="cpu",
        console=Console(quiet=True),
    )
    by = {row.method: row for row in report.rows}
    assert list(by) == [REAL, UNADAPTED, SEED, COMPOSITION]
    assert by[REAL].l1 == 0 and by[REAL].iou == 1 and by[REAL].breaks == 0
    assert by[COMPOSITION].l1 > 0 and by[SEED].seconds > 0
    told = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert told["written"] == "28" and len(told["rows"]) == 8 and len(told["bars"]) == 1
    with (tmp_path / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["hand"] for row in rows} == {font.stem, "mean"}
    assert all(math.isfinite(float(row["l1"])) for row in rows)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 6 and font.stem in page
    assert (tmp_path / "worst.png").stat().st_size > 500
    assert (tmp_path / "hands.png").stat().st_size > 500


def test_worst_comes_first(folder, tmp_path):
    report = evaluate(
        folder, tmp_path, written="28", unseen=8, methods=(COMPOSITION,), device="cpu", console=Console(quiet=True)
    )
    captions = [caption for caption, _ in report.worst()]
    misread = ["→" in caption for caption in captions]
    assert misread == sorted(misread, reverse=True) and len(captions) == 8


def test_unknown_hand_is_named(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="Nobody"):
        evaluate(folder, tmp_path, hands=("Nobody",), console=Console(quiet=True))
