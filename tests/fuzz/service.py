"""A service under fire: the real server, and its OpenAPI schema with what forms and addresses really hold.

python -m tests.fuzz.service                     # 400 requests for each of its operations
python -m tests.fuzz.service --examples 50
"""

import argparse
import logging
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import randoms
from schemathesis import Case
from schemathesis.schemas import APIOperation

from collector.events import Delivery, PhotosReceived, to_dead_letter
from collector.store import NewJob, NewUpload, Photo
from collector.web import Limits, make_server
from collector.web.forms import FORM_COOKIE, FORM_FIELD
from collector.web.job_submitted import job_submitted
from collector.web.operator.access import COOKIE
from collector.web.tokens import Tokens
from collector.web.uploads.reader_pool import ReaderPool
from templates.sheet import build_sheet
from tests.collector.store.samples import page_reading
from tests.fuzz.mutants import SMALL_PX, mutants, whole_pictures
from tests.service.servers import free_port
from tests.service.visitor import OPERATOR, Person, make_person

ENDLESS = 10**9
ANYTHING = {"type": "string"}
HITS = 0.8
"""Share of values that are replaced by true ones."""
STROKES = "[[[0.1, 0.2], [0.5, 0.5], [0.9, 0.1]]]"
BROKEN = 24
ANSWERS_ON_PURPOSE = {503}
"""``/readyz`` and the limit of streams say so; every other 5xx is a defect."""


@dataclass
class Target:
    """A running service with one project, and what one must know to reach all of it."""

    address: str
    person: Person
    form_token: str
    session: requests.Session = field(default_factory=requests.Session)

    def schema(self) -> Any:
        """The service's OpenAPI schema, with the forms that its pages send."""
        raw = self.person.client.app.openapi()  # type: ignore[attr-defined]
        for path, operations in raw["paths"].items():
            if "post" in operations:
                operations["post"]["requestBody"] = _body(path)
        loaded = schemathesis.openapi.from_dict(raw).exclude(path_regex="/events$")  # answers that do not end
        loaded.config.update(base_url=self.address)
        return loaded

    def aim(self, case: Case, dice: Random) -> None:
        """Puts what is true into most requests: what is all invented is turned away at the first door."""
        hits = self._hits()
        for values in (case.path_parameters, case.query, case.body):
            if isinstance(values, dict):
                for name in sorted(hits.keys() & values.keys()):
                    if dice.random() < HITS:
                        values[name] = dice.choice(hits[name])
        # The one project is needed to the end: nobody may find the way to delete it.
        is_from_elsewhere = dice.random() >= HITS or case.operation.path == "/s/{token}/delete"
        if case.method.upper() == "POST":
            case.query = {**(case.query or {}), FORM_FIELD: "forged" if is_from_elsewhere else self.form_token}

    def _hits(self) -> dict[str, list[Any]]:
        return {
            "token": [self.person.address.removeprefix("/s/")],
            "job_id": [job.id for job in self.person.jobs()],
            "number": [1, 2, -1, 2**31, 2**63, 10**200, 10**300],
            "code": ["ac00", "41", "3131", "d7a3"],
            "kind": ["ttf", "woff2", "specimen"],
            "action": ["retry", "cancel", "draw", "wrong", "right", "forget"],
            "set_name": ["256", "100", "28"],
            "language": ["ko", "en"],
            "group": ["written", "latin", "jamo", "ㄱ", "ㅎ"],
            "state": ["queued", "failed"],
            "page": [1, 2, 2**31, 2**63, -1],
            "back": ["/", "//elsewhere", "/\\elsewhere"],
            "strokes": [STROKES, "[[[0, 1e308]]]", "[" * 3000],
            "licence": ["ofl", "all-rights"],
            "photos": _files(),
        }


@cache
def _files() -> list[list[bytes]]:
    """What might be uploaded at once: nothing, sound pictures, broken ones."""
    sound = [data for _, data in sorted(whole_pictures(SMALL_PX).items())]
    broken = [data for _, data in mutants(BROKEN, 5, SMALL_PX)]
    return [[], sound[:3], *([data] for data in sound), *([data] for data in broken), broken[:12]]


