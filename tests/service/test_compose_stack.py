"""All processes of ``compose.yaml`` without containers, on real servers, from photographs by HTTP to the font."""

import io
from contextlib import ExitStack
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from tests.conftest import missing
from tests.service.compose_stack import ORDER, Stack, make_font
from tests.service.servers import ServerMissingError

HANGUL_PAGES = sorted((Path(__file__).parents[1] / "samples").glob("page[12].jpg"))


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """The sheet's pages of Hangul, a quarter of the pixels."""
    for page in HANGUL_PAGES:
        with Image.open(page) as photo:
            photo.reduce(2).save(tmp_path / page.name, quality=92)
    return [tmp_path / page.name for page in HANGUL_PAGES]


def test_photographs_become_a_font_through_all_processes(tmp_path: Path, photos: list[Path]) -> None:
    stack = Stack(tmp_path, quick=True)
    try:
        with ExitStack() as servers:
            stack.up(servers)
            ttf, spent_s = make_font(stack, photos)
            ended = stack.stop()
            kept = [each.key.split("/")[0] for each in stack.bucket.objects.all()]
    except ServerMissingError as error:
        missing(str(error))
    print(spent_s)
    characters = {chr(code) for code in TTFont(io.BytesIO(ttf)).getBestCmap()}
    assert {*"Az", "값", chr(0xD000)} <= characters, "printed, written, drawn"
    assert ended == dict.fromkeys(ORDER, 0), stack.logs()
    assert {"artifacts", "uploads"} == set(kept)
    assert not list((tmp_path / "web").rglob("photo-*.jpg")), "photographs lie in the bucket alone"
