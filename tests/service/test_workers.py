"""Workers on a real database: killed processes, dead letters, deletion. Servers that fail: test_faults.py."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from collector.events import DEAD_TOPIC, JobFailed, PhotosReceived, encode
from collector.store import Job, JobState, NewJob, OutboxMessage, Photo, open_store
from deploy.job_process import carry_out
from deploy.jobs.process_pool import JobImplementation, JobTask
from deploy.pipeline.cache_keys import hash_file, hash_json
from deploy.pipeline.engine import Plan, Progress, StageInput
from tests.deploy.samples import WordStages, report

WAIT_S = 90.0


def slow_plan() -> Plan:
    """Three stages that count words; the second takes as long as the photograph says, and may kill its process."""
    words = WordStages()
    stages = list(words.stages())

    def count(inputs: StageInput, out: Path, progress: Progress) -> dict[str, object]:
        word, _, number = inputs.request.photos[0].read_text().partition(" ")
        if word == "sleep":
            for _ in range(int(number) * 10):
                time.sleep(0.1)
                progress(0.5, "asleep")
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "break":
            raise ZeroDivisionError("broken on purpose")
        return dict(words.count(inputs, out, progress))

    stages[1] = replace(stages[1], run=count)
    return Plan(stages, report)


def slow_job(task: JobTask) -> str:
    return carry_out(task, slow_plan())


def card_name(asked: str) -> str:
    return f"the card behind {asked}"


SLOW = JobImplementation(slow_job, device_name=card_name)
WORKER = """
import sys
from deploy.processes import collect, relay, work
from deploy.settings import load_settings
from tests.service.test_workers import SLOW
if sys.argv[1] == "relay":
    relay(load_settings())
elif sys.argv[1] == "collect":
    collect(load_settings(), SLOW)
else:
    work(load_settings(), SLOW)
"""


class LocalService:
    """A database, a bus, and processes of a service that a test starts."""

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
        self.store.projects.create(project)
        photo = self.folder / "uploads" / project / "photo-1.jpg"
        photo.parent.mkdir(parents=True)
        photo.write_text(text)
        params = {"name": "손", "english_name": None, "designer": "", "license": "ofl", "version": "1.000"}
        options = {**params, "numbers": [1], "letters": {}, "pen_em": 0.05}
        new_job = NewJob(hash_json(project), "손", "ofl", (Photo("p", hash_file(photo), 1),), options, project)
        return self.store.submit(new_job, lambda job: encode(PhotosReceived(job=job.id)))

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


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    """A service whose one worker runs the jobs of all tests: a failing job must not stop the next."""
    folder = tmp_path_factory.mktemp("cluster")
    url = f"sqlite:///{folder / 'sonmat.sqlite3'}"
    cluster = LocalService(folder, {"DATABASE": url, "BUS": "local", "MAX_TRIES": "2"})
    cluster.run("work")
    yield cluster
    cluster.close()


@pytest.mark.parametrize(("word", "code"), [("die", "process.died"), ("break", "ZeroDivisionError")])
def test_a_job_that_always_fails_is_retried_and_then_fails_by_name(
    embedded: LocalService, word: str, code: str
) -> None:
    poison, sound = embedded.submit(word), embedded.submit("sound")
    ended, fine = embedded.wait_end([poison, sound])
    assert (ended.state, ended.error_code, ended.tries) == (JobState.FAILED, code, 2)
    assert fine.state is JobState.DONE
    assert embedded.count(JobFailed.TOPIC, poison.id) == 1


def test_a_worker_shows_the_name_of_its_device(embedded: LocalService) -> None:
    embedded.wait_end([embedded.submit("sound too")])
    assert [worker.device for worker in embedded.store.operations.workers()] == ["the card behind auto"]


def test_events_that_cannot_be_decoded_become_dead_letters_and_stop_nothing(embedded: LocalService) -> None:
    embedded.store.outbox.add([OutboxMessage(PhotosReceived.TOPIC, "x", {"type": "photos.received", "version": 99})])
    job = embedded.submit("sound")
    assert embedded.wait_end([job])[0].state is JobState.DONE
    [letter] = embedded.store.outbox.read_log(DEAD_TOPIC, 0, 9)
    assert letter.message.payload["topic"] == PhotosReceived.TOPIC
    assert letter.message.payload["reason"]


def test_a_deleted_job_stops_and_leaves_no_result(embedded: LocalService) -> None:
    results = embedded.folder / "artifacts"
    before = set(results.glob("*/*"))
    job = embedded.submit("sleep 30")
    embedded.wait(lambda: embedded.at_work(job, "count"), "the worker is at it")
    assert job.project_id is not None
    with embedded.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM jobs")
    other = embedded.submit("another sound")  # whose results were not there before
    assert embedded.wait_end([other])[0].state is JobState.DONE
    kept = [path.parent.name for path in set(results.glob("*/*")) - before if path.is_dir()]
    assert sorted(kept) == ["count", "read", "sign"], "those of the other job"
