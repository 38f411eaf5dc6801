"""Access control in every way to run: the same secret at the same place, and what is patched is there."""

from __future__ import annotations

import configparser
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import yaml

from configuration.access import WayName
from settings import load_settings
from tests.deploy.words import understood

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ACCESS = DEPLOY / "access"
SECRET = Path("/run/lending-control-secrets/oidc_client_secret")


def content(*names: str) -> Any:
    """One YAML file below deploy."""
    return yaml.safe_load(DEPLOY.joinpath(*names).read_text(encoding="utf-8"))


def test_the_configuration_is_the_ordinary_one_with_access() -> None:
    """Both ways in, somebody who administers, and nothing else than in the file without."""
    settings, plain = (
        load_settings(ACCESS / "control-center.yaml"),
        load_settings(DEPLOY / "config/control-center.yaml"),
    )
    assert settings.access.ways == (WayName.OIDC, WayName.PASSWORD)
    assert settings.access.administered
    assert settings.access.behind_tls
    assert settings.access.oidc is not None
    assert settings.access.oidc.client_secret_file == SECRET
    kept = {"exclude": {"access", "server"}}
    assert settings.model_dump(**kept) == plain.model_dump(**kept)
    assert settings.server.port == plain.server.port


def test_compose_mounts_the_secret_and_the_front_is_the_proxy_that_is_trusted() -> None:
    """Its address is fixed, for a name would be believed of whoever has it."""
    base, added = content("docker", "compose.yaml"), content("access", "compose.yaml")
    assert set(added["services"]) <= set(base["services"])
    for name in ("ui-1", "ui-2"):
        (secret,) = added["services"][name]["secrets"]
        assert Path(secret["target"]) == SECRET
        assert secret["source"] in added["secrets"]
        source = added["services"][name]["volumes"][0].split(":")[0]
        assert (DEPLOY / "docker" / source).resolve() == ACCESS / "control-center.yaml"
        assert "command" not in base["services"][name], "the image's own words serve on server.host"
    front = added["services"]["front"]
    trusted = load_settings(ACCESS / "control-center.yaml").access.trusted_proxy
    assert front["networks"]["inside"]["ipv4_address"] == trusted
    assert trusted is not None
    assert ip_address(trusted) in ip_network(added["networks"]["inside"]["ipam"]["config"][0]["subnet"])
    assert "X-Forwarded-For %[src]" in (DEPLOY / "haproxy" / "front.cfg").read_text(encoding="utf-8")


def test_the_drop_in_shows_the_secret_to_the_dashboard_alone() -> None:
    """Read-only, at the place that the configuration names."""
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(ACCESS / "serve.conf", encoding="utf-8")
    assert unit["Service"]["BindReadOnlyPaths"].split(":")[1] == str(SECRET.parent)


def test_the_patches_change_what_is_there() -> None:
    """The gate goes, the dashboard's own port is served, its secret is read-only and nobody else's."""
    text = (DEPLOY / "kustomization.yaml").read_text(encoding="utf-8")
    wanted = text.replace("#+ ", "").replace("config/control-center", "access/control-center")
    kustomization = yaml.safe_load(wanted)
    files = [each["path"] for each in kustomization["patches"]]
    assert kustomization["configMapGenerator"][0]["files"] == ["access/control-center.yaml"]
    assert [name for name in files if not (DEPLOY / name).is_file()] == []
    base = [
        each
        for path in (DEPLOY / "kubernetes").glob("*.yaml")
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    known = {(each["kind"], each["metadata"]["name"]): each for each in base}
    patches = [content(name) for name in files]
    assert {(each["kind"], each["metadata"]["name"]) for each in patches} <= set(known)
    pod = patches[0]["spec"]["template"]["spec"]
    before = known["Deployment", "lending-control-ui"]["spec"]["template"]["spec"]
    screen, gate = pod["containers"]
    assert {each["name"] for each in before["containers"]} == {screen["name"], gate["name"]}
    assert gate["$patch"] == "delete"
    assert Path(screen["volumeMounts"][0]["mountPath"]) == SECRET.parent
    assert pod["volumes"][0]["secret"]["defaultMode"] == 0o440
    assert screen["ports"][0]["containerPort"] == load_settings(ACCESS / "control-center.yaml").server.port
    understood(before["containers"][0]["args"])
