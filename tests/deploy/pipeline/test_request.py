"""Requests are checked before any work, and no font name leads out of the output folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from collector.errors import NoPhotos, PhotoMissing
from deploy.pipeline.request import make_request
from fontbuild.info import FontInfo, License
from templates.errors import PersonError
from tests.deploy.samples import a_request


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/tmp/x", "a/b\\c", "..", "손맛\n글씨", "x" * 200, "CON", "<b>굵게"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    try:
        stem = a_request(tmp_path, name=name).file_stem
    except PersonError:
        return
    place = tmp_path / f"{stem}.woff2"
    assert place.resolve().parent == tmp_path.resolve()
    place.write_bytes(b"")


@pytest.mark.parametrize("name", ["", "   ", "///", "\x00", "가" * 201])
def test_names_that_no_font_can_have_are_refused_in_both_languages(tmp_path: Path, name: str) -> None:
    with pytest.raises(PersonError) as refusal:
        a_request(tmp_path, name=name)
    assert refusal.value.korean.endswith(("요.", "오."))
    assert refusal.value.english.endswith(".")


def test_photographs_must_exist(tmp_path: Path) -> None:
    with pytest.raises(NoPhotos):
        make_request([], FontInfo("글씨"))
    for missing in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(PhotoMissing, match=missing.name):
            make_request([missing], FontInfo("글씨"))


def test_equal_requests_are_one_job_and_others_are_not(tmp_path: Path) -> None:
    request = a_request(tmp_path)
    assert request.as_job().key == a_request(tmp_path / "elsewhere").as_job().key
    assert request.as_job().key == replace(request, device="cuda").as_job().key
    others = [
        a_request(tmp_path / "2", text="다른 사진"),
        a_request(tmp_path / "3", name="다른 이름"),
        replace(request, info=replace(request.info, license=License.OFL)),
        replace(request, info=replace(request.info, designer="엄마")),
    ]
    assert len({each.as_job().key for each in [request, *others]}) == 5
    assert [photo.name for photo in request.as_job().photos] == ["one.txt", "two.txt"]
