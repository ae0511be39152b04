"""The whole way in a real browser at the size of a phone, with scripts: nothing but what a person does."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from httpx2 import ConnectError, get

from tests.conftest import missing
from tests.service.browser import Browser, chromium
from tests.service.servers import free_port

SERVICE = """
import sys
from tests.service.stub_stages import IMPLEMENTATIONS
from deploy.processes import serve, work
from deploy.settings import load_settings
if __name__ == "__main__":
    if sys.argv[1] == "web":
        serve(load_settings(), with_worker=False)
    work(load_settings(), IMPLEMENTATIONS["real"])
"""
WIDTHS = """
(() => {
  const pen = document.createElement("canvas").getContext("2d");
  return ["sonmat-own", "monospace"].map((family) => {
    pen.font = `40px ${family}`;
    return pen.measureText("가나").width;
  });
})()
"""
READ_S = 240.0
"""Patience with a machine that does other things: a photograph takes seconds on an idle one."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """The address of a running service: web and worker as processes of their own."""
    if chromium() is None:
        missing("Chromium is not installed: apt-get install chromium")
    port, script = free_port(), tmp_path / "service.py"
    script.write_text(SERVICE)
    environment = os.environ | {
        "SONMAT_DATA": str(tmp_path / "data"),
        "SONMAT_PORT": str(port),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    log = (tmp_path / "service.log").open("wb")
    processes = [
        subprocess.Popen([sys.executable, str(script), kind], env=environment, stdout=log, stderr=log)
        for kind in ("web", "work")
    ]
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            get(f"{address}/readyz")
            break
        except ConnectError:
            assert time.monotonic() < deadline, (tmp_path / "service.log").read_text()
            time.sleep(0.2)
    yield address
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(60)


def test_from_the_first_page_to_a_font_on_a_phone(service: str, tmp_path: Path, pages: list[Path]) -> None:
    with Browser(tmp_path, (390, 844), touch=True) as browser:
        browser.goto(service)
        assert not browser.run("document.documentElement.scrollWidth > innerWidth"), "nothing runs off the phone"
        browser.click(".go form[action^='/s?'] button")
        browser.wait("location.pathname.endsWith('/photos')")
        browser.choose_files("#files", pages[:2])
        browser.wait("document.querySelectorAll('article.photo svg.page').length === 2", READ_S)
        assert not browser.run("document.documentElement.scrollWidth > innerWidth")

        # A cell that could not be read, written again with the finger.
        browser.click(".flaws a")
        browser.wait("document.querySelector('canvas') !== null")
        char = browser.run("document.querySelector('#drawing').dataset.char")
        assert browser.run("document.querySelector('[data-save]').disabled")
        browser.draw("canvas", [(0.3, 0.3), (0.5, 0.3), (0.5, 0.7)])
        browser.draw("canvas", [(0.7, 0.2), (0.7, 0.8)])
        browser.run("document.querySelector('[name=following]').value = ''")
        browser.click("[data-save]")
        browser.wait("document.querySelectorAll('rect.v-redrawn').length === 1")

        browser.run("document.querySelector('#name').value = '엄마 글씨'")
        browser.click("form[action*='/start?'] button")
        browser.wait("location.pathname.endsWith('/font')", READ_S)

        # The page itself renders the font, and any text typed is seen in it at once.
        assert browser.run("document.fonts.load('34px sonmat-own', '가').then(fonts => fonts.length)") == 1
        own, other = browser.run(WIDTHS)
        assert own != other
        code = f"{ord(char):04x}"
        assert browser.run(f"document.querySelector('.glyphs li.written a[href$=\"/{code}\"]') !== null")
        browser.picture(tmp_path / "font.png")

        browser.click("a[href*='files/ttf']")
        saved = browser.downloads / "엄마 글씨.ttf"
        deadline = time.monotonic() + 30
        while not saved.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
            browser.run("0")
        assert ord(char) in TTFont(saved).getBestCmap()

        # This device remembers the address, so that closing the page loses nothing.
        font_page = browser.run("location.pathname")
        browser.goto(service)
        browser.wait("document.querySelector('#recent:not([hidden]) a') !== null")
        assert browser.run("document.querySelector('#recent a').textContent") == "엄마 글씨"
        browser.click("#recent a")
        browser.wait(f"location.pathname === '{font_page}'")

        # Marked as wrong by tapping, and everything deleted with one click.
        browser.click("#marking")
        browser.click(".glyphs a")
        browser.wait("document.querySelectorAll('.glyphs .wrong').length === 1")
        browser.click("#marking")
        browser.wait("document.querySelectorAll('.flaws a').length === 1")
        browser.click("form[action*='/delete?'] button")
        browser.wait("document.body.innerText.includes('모두 지웠습니다')")
        assert browser.problems == []
    # The empty lock of the folder in which a process keeps what comes in stays as long as the process does.
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert {path.name.split("-")[0] for path in left} <= {"sonmat.sqlite3", "web.secret"}
