"""Dockerfile, compose and Kubernetes manifests: whatever can be known of them without an engine."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docker.probe import probe
from settings import load_settings
from tests.deploy.words import understood

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
COMPOSE = DEPLOY / "docker" / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
PROBED = {"/healthz", "/readyz", "/metrics"}
KINDS = {
    "Deployment": "apps/v1",
    "Service": "v1",
    "PodDisruptionBudget": "policy/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def given(name: str) -> list[str]:
    """What stands behind each instruction of one name."""
    return [rest for word, rest in instructions() if word == name]


def manifests() -> Iterator[dict[str, Any]]:
    """Every object of every manifest."""
    for path in MANIFESTS:
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def deployments() -> list[dict[str, Any]]:
    """Those that run something."""
    return [each for each in manifests() if each["kind"] == "Deployment"]


def compose() -> dict[str, Any]:
    """The compose file, its anchors resolved."""
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return content


def ours() -> dict[str, dict[str, Any]]:
    """Services of compose that run the control center itself."""
    return {name: each for name, each in compose()["services"].items() if "build" in each}


def test_everything_that_the_image_takes_is_there_and_nothing_is_forgotten() -> None:
    """Every room that the program imports is copied."""
    taken = [source for rest in given("COPY") for source in rest.split()[:-1]]
    assert [name for name in taken if not (ROOT / name).exists() and name != "requirements.lock"] == []
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["packages"]
    assert set(rooms) | {"config", "app.py", "settings.py"} <= set(taken)


def test_the_image_is_pinned_and_runs_as_nobody_in_particular() -> None:
    """No root, no latest; packages by hash."""
    assert all(":" in base and not base.endswith(":latest") for base in given("FROM"))
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", given("USER")[-1])
    words = [word for word, _ in instructions()]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert any("--require-hashes -r requirements.lock" in line for line in given("RUN"))


def test_the_image_starts_what_the_program_understands_and_asks_what_it_serves() -> None:
    """Its port is the configuration's."""
    assert given("ENTRYPOINT") == ['["python", "app.py"]']
    understood(yaml.safe_load(given("CMD")[0]))
    port = load_settings(DEPLOY / "config" / "control-center.yaml").server.port
    assert given("EXPOSE") == [str(port)]
    asked = yaml.safe_load(given("HEALTHCHECK")[0].partition("CMD ")[2])[-1]
    assert asked == f"http://127.0.0.1:{port}/healthz"


@pytest.mark.parametrize("name", sorted(ours()))
def test_a_service_of_compose_is_complete(name: str) -> None:
    """Its words are understood; what it mounts is there; its secrets and volumes are declared; it has no rights."""
    whole, service = compose(), ours()[name]
    if "command" in service:
        understood(service["command"])
    for mount in service["volumes"]:
        source = mount.split(":")[0]
        assert (COMPOSE.parent / source).exists() if source.startswith(".") else source in whole["volumes"]
    assert set(service["secrets"]) <= set(whole["secrets"])
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "ports" not in service, "the dashboard is reached through the front alone"


def test_compose_has_every_part_and_they_find_each_other() -> None:
    """Gates live beside their dashboards; the front, the Prometheus and the store are called what they are called."""
    services = compose()["services"]
    assert {"postgres", "prometheus", "alertmanager", "front", "ui-1", "ui-2", "alert"} <= set(services)
    assert [services[f"gate-{n}"]["network_mode"] for n in (1, 2)] == ["service:ui-1", "service:ui-2"]
    places = {services["front"]["environment"][f"UI_{n}"] for n in (1, 2)}
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"][
        0
    ]
    assert places == {"ui-1:8051", "ui-2:8051"} == set(scraped["static_configs"][0]["targets"])
    assert scraped["job_name"] == "control-center"
    assert "@postgres:5432/" in str(load_settings(DEPLOY / "config" / "control-center.yaml").store)


@pytest.mark.parametrize("each", list(manifests()), ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_a_manifest_is_of_a_known_kind(each: dict[str, Any]) -> None:
    """With the version of the interface in which that is stable."""
    assert each["apiVersion"] == KINDS[each["kind"]]


@pytest.mark.parametrize("each", deployments(), ids=lambda each: each["metadata"]["name"])
def test_a_deployment_is_complete(each: dict[str, Any]) -> None:
    """Selected, two of it, without rights, with limits and probes; what is mounted is declared."""
    spec, pod = each["spec"], each["spec"]["template"]["spec"]
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
    assert spec["replicas"] == 2
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["terminationGracePeriodSeconds"] > 5
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert {"requests", "limits"} <= set(container["resources"])
        assert "livenessProbe" in container
    assert any("readinessProbe" in container for container in pod["containers"])
    understood(pod["containers"][0]["args"])


def probed_paths(content: object) -> Iterator[str]:
    """Every path that a probe asks for, wherever it stands."""
    if isinstance(content, dict):
        if "httpGet" in content:
            yield content["httpGet"]["path"]
        if "command" in content.get("exec", {}):
            yield "/" + content["exec"]["command"][-1].split("/", 3)[3]
        for value in content.values():
            yield from probed_paths(value)
    elif isinstance(content, list):
        for item in content:
            yield from probed_paths(item)


def test_probes_ask_what_is_served() -> None:
    """Dash answers 200 to any path: a typing error would be green for ever."""
    found = set(probed_paths(deployments()))
    assert {"/readyz", "/healthz"} <= found <= PROBED


def test_a_store_that_is_away_restarts_no_dashboard_for_ten_minutes() -> None:
    """Restarts mend no PostgreSQL, and end the walls that still show their last figures."""
    (screen,) = (each for each in deployments() if each["metadata"]["name"].endswith("-ui"))
    liveness = screen["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 600


def test_the_manifests_build() -> None:
    """With kubectl where there is one; the files that it names are there in any case."""
    content = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text(encoding="utf-8"))
    files = [*content["resources"], *(name for each in content["configMapGenerator"] for name in each["files"])]
    assert [name for name in files if not (DEPLOY / name).is_file()] == []
    assert {f"kubernetes/{path.name}" for path in MANIFESTS} == set(content["resources"])
    if shutil.which("kubectl"):
        words = shlex.split(f"kubectl kustomize {shlex.quote(str(DEPLOY))}")
        subprocess.run(words, check=True, capture_output=True, timeout=60)


def test_the_probe_says_why_something_is_not_well() -> None:
    """An engine keeps what its probes print."""
    assert "127.0.0.1:9/readyz" in probe("http://127.0.0.1:9/readyz")
    assert "unknown url type" in probe("readyz")
