"""Prometheus sources in the configuration: what is accepted, and how each defect is named."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from collectors.prometheus.access import Access, Secret
from collectors.prometheus.config import Births
from commands.options import configuration
from commands.prometheus import prometheus_sources
from settings import SettingsError, load_settings

CATALOG = Path(__file__).resolve().parent.parent.parent / "config" / "catalog.yaml"

FULL = """\
sources:
  - id: prom-dc1
    kind: prometheus
    url: https://prometheus.dc1.example
    job: lending
    data_center: dc1
    scrape_seconds: 5
    lag_seconds: 2.5
    births: created
    tenant: lending
    headers: {X-Team: sre}
    parameters: {dedup: "false"}
    auth: {basic_user: reader, basic_password_file: /run/secrets/prometheus}
    tls: {ca_file: /etc/ca.pem, client_certificate: /etc/us.pem, client_key: /etc/us.key}
  - {id: prom-dc2, kind: prometheus, url: "http://prometheus.dc2.example", job: lending, data_center: dc2}
"""


def line(tmp_path: Path, more: str, url: str = "https://p.example") -> str:
    """The first defect of a source with one more field on line 6."""
    path = tmp_path / "settings.yaml"
    path.write_text(f"sources:\n  - id: prom\n    kind: prometheus\n    url: {url}\n    job: lending\n    {more}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value.problems[0]).removeprefix(str(path))


def test_everything_a_server_needs_reaches_its_collector(tmp_path: Path) -> None:
    """One Prometheus per data center, the first with all that can be said."""
    path = tmp_path / "settings.yaml"
    path.write_text(f"catalog: {CATALOG}\n{FULL}")
    first, second = prometheus_sources(configuration(argparse.Namespace(config=path, data=None)))
    assert (first.interval_ms, first.lag_ms, first.births) == (5000, 2500, Births.CREATED)
    assert first.headers == {"X-Team": "sre", "X-Scope-OrgID": "lending"}
    assert first.parameters == {"dedup": "false"}
    assert first.access == Access(
        basic_user="reader",
        basic_password=Secret(file=Path("/run/secrets/prometheus")),
        ca_file=Path("/etc/ca.pem"),
        client_certificate=Path("/etc/us.pem"),
        client_key=Path("/etc/us.key"),
    )
    assert second.access == Access()
    assert second.source({"instance": "a:1"}).data_center == "dc2"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("auth: {}", ":6: sources.0.auth: give exactly one of bearer_env"),
        ("auth: {bearer_env: A, basic_user: u, basic_password_env: B}", ":6: sources.0.auth: bearer and basic at once"),
        ("auth: {basic_user: u}", ":6: sources.0.auth: basic_user needs exactly one"),
        ("auth: {bearer: abc}", ":6: sources.0.auth.bearer: Extra inputs are not permitted"),
        ("auth: {bearer_env: 'a b'}", ":6: sources.0.auth.bearer_env: String should match"),
        ("tls: {insecure: true, ca_file: a}", ":6: sources.0.tls: insecure and ca_file contradict"),
        ("tls: {client_key: a}", ":6: sources.0.tls: client_key needs client_certificate"),
        ("headers: {Authorization: x}", ":6: sources.0.headers: Authorization is a secret"),
        ("parameters: {query: x}", ":6: sources.0.parameters: query is set by the collector itself"),
        ("births: never", ":6: sources.0.births: Input should be 'process' or 'created'"),
        ("lag_seconds: -1", ":6: sources.0.lag_seconds: Input should be greater than or equal to 0"),
    ],
)
def test_a_defect_is_named_with_line_and_field(tmp_path: Path, more: str, expected: str) -> None:
    assert line(tmp_path, more).startswith(expected)


def test_a_password_in_an_address_is_refused_without_being_repeated(tmp_path: Path) -> None:
    """Addresses are printed; what stands in them would be too."""
    found = line(tmp_path, "scrape_seconds: 5", "https://reader:hunter2@p.example")
    assert "ends up in logs" in found
    assert "hunter2" not in found


def test_certificates_for_an_unencrypted_server_are_refused(tmp_path: Path) -> None:
    """They would protect nothing, and look as if they did."""
    assert "begins with http://" in line(tmp_path, "tls: {ca_file: a}", "http://p.example")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("http://p.example", "http://p.example"),
        ("http://p.example:80/", "http://P.example"),
        ("http://127.0.0.1:9090", "http://localhost:9090/"),
        ("http://[::1]:9090", "http://127.0.0.1:9090"),
    ],
)
def test_a_job_that_two_sources_read_is_refused(tmp_path: Path, one: str, two: str) -> None:
    """Its events would be counted twice; both are named, however the server is written."""
    path = tmp_path / "settings.yaml"
    sources = [f"  - {{id: s{n}, kind: prometheus, job: lending, url: '{url}'}}\n" for n, url in enumerate((one, two))]
    path.write_text("sources:\n" + "".join(sources))
    with pytest.raises(SettingsError, match="sources s0, s1 read one job of one server, which would be counted twice"):
        load_settings(path)


def test_tenants_of_one_server_are_different_sources(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    source = 'kind: prometheus, job: lending, url: "http://p.example"'
    path.write_text(f"sources:\n  - {{id: a, tenant: a, {source}}}\n  - {{id: b, tenant: b, {source}}}\n")
    assert len(load_settings(path).sources) == 2
