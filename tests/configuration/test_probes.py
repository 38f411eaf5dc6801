"""Probes in the configuration: every defect named by line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import SettingsError, load_settings
from store.probes import Probe

SOURCES = 'sources:\n  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}\n'


def load(tmp_path: Path, text: str) -> object:
    """Settings with these lines behind one source (lines 1 and 2)."""
    path = tmp_path / "control-center.yaml"
    path.write_text(SOURCES + text, encoding="utf-8")
    return load_settings(path)


def test_a_probe_needs_an_id_and_an_address(tmp_path: Path) -> None:
    """The rest has defaults."""
    settings = load(tmp_path, "probes:\n  - {id: front, url: http://bank.example/}\n")
    (probe,) = settings.probes  # type: ignore[attr-defined]
    assert probe.probe() == Probe("front", "here", "", "", 5000)
    assert (probe.expect_status, probe.limit_ms) == ((200,), 1000)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("probes:\n  - {id: a, url: ftp://bank/}\n", 4, "probes.0.url: String should match pattern"),
        ("probes:\n  - {id: a, url: http://me:pw@bank/}\n", 4, "probes.0.url: a user or password in an address"),
        ("probes:\n  - {id: a, url: http://bank/, limit_ms: 0}\n", 4, "probes.0.limit_ms"),
        ("probes:\n  - {id: a, url: http://bank/, expect_status: [200, 20]}\n", 4, "probes.0.expect_status.1"),
        ("probes:\n  - {id: a, url: http://bank/, expect: x}\n", 4, "probes.0.expect: Extra inputs are not permitted"),
        (
            "probes:\n  - {id: a, url: http://bank/, interval_seconds: 1, limit_ms: 2000}\n",
            4,
            "would meet the next one",
        ),
        ("vantages: [{id: east, source_address: here}]\n", 3, "'here' is not an IP address of this machine"),
        ("vantages: [{id: east, proxy: 'http://me:pw@proxy:3128'}]\n", 3, "vantages.0.proxy: write http://host:port"),
        ("vantages: [{id: east}, {id: east}]\n", 1, "vantage id 'east' is used 2 times"),
        (
            "probes:\n  - {id: a, url: http://bank/}\n  - {id: a, url: http://bank/}\n",
            1,
            "probe id 'a' is used 2 times from vantage 'here'",
        ),
        (
            "vantages: [{id: east}]\nprobes: [{id: a, url: http://bank/, vantage: west}]\n",
            1,
            "probe 'a' runs from vantage 'west'; known: east",
        ),
    ],
)
def test_every_defect_is_named(tmp_path: Path, text: str, line: int, message: str) -> None:
    """By file and line, without a password."""
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text)
    (problem,) = refused.value.problems
    assert problem.line == line
    assert message in str(problem)
    assert "pw" not in str(problem)


def test_one_probe_from_two_places_is_two_probes(tmp_path: Path) -> None:
    """Each place has its own row."""
    text = "vantages: [{id: east}, {id: west}]\nprobes:\n"
    text += "".join(f"  - {{id: a, url: http://bank/, vantage: {place}}}\n" for place in ("east", "west"))
    settings = load(tmp_path, text)
    assert [p.probe().key for p in settings.probes] == [("a", "east"), ("a", "west")]  # type: ignore[attr-defined]
