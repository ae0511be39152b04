"""Which of several instances of a character counts: one pure function for the command line and the web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.instances.readings import GlyphInstance, PhotoReading
from collector.instances.verdicts import Verdict

_RANK = (Verdict.MISSING, Verdict.BLANK, Verdict.CLIPPED, Verdict.FAINT, Verdict.SMUDGED, Verdict.GOOD)
"""Of two instances the one whose verdict is later here is better."""


class Preference(StrEnum):
    """What decides between two good instances."""

    BEST = "best"
    """The sharper one: photographs given to the command line have no order."""
    NEWEST = "newest"
    """The one photographed later: the web numbers photographs as they come."""


@dataclass(frozen=True)
class Chosen:
    """The instance of a character that counts, and the photograph it is in."""

    instance: GlyphInstance
    reading: PhotoReading


def in_order(readings: Sequence[PhotoReading], preference: Preference) -> list[PhotoReading]:
    """Photographs by what is preferred, the first one first.

    The best is the one with most good cells, then the sharpest, then by name.
    """
    if preference is Preference.NEWEST:
        return sorted(readings, key=lambda reading: -reading.number)
    return sorted(
        readings,
        key=lambda reading: (-sum(each.is_good for each in reading.instances), reading.blur_mm, reading.photo),
    )


def choose(readings: Sequence[PhotoReading], preference: Preference) -> dict[str, Chosen]:
    """The instance of every character that counts.

    Good goes before what is not. Of the good ones the sharpest or the newest counts, as preferred; of those that are
    not good the one that comes nearest to it, or the newest that shows the cell at all.
    """
    counts: dict[str, Chosen] = {}
    for reading in in_order(readings, preference):
        for instance in reading.instances:
            known = counts.get(instance.char)
            if known is None or _worth(instance, preference) > _worth(known.instance, preference):
                counts[instance.char] = Chosen(instance, reading)
    return counts


def _worth(instance: GlyphInstance, preference: Preference) -> tuple[float, ...]:
    if preference is Preference.NEWEST:
        return (float(instance.is_good), float(instance.verdict is not Verdict.MISSING))
    return (float(_RANK.index(instance.verdict)), instance.sharpness)
