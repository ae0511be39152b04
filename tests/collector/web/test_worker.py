"""Workers on a real database and a real broker: whatever dies, a job ends exactly once."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest

from collector.events import DEAD_TOPIC, FontReady, JobFailed, JobWaits, PhotosReceived, encode
from collector.store import Job, JobState, NewJob, OutboxMessage, Photo, Store, open_store
from deploy.job import carry_out
from deploy.keys import hash_file, hash_json
from deploy.nursery import Task, Trade
from deploy.pipeline import Progress, StageInput
from deploy.runner import Plan
from deploy.settings import Settings
from tests.deploy.samples import Workshop, report

WAIT_S = 90.0


def slow_plan() -> Plan:
    """Three stages that count words; the second takes as long as the photograph says, and may kill its process."""
    shop = Workshop()
    stages = list(shop.stages())

    def count(given: StageInput, out: Path, progress: Progress) -> dict[str, object]:
        word, _, number = given.order.photos[0].read_text().partition(" ")
        if word == "sleep":
            for _ in range(int(number) * 10):
                time.sleep(0.1)
                progress(0.5, "asleep")
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "break":
            raise ZeroDivisionError("broken on purpose")
        return dict(shop.count(given, out, progress))

    stages[1] = replace(stages[1], run=count)
    return Plan(stages, report)


def slow_job(task: Task) -> str:
    return carry_out(task, slow_plan())


SLOW = Trade(slow_job)
WORKER = """
import sys
from deploy.serve import collect, relay, work
from deploy.settings import load_settings
from tests.collector.web.test_worker import SLOW
if sys.argv[1] == "relay":
    relay(load_settings())
elif sys.argv[1] == "collect":
    collect(load_settings(), SLOW)
else:
    work(load_settings(), SLOW)
"""


class Yard:
    """A database, a bus, and the processes of a service in a test's hand."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            **{f"SONMAT_{name}": value for name, value in settings.items()},
            "SONMAT_DATA": str(folder),
            "SONMAT_LEASE_S": "3",
            "OMP_NUM_THREADS": "1",
        }
        self.store = open_store(settings["DATABASE"])
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, kind: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", textwrap.dedent(WORKER), kind]
        log = (self.folder / f"{kind}-{len(self._processes)}.log").open("wb")
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def submit(self, text: str) -> Job:
        """A job whose photograph is a text, as the web would put it in."""
        project = uuid.uuid4().hex
        photo = self.folder / "uploads" / project / "photo-1.jpg"
        photo.parent.mkdir(parents=True)
        photo.write_text(text)
        wishes = {"name": "손", "english_name": None, "designer": "", "license": "ofl", "version": "1.000"}
        options = {**wishes, "numbers": [1], "letters": {}, "pen_em": 0.05}
        wish = NewJob(hash_json(project), "손", "ofl", (Photo("p", hash_file(photo), 1),), options, project)
        return self.store.submit(wish, lambda job: encode(PhotosReceived(job=job.id)))

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, f"never: {what}\n{self.logs()}"
            time.sleep(0.1)

    def at_work(self, job: Job, stage: str) -> bool:
        now = self.store.job(job.id)
        return (now.state, now.stage) == (JobState.RUNNING, stage)

    def wait_end(self, jobs: Sequence[Job]) -> list[Job]:
        self.wait(lambda: all(self.store.job(job.id).state.is_terminal for job in jobs), "all jobs end")
        return [self.store.job(job.id) for job in jobs]

    def count(self, topic: str, key: str) -> int:
        return sum(at[1] == topic for at in self.store.operations.events(key))

    def logs(self) -> str:
        return "\n".join(path.read_text()[-1500:] for path in self.folder.glob("*.log"))

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self.store.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path, {"DATABASE": f"sqlite:///{tmp_path / 'sonmat.sqlite3'}", "BUS": "local"})
    yield yard
    yard.close()


@pytest.fixture
def production(tmp_path: Path, mariadb_server: int, kafka_broker: str) -> Iterator[Yard]:
    name = f"test_{uuid.uuid4().hex}"
    with pymysql.connect(host="127.0.0.1", port=mariadb_server, user="sonmat") as connection:
        connection.cursor().execute(f"CREATE DATABASE {name}")
    url = f"mysql+pymysql://sonmat@127.0.0.1:{mariadb_server}/{name}"
    yard = Yard(tmp_path, {"DATABASE": url, "BUS": "kafka", "KAFKA_SERVERS": kafka_broker})
    yield yard
    yard.close()


def test_a_worker_killed_at_its_job_is_followed_by_another_and_the_font_is_made_once(production: Yard) -> None:
    for kind in ("relay", "collect"):
        production.run(kind)
    first = production.run("work")
    job = production.submit("sleep 4")
    production.wait(lambda: production.at_work(job, "count"), "the first worker is at it")
    second = production.run("work")
    first.send_signal(signal.SIGKILL)
    first.wait()
    [ended] = production.wait_end([job])
    assert ended.state is JobState.DONE, production.logs()
    assert ended.report is not None and ended.report["words"] == 2
    assert ended.attempt >= 4, "collected, drawn in two attempts, built"
    assert production.count(FontReady.TOPIC, job.id) == 1
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert [worker.id for worker in production.store.operations.workers() if f"/{second.pid}/" in worker.id] == []


