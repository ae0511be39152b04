"""What describes images, machines and alarms is well formed and true to the program it runs."""

import json
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
from pymysql import _auth

from collector.events import WORK_TOPICS
from collector.store import open_store
from collector.web.metrics import Figures
from deploy.cli.main import app
from deploy.jobs.worker import COLLECTOR, DRAWER
from deploy.processes import STOP_S
from deploy.settings import Settings
from tests.service import compose_stack as stack

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
MANIFESTS = [path for path in KUBERNETES if path.name != "kustomization.yaml"]
RULES = DEPLOY / "prometheus" / "rules.yaml"
BOARD = DEPLOY / "grafana" / "sonmat.json"
GRID = 24


def run(program: str, *arguments: str | Path) -> None:
    """Runs a judge that came with the environment, or Prometheus' own from the system; skips where that is not."""
    found = shutil.which(program, path=str(Path(sys.executable).parent))
    if program == "promtool" and (found := shutil.which(program)) is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    assert found, f"{program} is not installed: pip install --editable '.[dev]'"
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_built_by_the_rules() -> None:
    run("hadolint", DEPLOY / "Dockerfile")


def test_scripts_have_no_traps() -> None:
    run("shellcheck", *sorted(DEPLOY.glob("*.sh")))


def test_yaml_is_tidy() -> None:
    run("yamllint", "--strict", DEPLOY)


def test_the_composition_keeps_to_its_specification() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_manifests_keep_to_the_schemas_of_kubernetes() -> None:
    run("kubernetes-validate", "--strict", *MANIFESTS)


def test_prometheus_reads_its_files() -> None:
    run("promtool", "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yaml")
    run("promtool", "check", "rules", RULES)


def test_alarms_ring_when_they_should_and_only_then() -> None:
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


def test_both_ways_start_the_same_processes() -> None:
    lines = {" ".join(command) for place, command in commands() if place.startswith("compose")}
    assert lines == {" ".join(command) for place, command in commands() if place.startswith("kubernetes")}


def test_variables_are_settings() -> None:
    known = {f"SONMAT_{name}".upper() for name in Settings.model_fields}
    given = {name for service in our_services().values() for name in service["environment"]}
    given |= {name for each in of_kind("ConfigMap") for name in each["data"]}
    given |= {each["name"] for pod in pods().values() for each in pod["spec"]["containers"][0]["env"]}
    given |= set(re.findall(r"(SONMAT_\w+)=", (DEPLOY / "Dockerfile").read_text()))
    assert {name for name in given if name.startswith("SONMAT_")} <= known


def test_settings_of_the_files_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: value for each in of_kind("ConfigMap") for name, value in each["data"].items()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings().bus == "kafka"


def test_secrets_are_named_and_never_written_down() -> None:
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


def test_the_script_of_secrets_writes_all_that_the_composition_asks_for(tmp_path: Path) -> None:
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


def test_nothing_of_ours_has_more_rights_than_it_needs() -> None:
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


def test_who_is_told_to_stop_gets_the_time_it_takes() -> None:
    for name, service in our_services().items():
        assert int(service["stop_grace_period"].rstrip("s")) > STOP_S, name
    for each in of_kind("Deployment"):
        assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > STOP_S, each["metadata"]["name"]


def test_objects_find_each_other() -> None:
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


def test_the_scale_follows_topics_and_groups_that_the_workers_read() -> None:
    settings = next(each for each in of_kind("ConfigMap"))["data"]
    scaled = {each["metadata"]["name"]: each["spec"]["triggers"] for each in of_kind("ScaledObject")}
    for name, kind in (("sonmat-collector", COLLECTOR), ("sonmat-worker", DRAWER)):
        triggers = scaled.pop(name)
        assert [each["metadata"]["topic"] for each in triggers] == [WORK_TOPICS[part] for part in kind.parts]
        assert {each["metadata"]["consumerGroup"] for each in triggers} == {kind.group}
        assert {each["metadata"]["bootstrapServers"] for each in triggers} == {settings["SONMAT_KAFKA_SERVERS"]}
    assert not scaled


def test_images_of_others_are_pinned() -> None:
    bases = re.findall(r"^FROM (\S+:\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    images = [each["image"] for each in compose()["services"].values() if not each["image"].startswith("sonmat:")]
    assert bases and images
    for image in bases + images:
        assert re.search(r":v?\d+\.\d+", image), image


def test_the_image_gets_every_room_and_no_corpus() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert let_in == {name.rstrip("*") for name in packages} | {"pyproject.toml", "README.md"}


def test_mysql_8_lets_us_in() -> None:
    assert _auth._have_cryptography, "caching_sha2_password, the way of MySQL 8, needs the package cryptography"


def board() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(BOARD.read_text())
    return whole


def expressions() -> list[str]:
    """All that Grafana asks of Prometheus."""
    asked = [target["expr"] for panel in board()["panels"] for target in panel["targets"]]
    return asked + [each["expr"] for each in board()["annotations"]["list"]]


def test_figures_that_are_asked_for_are_figures_that_we_tell(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    told = set()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", Figures(store).text().decode(), re.MULTILINE):
        told |= {name} | ({f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind in HEAPS else set())
    store.close()
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    told |= {rule["record"] for rule in rules if "record" in rule}
    for expression in [*expressions(), *(rule["expr"] for rule in rules)]:
        assert set(re.findall(r"\bsonmat[_:][\w:]+", expression)) <= told, expression


HEAPS = ("histogram", "summary")


def test_prometheus_understands_what_grafana_asks(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{k}", "expr": expression} for k, expression in enumerate(expressions())]
    path = tmp_path / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    run("promtool", "check", "rules", path)


def test_panels_lie_beside_each_other_and_find_their_source() -> None:
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    known = {each["uid"] for each in sources["datasources"]}
    taken: set[tuple[int, int]] = set()
    for panel in board()["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= GRID, panel["title"]
        taken |= cells
        assert {panel["datasource"]["uid"], *(each["datasource"]["uid"] for each in panel["targets"])} <= known
    assert len({panel["id"] for panel in board()["panels"]}) == len(board()["panels"])


def test_the_stack_runs_what_the_composition_runs() -> None:
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
