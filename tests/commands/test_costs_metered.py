"""`costs collect` from a real Prometheus, and how it refuses."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app import main
from commands.metering import Metering
from commands.options import configuration
from slo.windows import HOUR_S, day_window
from store.costs import LedgerLine
from store.opening import open_store
from tests.collectors.prometheus.real_parts import NOBODY, Prometheus

CONFIG = Path(__file__).resolve().parents[2] / "config"
BEGIN_S = day_window(date(2026, 9, 1)).from_s
METERED = "{id: nodes, source: prom, metric: node_total_hourly_cost, currency: CNY, labels: {service: instance}}"


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    """A server that has a day and a half of prices, a sample every five minutes."""
    folder = Path(tempfile.mkdtemp(prefix="prices-"))
    lines = ["# TYPE node_total_hourly_cost gauge"]
    for node, value in (("a", "0.5"), ("b", "1.25")):
        name = f'node_total_hourly_cost{{instance="{node}"}}'
        lines += [f"{name} {value} {at_s}" for at_s in range(BEGIN_S, BEGIN_S + 36 * HOUR_S, 300)]
    (folder / "prices.om").write_text("\n".join([*lines, "# EOF", ""]))
    made = Prometheus(folder)
    made.watch({"nobody": []})
    written = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "prices.om", "data"]
    subprocess.run(written, cwd=folder, check=True, capture_output=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)
    try:
        made.start()
        yield made
    finally:
        made.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def arguments(folder: Path, url: str, metered: str = METERED) -> list[str]:
    """A configuration with one source and one price by the hour."""
    source = f'{{id: prom, kind: prometheus, url: "{url}", job: lending}}'
    (folder / "costs.yaml").write_text(f'version: "1"\nmetered:\n  - {metered}\n')
    path = folder / "settings.yaml"
    path.write_text(f"catalog: {CONFIG / 'catalog.yaml'}\nsources:\n  - {source}\n")
    return ["costs", "collect", "--config", str(path), "--data", str(folder / "data")]


def test_days_of_a_real_server_come_into_the_ledger_once(
    prometheus: Prometheus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second day was observed for twelve hours, and half of it is not charged."""
    asked = [*arguments(tmp_path, prometheus.url), "--from", "2026-09-01", "--to", "2026-09-03", "--json"]
    for expected in ({"new": 4}, {"unchanged": 4}):
        assert main(asked) == 0
        found = json.loads(capsys.readouterr().out)
        assert [(each["day"], each["cost"], each["series"]) for each in found["days"]] == [
            ("2026-09-01", "42.000000000000", 2),
            ("2026-09-02", "21.000000000000", 2),
        ]
        assert [each["observed_seconds"] for each in found["days"]] == [24 * HOUR_S, 12 * HOUR_S]
        assert found["posted"].items() >= expected.items()
    assert main([*asked[:6], "--from", "2026-09-03", "--to", "2026-09-04"]) == 1
    assert "what it cost is not known" in capsys.readouterr().out


def test_whoever_reads_a_server_reads_its_prices_too(prometheus: Prometheus, tmp_path: Path) -> None:
    """Nobody starts anything for it; a standby reads nothing, and what is known is not charged again."""
    words = arguments(tmp_path, prometheus.url)
    chosen = configuration(argparse.Namespace(config=Path(words[3]), data=Path(words[5])))
    store = open_store(tmp_path / "store.sqlite", chosen.catalog.zone, upgrade=True)

    def charges() -> list[LedgerLine]:
        with store.reading() as reader:
            return reader.ledger(BEGIN_S, BEGIN_S + 96 * HOUR_S)

    Metering(chosen, store, lambda: {"prom": False}).read_once((BEGIN_S + 36 * HOUR_S) * 1000)
    assert charges() == []
    reading = Metering(chosen, store, lambda: {"prom": True})
    reading.read_once((BEGIN_S + 36 * HOUR_S) * 1000)
    found = charges()
    assert {line.line.service for line in found} == {"a", "b"}
    reading.read_once((BEGIN_S + 36 * HOUR_S) * 1000)
    assert charges() == found
    store.close()


@pytest.mark.parametrize(
    ("metered", "words"),
    [
        (METERED.replace("prom", "prim"), "metered: nodes: no Prometheus source 'prim'; known: prom"),
        (METERED.replace("CNY", "yuan"), "currency"),
        (METERED.replace("node_total", "rate(x) node"), "metric"),
    ],
)
def test_a_wrong_configuration_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], metered: str, words: str
) -> None:
    assert main(arguments(tmp_path, "http://127.0.0.1:9", metered)) == 2
    assert words in capsys.readouterr().err


def test_a_server_that_is_away_is_one_line_and_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.costs_metered.PATIENCE_S", 0.2)
    assert main([*arguments(tmp_path, "http://127.0.0.1:9"), "--from", "2026-09-01", "--to", "2026-09-02"]) == 1
    assert "error: nodes: refused: 127.0.0.1:9: nobody listens" in capsys.readouterr().err
