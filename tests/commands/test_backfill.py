"""`backfill`: what it understands, and how it refuses."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from collectors.prometheus.config import MOST_SAMPLES_BACK
from commands.backfill import asked_range, instant_ms, run
from commands.errors import CommandError
from commands.prometheus import prometheus_config
from configuration.prometheus import PrometheusSettings

ZONE = "Asia/Shanghai"
CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-14", 1_794_585_600_000),  # midnight in Shanghai
        ("2026-11-13T16:00:00Z", 1_794_585_600_000),
        ("2026-11-14T00:00:00.250+08:00", 1_794_585_600_250),
    ],
)
def test_an_instant_is_a_local_date_or_rfc_3339(text: str, at_ms: int) -> None:
    assert instant_ms("--from", text, ZONE) == at_ms


@pytest.mark.parametrize("text", ["yesterday", "2026-11-14T08:00:00", "2026-13-01", "20", ""])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """Without a zone nobody knows which instant is meant."""
    with pytest.raises(CommandError, match="write 2026-11-14 or 2026-11-14T08:00:00"):
        instant_ms("--from", text, ZONE)


def test_a_range_that_is_not_past_is_refused() -> None:
    """The end is now at the latest; an empty range is a mistake."""
    with pytest.raises(CommandError, match="is not before"):
        asked_range("2026-11-14", "2026-11-14", ZONE, 2**42)
    with pytest.raises(CommandError, match="is not before"):
        asked_range("2026-11-14", None, ZONE, 0)
    assert asked_range("2026-11-14", "2026-11-15", ZONE, 2**42) == (1_794_585_600_000, 1_794_672_000_000)


def arguments(tmp_path: Path, sources: str, source: str = "") -> argparse.Namespace:
    path = tmp_path / "settings.yaml"
    path.write_text(f"catalog: {CONFIG / 'catalog.yaml'}\nsources:\n  - {sources}\n")
    return argparse.Namespace(config=path, data=tmp_path, begin="2026-11-14", end="2026-11-15", source=source)


def test_pages_that_are_read_directly_have_no_past(tmp_path: Path) -> None:
    source = '{id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}'
    with pytest.raises(CommandError, match="no source is of kind prometheus"):
        run(arguments(tmp_path, source))


PROMETHEUS = '{id: prom, kind: prometheus, url: "http://127.0.0.1:9", job: lending}'


def test_an_unknown_source_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no such source in .*; known: prom"):
        run(arguments(tmp_path, PROMETHEUS, "prim/dc1"))


def test_a_server_that_is_away_is_one_line_and_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.prometheus.backfill.PATIENCE_S", 0.3)
    assert run(arguments(tmp_path, PROMETHEUS)) == 1
    assert capsys.readouterr().out == "prom  refused: 127.0.0.1:9: nobody listens\n"


def test_what_the_operator_allows_a_question_holds_for_a_backfill_too() -> None:
    """Unless he says anything a backfill asks for more at once than a collector does."""
    server = {"id": "prom", "kind": "prometheus", "url": "http://127.0.0.1:9090", "job": "lending"}
    free = prometheus_config(PrometheusSettings.model_validate(server))
    bound = prometheus_config(PrometheusSettings.model_validate(server | {"most_samples": 250_000}))
    assert (free.most_samples, free.most_back) == (250_000, MOST_SAMPLES_BACK)
    assert (bound.most_samples, bound.most_back) == (250_000, 250_000)
