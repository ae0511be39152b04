"""Dockerfile, compose, Kubernetes, Prometheus and Grafana files are valid and agree with the program."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from packaging.requirements import Requirement
from pymysql import _auth

from collector.events import WORK_TOPICS
from collector.store import open_store
from collector.web.metrics import Metrics
from deploy.cli.main import app
from deploy.jobs.worker import COLLECTOR, DRAWER
from deploy.processes import STOP_S
from deploy.settings import Settings
from tests.conftest import missing
from tests.service import compose_stack as stack

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
MANIFESTS = [path for path in KUBERNETES if path.name != "kustomization.yaml"]
RULES = DEPLOY / "prometheus" / "rules.yaml"
BOARD = DEPLOY / "grafana" / "sonmat.json"
GRID = 24


def run(program: str, *arguments: str | Path) -> None:
    """Runs a linter of the virtual environment, or promtool of the system; skips where promtool is not installed."""
    found = shutil.which(program, path=str(Path(sys.executable).parent))
    if program == "promtool" and (found := shutil.which(program)) is None:
        missing("promtool is not installed: apt-get install prometheus")
    assert found, f"{program} is not installed: pip install --editable '.[dev]'"
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_passes_its_linter() -> None:
    run("hadolint", DEPLOY / "Dockerfile")


def test_scripts_pass_their_linter() -> None:
    run("shellcheck", *sorted(DEPLOY.glob("*.sh")))


def test_yaml_passes_its_linter() -> None:
    run("yamllint", "--strict", DEPLOY)


def test_compose_file_is_valid() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_kubernetes_manifests_are_valid() -> None:
    run("kubernetes-validate", "--strict", *MANIFESTS)


def test_prometheus_files_are_valid() -> None:
    run("promtool", "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yaml")
    run("promtool", "check", "rules", RULES)


def test_alerts_fire_when_they_should_and_only_then() -> None:
    run("promtool", "test", "rules", DEPLOY / "prometheus" / "rules_test.yaml")


def manifests() -> list[dict[str, Any]]:
    """All Kubernetes objects."""
    return [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text())]


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [each for each in manifests() if each["kind"] in kinds]


def pods() -> dict[str, dict[str, Any]]:
    """Pod templates by the name of what makes them."""
    return {each["metadata"]["name"]: each["spec"]["template"] for each in of_kind("Deployment", "Job")}


def compose() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return whole


def our_services() -> dict[str, dict[str, Any]]:
    return {name: each for name, each in compose()["services"].items() if each["image"].startswith("sonmat:")}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line of ours that the files start, with its place."""
    for name, service in our_services().items():
        yield f"compose: {name}", service["command"]
    for name, template in pods().items():
        yield f"kubernetes: {name}", template["spec"]["containers"][0]["args"]


def test_commands_and_options_are_those_of_the_program() -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for place, (name, *options) in commands():
        assert name in known, place
        allowed = {text for option in known[name].params for text in (*option.opts, *option.secondary_opts)}
        assert set(options) <= allowed, place


def test_compose_and_kubernetes_start_the_same_processes() -> None:
    lines = {" ".join(command) for place, command in commands() if place.startswith("compose")}
    assert lines == {" ".join(command) for place, command in commands() if place.startswith("kubernetes")}


def test_environment_variables_are_settings() -> None:
    known = {f"SONMAT_{name}".upper() for name in Settings.model_fields}
    given = {name for service in our_services().values() for name in service["environment"]}
    given |= {name for each in of_kind("ConfigMap") for name in each["data"]}
    given |= {each["name"] for pod in pods().values() for each in pod["spec"]["containers"][0]["env"]}
    given |= set(re.findall(r"(SONMAT_\w+)=", (DEPLOY / "Dockerfile").read_text()))
    assert {name for name in given if name.startswith("SONMAT_")} <= known


def test_values_of_settings_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: value for each in of_kind("ConfigMap") for name, value in each["data"].items()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings().bus == "kafka"


def test_secrets_are_named_and_have_no_values_in_the_files() -> None:
    named = re.search(r'Secret "sonmat": (.+)\.', (DEPLOY / "kubernetes" / "settings.yaml").read_text())
    assert named is not None
    asked = {
        each["valueFrom"]["secretKeyRef"]["key"]
        for pod in pods().values()
        for each in pod["spec"]["containers"][0]["env"]
        if "valueFrom" in each
    }
    assert asked == set(named[1].split(", "))
    assert of_kind("Secret") == []
    for service in compose()["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|DATABASE$", name) and "$" not in str(value):
                assert not value or name == "MYSQL_DATABASE", name


