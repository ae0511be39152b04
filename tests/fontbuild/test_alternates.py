"""A letter repeated close by takes its next shape, and only there; the rules can be switched off."""

import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont
from PIL import ImageFont, features

from fontbuild import FontInfo, build_font
from templates.glyphs import GlyphSet
from tests.conftest import missing
from tests.fontbuild.hand import hand, syllable


def other(char, number):
    return syllable(char, down=0.03 * number)


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    further = [other("가", 1), other("가", 2), other("나", 1)]
    glyphs = GlyphSet.of("varied", hand().values(), further)
    return build_font(glyphs, FontInfo("산 글씨"), tmp_path_factory.mktemp("font")).ttf


def shaped(path, text, direction="ltr", **features):
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    hb.shape(font, buffer, features)
    order = TTFont(path).getGlyphOrder()
    names = [order[info.codepoint] for info in buffer.glyph_infos]
    return "".join(name.partition(".alt")[2] or "0" for name in names)


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("가가가가가", "01201"),
        ("나나나나", "0101"),
        ("가나가나가나", "001120"),
        ("가 가", "001"),
        ("가다 가", "0001"),
        ("가다다다가", "00000"),
        ("강나나", "001"),
        ("다다다", "000"),
    ],
)
def test_the_next_shape_follows_the_nearest_like(font, text, shapes):
    assert shaped(font, text) == shapes


def test_letters_vary_in_vertical_lines_too(font):
    assert shaped(font, "가가가가가", "ttb") == "01201"
    assert shaped(font, "가나가나", "ttb", vert=False) == "0000"


def test_it_can_be_switched_off_and_chosen_by_hand(font):
    assert shaped(font, "가가가", rclt=False) == "000"
    assert shaped(font, "가나다", rclt=False, salt=1) == "110"
    assert shaped(font, "가나다", rclt=False, salt=2)[0] == "2"


def test_the_shaper_inside_pillow_varies_too(font):
    if not features.check("raqm"):
        missing("this Pillow comes without a shaper")
    face = ImageFont.truetype(str(font), 100, layout_engine=ImageFont.Layout.RAQM)
    once, varied = (face.getmask("가가가", features=some).getbbox() for some in (["-rclt"], None))
    assert once[3] - once[1] < varied[3] - varied[1], "the other shapes of this hand stand lower"


def test_alternates_are_no_characters_of_their_own(font):
    names = TTFont(font).getBestCmap().values()
    assert not [name for name in names if ".alt" in name]
