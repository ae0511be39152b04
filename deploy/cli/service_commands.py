"""The commands of the service."""

from __future__ import annotations

from typing import Annotated

import typer

SERVE_HELP = """\
웹으로 글꼴을 만들어 드립니다. Opens the service: people make their fonts in the browser.

이 명령 하나로 모두 됩니다: 웹, 작업 프로세스, 데이터베이스 파일. All in one: web, worker, database file.

여럿이 나누어 일할 때 · on several machines: [cyan]sonmat serve --no-worker[/cyan], [cyan]sonmat collect[/cyan], \
[cyan]sonmat work[/cyan] (여럿 · several), [cyan]sonmat relay[/cyan]
"""
COLLECT_HELP = """\
사진을 읽고, 다 그려진 글자로 글꼴을 만듭니다. GPU가 필요 없습니다. \
A worker that reads photographs, and builds fonts from drawn characters. It needs processors, no GPU.

멈추라고 하면 하던 작업을 바로 대기열에 돌려놓습니다. When stopped, it requeues its job at once.
"""
WORK_HELP = """\
손맛을 익히고 나머지 글자를 그립니다. GPU가 있으면 씁니다. \
A worker that learns the hand and draws every other character, on a GPU where there is one; \
with SONMAT_BUS=local it does everything.

멈추라고 하면 하던 작업을 바로 대기열에 돌려놓습니다. When stopped, it requeues its job at once.
"""
RELAY_HELP = """\
유지 관리: 이벤트를 보내고, 멈춘 작업을 대기열에 돌려놓고, 기한이 지난 사진을 지웁니다. \
Maintenance: publishes events, requeues the jobs of dead workers, deletes files past their days.
"""
PREPARE_HELP = """\
데이터베이스의 표와 이벤트 토픽을 새 판에 맞추고 끝납니다. \
Migrates the database and creates the topics, then ends; run it once before the processes of a new version.
"""


def serve(
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="작업 프로세스도 함께 띄웁니다 · start a worker as well")
    ] = True,
    host: Annotated[str | None, typer.Option("--host", help="듣는 주소 · address to listen on")] = None,
    port: Annotated[int | None, typer.Option("--port", help="듣는 포트 · port to listen on")] = None,
) -> None:
    """Runs the service."""
    from deploy.processes import serve as run
    from deploy.settings import load_settings

    options = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run(load_settings().model_copy(update=options), with_worker=worker)


def collect() -> None:
    """Runs a worker that reads photographs and builds fonts."""
    from deploy.processes import collect as run
    from deploy.settings import load_settings

    run(load_settings())


def work(
    device: Annotated[
        str | None, typer.Option("--device", metavar="auto|cpu|cuda", help="그리는 곳 · where the network runs")
    ] = None,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="stop when standard input closes")] = False,
) -> None:
    """Runs a worker that learns hands and draws."""
    from deploy.processes import work as run
    from deploy.settings import load_settings

    run(load_settings(device=device) if device else load_settings(), beside=beside)


def relay() -> None:
    """Publishes events, requeues expired jobs, deletes old files."""
    from deploy.processes import relay as run
    from deploy.settings import load_settings

    run(load_settings())


def prepare() -> None:
    """Migrates the database and creates the topics."""
    from deploy.processes import prepare as run
    from deploy.settings import load_settings

    run(load_settings())


def add_commands(app: typer.Typer) -> None:
    """Registers the service's commands under a heading of their own."""
    for function, text in (
        (serve, SERVE_HELP),
        (collect, COLLECT_HELP),
        (work, WORK_HELP),
        (relay, RELAY_HELP),
        (prepare, PREPARE_HELP),
    ):
        app.command(help=text, rich_help_panel="서비스 · service")(function)
