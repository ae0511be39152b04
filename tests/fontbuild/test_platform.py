"""The rules of Windows and macOS: our fonts keep them, and a broken rule is named."""

import pytest
from fontTools.ttLib import TTFont

from fontbuild import FontInfo, Weight, build_family
from fontbuild.checks.platform_check import platform_faults
from templates.glyphs import GlyphSet
from tests.fontbuild.hand import hand, syllable


@pytest.fixture(scope="module")
def fonts(tmp_path_factory):
    glyphs = GlyphSet.of("plain", [*hand("가나다라").values(), syllable("ㄱ")], [syllable("가", down=0.03)])
    files = build_family(glyphs, FontInfo("틀 글씨"), tmp_path_factory.mktemp("family"))
    return {weight: file.ttf for weight, file in files.items()}


@pytest.mark.parametrize("weight", list(Weight))
def test_every_weight_keeps_the_rules(fonts, weight):
    assert platform_faults(TTFont(fonts[weight])) == []


def windows_table(font):
    return next(table for table in font["cmap"].tables if table.platformID == 3)


def forget_a_character(font):
    table = windows_table(font)
    table.cmap = {code: name for code, name in table.cmap.items() if code != ord("가")}


def rename(font):
    font["name"].setName("손 글씨", 6, 3, 1, 0x409)


def forget_korean(font):
    font["name"].removeNames(nameID=4, langID=0x412)


def clip(font):
    font["OS/2"].usWinAscent -= 200


def pretend_bold(font):
    font["head"].macStyle |= 1


def shift(font):
    advance, left = font["hmtx"]["uniAC00"]
    font["hmtx"]["uniAC00"] = advance, left + 5


def miscount(font):
    font["maxp"].maxPoints += 1


def shrink_the_box(font):
    font["head"].xMax -= 10


def disorder(font):
    font["GSUB"].table.FeatureList.FeatureRecord.reverse()


@pytest.mark.parametrize(
    ("harm", "rules"),
    [
        (forget_a_character, {"cmap"}),
        (rename, {"name"}),
        (forget_korean, {"name"}),
        (clip, {"os2"}),
        (pretend_bold, {"os2"}),
        (shift, {"metrics"}),
        (miscount, {"glyphs"}),
        (shrink_the_box, {"head"}),
        (disorder, {"layout"}),
    ],
)
def test_a_broken_rule_is_named(fonts, harm, rules):
    font = TTFont(fonts[Weight.REGULAR])
    harm(font)
    assert {fault.partition(":")[0] for fault in platform_faults(font)} == rules
