"""The measure tells even text from uneven text, and letters that vary from letters that do not."""

import numpy as np
import pytest

from fontbuild import FontInfo, build_font
from fontbuild.checks.evenness import MeasuredFont, main
from fontbuild.layout.profiles import optical_distance, side_profiles, white_between
from templates.glyphs import GlyphSet
from tests.fontbuild.hand import hand, syllable
from tests.fonts import debian_font


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    glyphs = GlyphSet.of("hand", hand().values(), [syllable("가", down=0.05)])
    return build_font(glyphs, FontInfo("박자"), tmp_path_factory.mktemp("font")).ttf


def test_repeats_that_vary_are_counted(path):
    font = MeasuredFont(path)
    assert font.varied_share("가가가가") == 1.0 and font.varied_share("나나나") == 0.0
    assert font.varied_share("가나가나") == 0.5 and font.varied_share("가다나라가") == 0.0


def test_walls_are_as_far_apart_as_their_white_and_what_passes_above_is_not_near():
    edges = np.full((3, 70, 2), np.nan)
    edges[0, 20:50], edges[1, 20:50] = (40, 60), (30, 50)
    edges[2, 60:65] = (40, 60)
    some = side_profiles(list(edges), [100, 100, 100])
    apart = optical_distance(white_between(some, some), some.counts[:, None], some.counts)
    assert apart[0, 1] == pytest.approx(70, rel=0.08)
    assert apart[0, 2] > 2 * apart[0, 1]


def test_our_spacing_is_more_even_than_one_width_for_all(path):
    text = "가각간갇갈감갑갓강개객거고곡과괴구국그기나너노누느니다더"
    font = MeasuredFont(path)
    ours = font.unevenness(text, is_hangul=True)
    monospaced = MeasuredFont(debian_font("nanum/NanumGothicCoding.ttf")).unevenness(text, is_hangul=True)
    assert 0 < ours < monospaced


def test_the_command_prints_a_row_a_font(path, capsys):
    assert main([str(path), str(debian_font("nanum/NanumPen.ttf"))]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 3 and rows[2].endswith("NanumPen")
    assert all(np.isfinite(float(figure)) for figure in rows[2].split()[:5])
