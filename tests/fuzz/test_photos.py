"""Whatever a picture file holds, it is read or refused by name, in little memory."""

from collections import Counter
from itertools import chain

from tests.fuzz.mutants import SMALL_PX, giants, mutants
from tests.fuzz.reading import read_all

COUNT = 60
CHEAP_GIANTS = ("jpeg-strip", "line", "pdf-strip", "png-turned")
"""The bench reads them all."""


def test_damaged_and_hostile_pictures_are_read_or_refused_within_a_gigabyte() -> None:
    outcomes: Counter[str] = Counter()
    for ending in read_all(chain(giants(*CHEAP_GIANTS), mutants(COUNT, 3, SMALL_PX))):
        assert ending.is_orderly, ending
        assert ending.peak_mib < 1024, ending
        outcomes[ending.outcome] += 1
    assert sum(outcomes.values()) == COUNT + len(CHEAP_GIANTS)
    assert {"refused: photo.damaged", "refused: photo.not_an_image", "refused: photo.too_large"} <= set(outcomes)
    assert outcomes["refused: photo.damaged"] < 0.8 * COUNT, "some must get past the decoders"


def test_a_reader_that_runs_out_of_memory_is_noticed() -> None:
    [ending] = read_all(giants("png-turned"), memory_bytes=150 << 20)
    assert not ending.is_orderly
