import unicodedata

import pytest

from fontbuild.errors import FontNameError
from fontbuild.info import FontInfo, License
from fontbuild.opentype.names import make_names, name_table
from fontbuild.opentype.romanise import romanise


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        ("엄마 글씨", "Eomma Geulssi"),
        ("종로", "Jongno"),
        ("신라", "Silla"),
        ("독립문", "Dongnimmun"),
        ("왕십리", "Wangsimni"),
        ("별내", "Byeollae"),
        ("백마", "Baengma"),
        ("값이", "Gapsi"),
        ("강아지 2호", "Gangaji 2ho"),
        ("Hana 글꼴", "Hana Geulkkol"),
    ],
)
def test_romanisation(korean, latin):
    assert romanise(korean) == latin


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a/b\\c",
        'say "hi"',
        "줄\n바꿈\x00",
        "웃음😀",
        "가" * 400,
        "CON",
        "..글씨..",
        "<b>%s</b>",
        "손글씨'",
    ],
)
def test_a_file_name_is_safe_everywhere(name):
    names = make_names(FontInfo(name))
    assert names.file_stem and len(names.file_stem.encode()) < 200
    assert not set(names.file_stem) & set('/\\:*?"<>|%\n\0')
    assert names.file_stem.strip(". ") == names.file_stem
    assert names.file_stem.upper() != "CON"
    assert len(names.korean) <= 31
    assert len(names.postscript) <= 27
    assert names.postscript.isascii() and names.postscript.replace("-", "").isalnum()


def test_long_names_that_begin_alike_stay_apart():
    first, second = (make_names(FontInfo("아주 길고 긴 이름의 손글씨 " + end)) for end in ("하나", "둘"))
    assert first.postscript != second.postscript


@pytest.mark.parametrize("name", ["", "   ", "😀", "///", "\n"])
def test_a_name_without_letters_is_refused_in_two_languages(name):
    with pytest.raises(FontNameError) as refusal:
        make_names(FontInfo(name))
    assert "이름" in refusal.value.korean and "name" in refusal.value.english


def test_a_name_in_another_script_still_gets_an_ascii_one():
    names = make_names(FontInfo("母の字"))
    assert names.korean == "母の字"
    assert names.english.startswith("Sonmat ") and names.english.isascii()


@pytest.mark.parametrize("choice", list(License))
def test_name_records_are_windows_only_in_two_languages(choice):
    info = FontInfo("엄마 글씨", designer="김손맛", license=choice)
    table = name_table(info, make_names(info))
    assert {(record.platformID, record.platEncID, record.langID) for record in table.names} == {
        (3, 1, 0x409),
        (3, 1, 0x412),
    }
    assert table.getName(1, 3, 1, 0x412).toUnicode() == "엄마 글씨"
    assert table.getName(1, 3, 1, 0x409).toUnicode() == "Eomma Geulssi"
    assert table.getName(13, 3, 1, 0x412) is not None
    assert (table.getName(14, 3, 1, 0x409) is None) == (choice is License.ALL_RIGHTS)


def test_no_name_in_the_tables_turns_the_text_around() -> None:
    info = FontInfo("엄마\u202e 글씨", "Mom\u2066", "김\u202e손\x07맛\u200b")
    table = name_table(info, make_names(info))
    said = [record.toUnicode() for record in table.names]
    assert "김손맛" in said and "엄마 글씨" in said
    assert not {char for text in said for char in text if unicodedata.category(char)[0] == "C"}