def test_the_script_of_secrets_writes_all_variables_of_the_compose_file(tmp_path: Path) -> None:
    script = tmp_path / "secrets.sh"
    shutil.copy(DEPLOY / "secrets.sh", script)
    subprocess.run([script], check=True, capture_output=True)
    written = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text())) <= set(written)
    before = (tmp_path / ".env").read_text()
    subprocess.run([script], check=True, capture_output=True)
    assert (tmp_path / ".env").read_text() == before
    assert len(set(written.values())) == len(written), "no secret twice"


def test_containers_have_no_needless_rights() -> None:
    for name, service in our_services().items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
    for name, pod in pods().items():
        guard = pod["spec"]["containers"][0]["securityContext"]
        assert pod["spec"]["securityContext"]["runAsNonRoot"] and guard["readOnlyRootFilesystem"], name
        assert not guard["allowPrivilegeEscalation"] and guard["capabilities"] == {"drop": ["ALL"]}, name
        assert "memory" in pod["spec"]["containers"][0]["resources"]["limits"], name
    stages = (DEPLOY / "Dockerfile").read_text().split("\nFROM ")
    assert all(stage.startswith("runtime AS ") for stage in stages[-2:]), "the last layers are built on the slim one"
    assert "USER 10001" in next(stage for stage in stages if stage.startswith("base AS runtime"))


def test_stopped_processes_get_enough_time() -> None:
    for name, service in our_services().items():
        assert int(service["stop_grace_period"].rstrip("s")) > STOP_S, name
    for each in of_kind("Deployment"):
        assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > STOP_S, each["metadata"]["name"]


def test_kubernetes_objects_refer_to_existing_ones() -> None:
    deployments = {each["metadata"]["name"]: each for each in of_kind("Deployment")}
    labels = [pod["metadata"]["labels"] for pod in pods().values()]
    for each in of_kind("ScaledObject", "HorizontalPodAutoscaler"):
        assert each["spec"]["scaleTargetRef"]["name"] in deployments
        assert "replicas" not in deployments[each["spec"]["scaleTargetRef"]["name"]]["spec"] or "web" in str(each)
    for each in of_kind("PodDisruptionBudget"):
        assert each["spec"]["selector"]["matchLabels"] in labels
    for each in of_kind("Service"):
        assert each["spec"]["selector"] in labels
    for name, each in deployments.items():
        assert each["spec"]["selector"]["matchLabels"] == each["spec"]["template"]["metadata"]["labels"], name
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == [path.name for path in MANIFESTS]


def test_scaling_uses_the_topics_and_groups_of_the_workers() -> None:
    settings = next(each for each in of_kind("ConfigMap"))["data"]
    scaled = {each["metadata"]["name"]: each["spec"]["triggers"] for each in of_kind("ScaledObject")}
    for name, kind in (("sonmat-collector", COLLECTOR), ("sonmat-worker", DRAWER)):
        triggers = scaled.pop(name)
        assert [each["metadata"]["topic"] for each in triggers] == [WORK_TOPICS[phase] for phase in kind.phases]
        assert {each["metadata"]["consumerGroup"] for each in triggers} == {kind.group}
        assert {each["metadata"]["bootstrapServers"] for each in triggers} == {settings["SONMAT_KAFKA_SERVERS"]}
    assert not scaled