def _body(path: str) -> dict[str, Any]:
    names = ("action", "strokes", "name", "english_name", "designer", "licence", "token", "reason")
    schema: dict[str, Any] = {"type": "object", "properties": dict.fromkeys(names, ANYTHING), "required": [*names]}
    kind = "application/x-www-form-urlencoded"
    if path.endswith("/photos"):
        kind = "multipart/form-data"
        schema["properties"]["photos"] = {"type": "array", "items": {"type": "string", "format": "binary"}}
        schema["required"].append("photos")
    return {"required": True, "content": {kind: {"schema": schema}}}


@contextmanager
def served(folder: Path, readers: ReaderPool) -> Iterator[Target]:
    """A service with a project that has a photograph, a letter and a job, and with a dead letter."""
    limits = Limits(
        projects_an_hour=ENDLESS, uploads_an_hour=ENDLESS, uploads_an_hour_each=ENDLESS, photos_a_project=ENDLESS,
        starts_an_hour=ENDLESS, letters_an_hour=ENDLESS, logins_a_quarter=ENDLESS,
    )  # fmt: skip
    for person in make_person(folder, readers, limits=limits):
        person.begin()
        _furnish(person)
        server = make_server(person.client.app, "127.0.0.1", free_port(), "127.0.0.1", lifespan="off")
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        tokens = Tokens("secret", OPERATOR)
        target = Target(f"http://127.0.0.1:{server.config.port}", person, tokens.new_form_token())
        target.session.cookies.set(FORM_COOKIE, target.form_token)
        target.session.cookies.set(COOKIE, tokens.new_session())
        yield target
        server.should_exit = True
        thread.join()


def _furnish(person: Person) -> None:
    """What a project in use has, without the minutes that it takes."""
    store, project = person.store, person.project
    for page in build_sheet("28").pages:
        upload = NewUpload("page.jpg", "0" * 64, 1000, page_reading(page.index + 1, page_index=page.index))
        store.projects.add_upload(project, store.projects.next_upload(project), upload)
    store.projects.draw_letter(project, "가", [[[0.1, 0.2], [0.5, 0.5]]])
    photos = (Photo("page.jpg", "0" * 64, 1000),)
    store.submit(NewJob("0" * 64, "손", "ofl", photos, {"numbers": [1]}, project), job_submitted)
    unread = {"type": "photos.received", "version": 99}
    delivery = Delivery(PhotosReceived.TOPIC, "x", unread, 0, 0)
    store.outbox.add([to_dead_letter(delivery, "unknown")])


def hammer(target: Target, operation: APIOperation, examples: int) -> tuple[Counter[int], list[str]]:
    """So many requests to one operation: how often each status came, and what defects showed."""
    statuses: Counter[int] = Counter()
    defects: list[str] = []

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), dice=randoms(use_true_random=False))
    def ask(case: Case, dice: Random) -> None:
        target.aim(case, dice)
        response = case.call(session=target.session, allow_redirects=False, timeout=60, stream=True)
        statuses[response.status_code] += 1
        if response.status_code >= 500 and response.status_code not in ANSWERS_ON_PURPOSE:
            defects.append(f"{response.status_code} {case.as_curl_command()[:1500]}")

    ask()
    return statuses, defects


def main() -> int:
    """The bench; 1 when the service answered with a defect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=400)
    options = parser.parse_args()
    total: Counter[int] = Counter()
    count = 0
    logging.getLogger("collector.web").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(ReaderPool(1, Path(tempfile.gettempdir()))) as readers,
        served(Path(folder), readers) as target,
    ):
        for result in target.schema().get_all_operations():
            operation = result.ok()
            statuses, defects = hammer(target, operation, options.examples)
            print(f"{operation.label:50} {dict(sorted(statuses.items()))}", flush=True)
            for defect in defects[:3]:
                print(f"    {defect}", flush=True)
            total += statuses
            count += len(defects)
    print(f"{sum(total.values())} requests, {dict(sorted(total.items()))}, {count} defects")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
