"""From the first page to a font, a redrawn letter, and deletion, with a browser without scripts."""

import io
import json
import re
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image

from collector.store import JobState, StageResult
from collector.web.tokens import project_id
from deploy.jobs.job_log import JobLog
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.request import SAMPLE_TEXT
from deploy.pipeline.stages.files import GLYPHS
from templates.archive import load_glyphs
from tests.service.visitor import Person

READ = ("readings", "glyph_instances")
LINES = [[[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]], [[0.3, 0.5]]]


def test_the_first_page_offers_three_sheets_in_the_readers_language(person: Person) -> None:
    person.language = "ko-KR,ko;q=0.9,en;q=0.5"
    korean = person.get("/").text
    assert "내 손글씨가 글꼴이 됩니다" in korean and 'lang="ko"' in korean
    person.language = "en-GB"
    english = person.get("/").text
    assert "Your handwriting, as a font" in english
    assert english.count('<svg class="picture"') == 3
    for name in ("256", "100", "28"):
        sheet = person.get(f"/sheet/{name}.pdf")
        assert sheet.content.startswith(b"%PDF")
    assert person.get("/language/ko?back=/").text.count("내 손글씨가 글꼴이 됩니다") == 1, (
        "the choice outlives the page"
    )


def test_a_photograph_is_judged_page_by_page_and_cell_by_cell(owner: Person) -> None:
    page = owner.get(f"{owner.address}/photos").text
    assert all(f"Page {number}" in page for number in (1, 2, 3))
    assert page.count("<image ") == 3
    assert 'class="v-good"' in page and 'class="v-blank"' in page
    picture = owner.get(f"{owner.address}/photos/1.jpg")
    assert Image.open(io.BytesIO(picture.content)).size == (840, 1188)


def test_photographs_are_stored_without_metadata_under_our_own_names(person: Person, pages: list[Path]) -> None:
    exif, tagged = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Camera of a person"
    with Image.open(pages[2]) as photo:
        photo.save(tagged, "JPEG", exif=exif, quality=90)
    assert b"Camera of a person" in tagged.getvalue()
    person.begin()
    page = person.upload_and_wait(("../../etc/<img src=x onerror=alert(1)>\u202egpj.jpg", tagged.getvalue())).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;gpj.jpg" in page
    kept = files_of(person)
    assert {path.name for path in kept} == {"photo-1.jpg", "page-1.jpg"}
    for path in kept:
        assert b"Camera of a person" not in path.read_bytes()
        with Image.open(path) as photo:
            assert not photo.getexif()


def test_a_font_is_started_only_when_the_photographs_suffice(person: Person, owner: Person) -> None:
    person.begin()
    assert "There is no photograph" in person.start().text
    person.take_over(owner, 1)
    refused = person.start()
    assert refused.status_code == 422
    assert "not among the photographs" in refused.text
    assert person.jobs() == []


def test_the_font_can_be_tried_out_and_downloaded(owner: Person) -> None:
    page = owner.get(owner.address)
    assert page.url.path.endswith("/font")
    assert "엄마 글씨" in page.text and "<textarea" in page.text
    rule = owner.get(f"{owner.address}/font.css")
    source = re.search(r'url\("([^"]+)"\)', rule.text)
    assert source is not None and rule.headers["content-type"].startswith("text/css")
    for path in (source[1], f"{owner.address}/files/ttf?save=1"):
        font = TTFont(io.BytesIO(owner.get(path).content))
        assert ord("가") in font.getBestCmap()
        assert font["name"].getName(1, 3, 1, 0x412).toUnicode() == "엄마 글씨"
    saved = owner.get(f"{owner.address}/files/ttf?save=1").headers["content-disposition"]
    assert "%EC%97%84%EB%A7%88%20%EA%B8%80%EC%94%A8.ttf" in saved
    assert owner.get(f"{owner.address}/files/pdf").content.startswith(b"%PDF")
    writing = owner.get(f"{owner.address}/files/page")
    assert "엄마 글씨" in writing.text and writing.headers["content-disposition"].startswith("attachment")
    specimen = owner.get(f"{owner.address}/files/specimen")
    assert Image.open(io.BytesIO(specimen.content)).size[0] > 500