def test_foreign_images_are_pinned() -> None:
    bases = re.findall(r"^ARG PYTHON_IMAGE=(\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    images = [each["image"] for each in compose()["services"].values() if not each["image"].startswith("sonmat:")]
    assert bases and images
    for image in bases + images:
        assert re.search(r":v?\d+\.\d+", image), image


def test_the_image_gets_every_package_and_no_corpus() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert let_in == {name.rstrip("*") for name in packages} | {"pyproject.toml", "README.md"}


def test_mysql_8_authentication_is_supported() -> None:
    assert _auth._have_cryptography, (
        "caching_sha2_password, the authentication of MySQL 8, needs the package cryptography"
    )


def dashboard() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(BOARD.read_text())
    return whole


def expressions() -> list[str]:
    """All expressions of the dashboard."""
    asked = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return asked + [each["expr"] for each in dashboard()["annotations"]["list"]]


def test_queried_metrics_exist(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    exported = set()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", Metrics(store).text().decode(), re.MULTILINE):
        exported |= {name} | (
            {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind in SERIES_KINDS else set()
        )
    store.close()
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    exported |= {rule["record"] for rule in rules if "record" in rule}
    for expression in [*expressions(), *(rule["expr"] for rule in rules)]:
        assert set(re.findall(r"\bsonmat[_:][\w:]+", expression)) <= exported, expression


SERIES_KINDS = ("histogram", "summary")


def test_prometheus_parses_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{k}", "expr": expression} for k, expression in enumerate(expressions())]
    path = tmp_path / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    run("promtool", "check", "rules", path)


def test_panels_do_not_overlap_and_have_a_source() -> None:
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    known = {each["uid"] for each in sources["datasources"]}
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= GRID, panel["title"]
        taken |= cells
        assert {panel["datasource"]["uid"], *(each["datasource"]["uid"] for each in panel["targets"])} <= known
    assert len({panel["id"] for panel in dashboard()["panels"]}) == len(dashboard()["panels"])


def test_the_stack_runs_the_services_of_the_compose_file() -> None:
    given = dict.fromkeys(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()), "given")
    services = stack.our_services(given)
    assert set(services) == set(stack.ORDER)
    assert services["web"].environment["SONMAT_DATABASE"] == "mysql+pymysql://sonmat:given@mysql/sonmat"
    assert not [value for each in services.values() for value in each.environment.values() if "${" in value]
    with pytest.raises(stack.StackError, match=r"MYSQL_PASSWORD: run deploy/secrets\.sh first"):
        stack.our_services(given | {"MYSQL_PASSWORD": ""})


def test_every_image_tag_is_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    files = (DEPLOY / "compose.yaml", DEPLOY / "Dockerfile", DEPLOY / "kubernetes" / "kustomization.yaml")
    tags = {path.name: set(re.findall(r"\b\d+\.\d+\.\d+(?=-cuda\b|\}|\s|$)", _own_tags(path))) for path in files}
    assert tags == {path.name: {version} for path in files}
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _own_tags(path: Path) -> str:
    return "\n".join(line for line in path.read_text().splitlines() if "sonmat:" in line or "newTag" in line)


LOCKS = {name: DEPLOY / name for name in ("requirements.txt", "requirements-dev.txt")}


def locked(name: str) -> dict[str, set[str]]:
    """Versions by package of a lock file."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", LOCKS[name].read_text().split("\n", 1)[1]):
        package, version = re.match(r"([a-z0-9.-]+)==(\S+)", block).groups()  # type: ignore[union-attr]
        assert "--hash=sha256:" in block, package
        found.setdefault(package, set()).add(version)
    return found


def test_locks_hold_what_pyproject_asks_for_and_nothing_twice() -> None:
    run_lock, dev_lock = (locked(name) for name in LOCKS)
    assert not run_lock.keys() & dev_lock.keys()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for wanted, known in (
        (project["dependencies"], run_lock),
        (project["optional-dependencies"]["dev"], run_lock | dev_lock),
    ):
        for requirement in map(Requirement, wanted):
            if requirement.name != "torch":
                assert all(requirement.specifier.contains(each) for each in known[requirement.name]), requirement
    assert not [name for name in run_lock | dev_lock if re.match("torch|triton|nvidia-|cuda-", name)]
    assert not [path for path in LOCKS.values() if "://" in path.read_text()], "no index is named"


def test_what_installs_goes_by_the_locks() -> None:
    setup, image = (DEPLOY / "setup.sh").read_text(), (DEPLOY / "Dockerfile").read_text()
    assert all(f"--requirement deploy/{name}" in setup for name in LOCKS) and "--require-hashes" in setup
    assert "--require-hashes --requirement requirements.txt" in image
    assert all(f"deploy/{name}" in (ROOT / "Makefile").read_text() for name in LOCKS)


ANSWERS = {
    "no network": ("Could not connect", 1, 0, "Nothing is known"),
    "nobody knows it": ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', 0, 0, "known of 1 of 1: a"),
    "no hole": ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', 0, 0, "No known holes"),
    "a hole": (
        '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}',
        1,
        1,
        "a 1: CVE-1, mended in 2",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_the_audit_tells_of_holes_and_does_not_fail_where_nobody_answers(tmp_path: Path, case: str) -> None:
    said, code, ends, told = ANSWERS[case]
    stub = tmp_path / "bin" / "python"
    stub.parent.mkdir()
    stub.write_text(
        f'#!/bin/sh\nif [ "$2" = pip_audit ]; then echo \'{said}\'; exit {code}; fi\nexec {sys.executable} "$@"\n'
    )
    stub.chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "audit.sh"], env=os.environ | {"VENV": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == ends and told in done.stdout, done.stdout + done.stderr
