"""Controls a real browser: Chromium by the DevTools protocol over a pipe, without further packages."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

WAIT_S = 60.0
HIGH = 50
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


def chromium() -> str | None:
    """The browser's program, where one is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """One window of a size; every method returns when the browser has done it."""

    def __init__(self, folder: Path, size: tuple[int, int], *, language: str = "ko", touch: bool = False) -> None:
        program = chromium()
        assert program is not None
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The protocol's pipes are descriptors 3 and 4. Ours are moved out of the way first; the shell puts them there.
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD, HIGH) for each in (to_read, to_write)]
        shell = ["bash", "-c", f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}', "browser"]
        self._process = subprocess.Popen(
            [
                *shell,
                program,
                *FLAGS,
                f"--user-data-dir={folder / 'profile'}",
                f"--accept-lang={language}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=ends,
        )
        for each in (to_read, to_write, *ends):
            os.close(each)
        self._number, self._buffer, self._session = 0, b"", ""
        self.problems: list[str] = []
        """Errors of the page: of scripts, and of the content security policy."""
        self._open(folder, size, touch)

    def _open(self, folder: Path, size: tuple[int, int], touch: bool) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "DOM", "Log"):
            self.call(f"{domain}.enable")
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        if touch:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.downloads = folder / "downloads"
        self.downloads.mkdir()
        self.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            block = os.read(self._read, 1 << 20)
            assert block, "the browser is gone"
            self._buffer += block
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if message.get("method") == "Runtime.exceptionThrown":
            self.problems.append(str(message["params"]["exceptionDetails"]))
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.problems.append(message["params"]["entry"]["text"])
        if message.get("method") == "Page.javascriptDialogOpening":
            # Answered without waiting: the answer to this comes among the next messages.
            self._number += 1
            accept = {"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            os.write(self._write, json.dumps(accept | {"sessionId": self._session}).encode() + b"\0")
        return message

    def goto(self, url: str) -> None:
        """Opens an address and waits until it is loaded."""
        self.call("Page.navigate", url=url)
        self.wait("location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """The value of a script; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, condition: str, wait_s: float = WAIT_S) -> None:
        """Waits until a script says true of a page that has loaded; across loads of new pages too."""
        condition = f"document.readyState === 'complete' && ({condition})"
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            result = self.call("Runtime.evaluate", expression=condition, returnByValue=True)
            if result["result"].get("value") is True:
                return
            time.sleep(0.1)
        raise AssertionError(f"never: {condition}\n{self.run('document.body.innerText')[:2000]}")

    def click(self, selector: str) -> None:
        """A real click in the middle of an element."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def draw(self, selector: str, points: Sequence[tuple[float, float]]) -> None:
        """Draws over an element with a finger; points as shares of its box."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()"
        )
        kinds = ["touchStart", *["touchMove"] * (len(points) - 1)]
        for kind, (x, y) in zip(kinds, points, strict=True):
            place = {"x": box[0] + x * box[2], "y": box[1] + y * box[3]}
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[place])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def choose_files(self, selector: str, files: Sequence[Path]) -> None:
        """Puts files into a form's file field, as the person's own choice does."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file) for file in files])

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)