def test_the_grid_marks_written_letters(owner: Person) -> None:
    written = owner.get(f"{owner.address}/font").text
    assert written.count('<li class="written">') > 250
    group = owner.get(f"{owner.address}/font?group=ㅎ").text
    assert group.count('<li class="written">') + group.count("<li><a href") == 588
    assert owner.get(f"{owner.address}/font?group=nothing").status_code == 404
    unsure = owner.get(f"{owner.address}/font?group=doubtful").text
    assert unsure.count("<li><a href") == 1, "what the reader could not make out is shown first of all"


def test_progress_is_streamed_and_can_be_polled(owner: Person) -> None:
    status = owner.get(f"{owner.address}/status").json()
    assert (status["state"], status["percent"]) == ("done", 100)
    stream = owner.get(f"{owner.address}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    statuses = [json.loads(line[6:]) for line in stream.text.splitlines() if line.startswith("data: ")]
    assert statuses == [status]
    newest = re.findall("^id: (.+)$", stream.text, re.MULTILINE)[-1]
    again = owner.get(f"{owner.address}/events", headers={"last-event-id": newest}).text
    assert "data:" not in again, "who has seen the newest is told nothing twice"
    missed = owner.get(f"{owner.address}/events", headers={"last-event-id": "an older one"}).text
    assert f"id: {newest}" in missed


def test_a_waiting_job_shows_its_place_and_a_running_one_its_stage(person: Person, owner: Person) -> None:
    person.begin()
    person.take_over(owner, 1, 2)
    person.start()
    waiting = person.get(f"{person.address}/status").json()
    assert (waiting["state"], waiting["place"], waiting["percent"]) == ("queued", 1, 0)
    assert '<noscript><meta http-equiv="refresh"' in person.get(f"{person.address}/progress").text
    lease = person.store.claim(person.jobs()[0].id, "somebody", 60)
    assert lease is not None
    with person.store.lease_transaction(lease) as transaction:
        transaction.stage_started("generate", "key")
    person.store.note_progress(lease, 0.5, "half")
    running = person.get(f"{person.address}/status").json()
    assert (running["state"], running["stage"], running["place"]) == ("running", "generate", 0)
    assert 20 < running["percent"] < 90
    assert person.start().status_code == 409, "one at a time"


def test_the_hand_is_shown_while_it_is_learnt(person: Person, owner: Person) -> None:
    person.begin()
    person.take_over(owner, 1, 2)
    person.start()
    [job] = person.jobs()
    lease = person.store.claim(job.id, "somebody", 60)
    assert lease is not None
    job_log = JobLog(person.store, lease)
    for shade in (40, 255):
        job_log.add_sketch(np.full((len(SAMPLE_TEXT), 96, 96), shade, np.uint8))
    page = person.get(f"{person.address}/progress").text
    assert f"{person.address}/sketches/{job.id}/2.png" in page and f"/sketches/{job.id}/1.png" in page
    assert person.get(f"{person.address}/status").json()["sketches"] == 2
    picture = Image.open(io.BytesIO(person.get(f"{person.address}/sketches/{job.id}/2.png").content))
    assert picture.size[0] > 2 * picture.size[1]
    assert picture.getchannel("A").getextrema()[1] == 255
    assert person.get(f"{owner.address}/sketches/{job.id}/2.png").status_code == 404, "not under another's address"
    assert person.get(f"{person.address}/sketches/{job.id}/3.png").status_code == 404


def test_a_letter_written_again_replaces_the_old_one_without_another_adaptation(owner: Person) -> None:
    before = owner.jobs()[-1]
    assert "Rebuild" not in owner.get(f"{owner.address}/font").text
    saved = owner.post(f"{owner.address}/letters/ac00", {"action": "draw", "strokes": json.dumps(LINES)})
    assert saved.status_code == 200 and "Rebuild the font" in saved.text and '<b lang="ko">가</b>' in saved.text
    owner.post(f"{owner.address}/rebuild")
    going = owner.get(f"{owner.address}/status").json()
    assert going["stages"] == ["redraw", "fontbuild", "specimen"], "nobody waits for what is learnt already"
    after = owner.work()
    assert (after.state, after.id == before.id) == (JobState.DONE, False)
    old, new = (owner.store.stages(job.id) for job in (before, after))
    assert {name for name in old if old[name].key == new[name].key} == {"hand", "seed", "adapt", "generate"}
    assert set(new) - set(old) == {"redraw"}
    folder = owner.folder / "artifacts"
    drawn = load_glyphs(folder / "generate" / new["generate"].key / GLYPHS)
    redrawn = load_glyphs(folder / "redraw" / new["redraw"].key / GLYPHS)
    changed = [char for char in drawn if not np.array_equal(drawn[char].ink, redrawn[char].ink)]
    assert changed == ["가"]
    owner.post(f"{owner.address}/letters/ac00", {"action": "forget"})


def test_letters_are_marked_as_wrong_and_named_until_written_again(owner: Person) -> None:
    owner.post(f"{owner.address}/letters/{ord('힣'):x}", {"action": "mark"})
    assert "Letters you marked as wrong" in owner.get(f"{owner.address}/font").text
    owner.post(f"{owner.address}/letters/{ord('힣'):x}", {"action": "unmark"})
    assert "Letters you marked as wrong" not in owner.get(f"{owner.address}/font").text


def files_of(person: Person) -> list[Path]:
    """All files of the service but its database and the lock of the folder that this process keeps open."""
    files = [path for path in person.folder.rglob("*") if path.is_file()]
    return [path for path in files if "sqlite" not in path.name and path.suffix != ".lock"]


def keep_result(person: Person, stage: str) -> None:
    """A stage's result of the newest job, as a worker leaves it."""
    lease = person.store.claim(person.jobs()[-1].id, "somebody", 60)
    assert lease is not None
    with person.store.lease_transaction(lease) as transaction:
        transaction.stage_started(stage, "k" * 64)
    artifacts = ArtifactFolder(person.folder / "artifacts")
    with artifacts.draft() as draft:
        (draft / "weights.pt").write_bytes(b"what was learnt of a hand")
        artifacts.keep(draft, stage, "k" * 64, {})
    with person.store.lease_transaction(lease) as transaction:
        transaction.stage_done(StageResult(stage, "k" * 64, 1.0, 1.0))


def test_a_scanned_pdf_is_read_page_by_page_and_deleting_leaves_nothing(
    person: Person, pages: list[Path], tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    with Image.open(pages[0]) as first, Image.open(pages[1]) as second:
        first.save(scan, "PDF", save_all=True, append_images=[second])
    person.begin()
    shown = person.upload_and_wait(scan).text
    scan.unlink()
    assert "scan.pdf #1" in shown and "scan.pdf #2" in shown
    read = [upload.reading for upload in person.store.projects.uploads(person.project)]
    assert [each.page_index if each else None for each in read] == [0, 1]
    person.post(f"{person.address}/letters/ac00", {"action": "draw", "strokes": json.dumps(LINES)})
    person.start()
    keep_result(person, "adapt")
    files = files_of(person)
    assert {path.name for path in files} >= {"photo-1.jpg", "page-2.jpg", "weights.pt"}
    gone = person.post(f"{person.address}/delete")
    assert "Everything is deleted" in gone.text
    assert person.get(person.address).status_code == 404
    left = files_of(person)
    assert left == []
    with person.store.engine.connect() as connection:
        for table in (
            "jobs",
            "photos",
            "readings",
            "glyph_instances",
            "stages",
            "outbox",
            "projects",
            "uploads",
            "letters",
        ):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_the_database_does_not_contain_the_address(person: Person) -> None:
    person.begin()
    token = person.address.removeprefix("/s/")
    assert len(token) >= 32
    assert person.store.projects.find(project_id(token)).id != token
    assert token.encode() not in (person.folder / "sonmat.sqlite3").read_bytes()