def test_of_a_crowd_of_jobs_told_five_times_each_ends_once(production: Yard) -> None:
    jobs = [production.submit(f"word {k}") for k in range(6)]
    production.store.outbox.add([encode(PhotosReceived(job=job.id)) for job in jobs * 4])
    for kind in ("relay", "collect", "work", "work"):
        production.run(kind)
    assert {job.state for job in production.wait_end(jobs)} == {JobState.DONE}
    assert [production.count(FontReady.TOPIC, job.id) for job in jobs] == [1] * 6
    assert {production.store.job(job.id).attempt for job in jobs} == {3}, "collected, drawn, built, each once"


@pytest.mark.parametrize(("word", "code"), [("die", "process.died"), ("break", "ZeroDivisionError")])
def test_a_poisonous_job_is_tried_and_then_given_up_by_name(embedded: Yard, word: str, code: str) -> None:
    embedded.environment["SONMAT_MOST_TRIES"] = "2"
    poison, sound = embedded.submit(word), embedded.submit("sound")
    embedded.run("work")
    ended, fine = embedded.wait_end([poison, sound])
    assert (ended.state, ended.error_code, ended.tries) == (JobState.FAILED, code, 2)
    assert fine.state is JobState.DONE
    assert embedded.count(JobFailed.TOPIC, poison.id) == 1


def test_what_nobody_can_read_goes_to_the_dead_letters_and_stops_nothing(embedded: Yard) -> None:
    embedded.store.outbox.add([OutboxMessage(PhotosReceived.TOPIC, "x", {"type": "photos.received", "version": 99})])
    job = embedded.submit("sound")
    embedded.run("work")
    assert embedded.wait_end([job])[0].state is JobState.DONE
    [letter] = embedded.store.outbox.read_log(DEAD_TOPIC, 0, 9)
    assert letter.message.payload["topic"] == PhotosReceived.TOPIC
    assert letter.message.payload["reason"]


def test_a_job_whose_writer_deletes_it_stops_and_leaves_no_result(embedded: Yard) -> None:
    job = embedded.submit("sleep 30")
    embedded.run("work")
    embedded.wait(lambda: embedded.at_work(job, "count"), "the worker is at it")
    assert job.project_id is not None
    with embedded.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM jobs")
    other = embedded.submit("sound")
    assert embedded.wait_end([other])[0].state is JobState.DONE
    kept = {path.parent.name for path in (embedded.folder / "artifacts").glob("*/*") if path.is_dir()}
    assert kept == {"read", "count", "sign"}, "those of the other job"
    assert len(list((embedded.folder / "artifacts" / "read").iterdir())) == 1


def test_the_caretaker_deletes_what_is_past_its_days(tmp_path: Path) -> None:
    import threading

    from collector.blobs import UploadFolder
    from collector.events import LocalBus
    from collector.store import NewUpload
    from deploy.artifacts import ArtifactFolder
    from deploy.caretaker import Caretaker
    from deploy.wiring import Blobs

    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    old = Store(store.engine, lambda: datetime.now(UTC) - timedelta(days=20))
    for name, keeper in (("older", old), ("newer", store)):
        keeper.projects.create(name)
        keeper.projects.add_upload(name, 1, NewUpload("a.jpg", "0" * 64, 1, {"set": "28"}))
        (tmp_path / "uploads" / name).mkdir(parents=True)
        (tmp_path / "uploads" / name / "photo-1.jpg").write_bytes(b"photo")
    settings = Settings(data=tmp_path, database=url, photo_days=14, keep_days=30)
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    Caretaker(settings, store, LocalBus(store.outbox), blobs, threading.Event()).clean()
    assert [path.parent.name for path in tmp_path.rglob("photo-1.jpg")] == ["newer"]
    assert store.projects.uploads("older")[0].removed_at is not None
    later = settings.model_copy(update={"keep_days": 15})
    Caretaker(later, store, LocalBus(store.outbox), blobs, threading.Event()).clean()
    assert not (tmp_path / "uploads" / "older").exists()
    assert (tmp_path / "uploads" / "newer").exists()
    store.close()


def test_a_broker_that_forgot_everything_is_told_again(production: Yard) -> None:
    job = production.submit("sound")
    with production.store.outbox.publishing(10) as lost:
        assert len(lost) == 1  # published to a broker that then lost it
    production.store.operations.announce_all(lambda j: encode(JobWaits(job=j.id, part=j.part)))
    for kind in ("relay", "collect", "work"):
        production.run(kind)
    assert production.wait_end([job])[0].state is JobState.DONE
