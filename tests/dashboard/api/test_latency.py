"""Histograms over HTTP: exact counts, quantiles as buckets, shares as bounds, unknown never 0, refusals in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from store.latency_records import LatencyBatch, LatencyGrowth, LatencySeries
from store.port import Store
from store.records import Batch, Read, Source
from tests.dashboard.api.conftest import T0_MS

BEGIN_S = T0_MS // 1000 - 600
LATENCY = "/api/v1/latency?product=weilidai"
APPLY = LatencySeries("weilidai", "apply", "", ("0.1", "0.5", "+Inf"))
PAY = APPLY._replace(step="pay", traffic="load_test")


def utc(at_s: int) -> str:
    """As a query and as an answer."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
def measured(store: Store) -> str:
    """Four minutes: one with 100 requests, one without, one that nobody saw, one slow; as a query."""
    store.register(Source("dc1", "exposition", "dc1", 1000), T0_MS)
    rows = [
        LatencyGrowth(BEGIN_S, APPLY, (90, 9, 1)),
        LatencyGrowth(BEGIN_S, PAY, (1, 0, 0)),
        LatencyGrowth(BEGIN_S + 60, APPLY, (0, 0, 0)),
        LatencyGrowth(BEGIN_S + 180, APPLY, (0, 0, 4)),
    ]
    store.commit(Batch("dc1", 0, (Read(T0_MS, collected=True),), T0_MS, latency=LatencyBatch(tuple(rows), b"")))
    return f"{LATENCY}&from={utc(BEGIN_S)}&to={utc(BEGIN_S + 240)}"


def test_counts_stand_per_bucket_and_minute_and_quantiles_are_buckets(fresh: Callable[..., Any], measured: str) -> None:
    """Nobody looked: null; no requests: zeros without a quantile; beyond the last edge: no end."""
    answer = fresh(f"{measured}&step=apply")
    assert answer["starts"] == [utc(BEGIN_S + n * 60) for n in range(4)]
    (found,) = answer["histograms"]
    assert (found["step"], found["traffic"], found["bounds"]) == ("apply", None, ["0.1", "0.5", "+Inf"])
    assert found["counts"] == [[90, 9, 1], [0, 0, 0], None, [0, 0, 4]]
    assert found["quantiles"][1:3] == [None, None]
    assert found["quantiles"][0]["p50"] == {"from": "0", "to": "0.1"}
    assert found["quantiles"][0]["p99"] == {"from": "0.1", "to": "0.5"}
    assert found["quantiles"][3]["p50"] == {"from": "0.5", "to": None}
    assert (found["total"], found["whole"]) == (104, [90, 9, 5])


def test_load_tests_stand_apart(fresh: Callable[..., Any], measured: str) -> None:
    """Where the histogram tells them from customers."""
    assert [(each["step"], each["traffic"], each["total"]) for each in fresh(measured)["histograms"]] == [
        ("apply", None, 104),
        ("pay", "load_test", 1),
    ]


@pytest.mark.parametrize(
    ("within", "share"),
    [
        ("0.5", (99, 99, True)),
        ("0.50", (99, 99, True)),
        ("0.2", (90, 99, False)),
        ("0.05", (0, 90, False)),
        ("9", (99, 104, False)),
    ],
)
def test_a_share_is_exact_at_an_edge_alone(
    fresh: Callable[..., Any], measured: str, within: str, share: tuple[int, int, bool]
) -> None:
    """Elsewhere the least and the most that it can be."""
    found = fresh(f"{measured}&step=apply&within={within}")["histograms"][0]["within"]
    assert (found["least"], found["most"], found["exact"], found["total"]) == (*share, 104)


def test_hours_and_days_add_up_their_minutes(fresh: Callable[..., Any], measured: str) -> None:
    """A span is taken outwards to whole ones."""
    for by, counts in (("hour", [[90, 9, 1], [0, 0, 4]]), ("day", [[90, 9, 5]])):
        assert fresh(f"{measured}&by={by}&step=apply")["histograms"][0]["counts"] == counts


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("product=nobody", 404, "no product 'nobody'; known: weilidai"),
        ("", 404, "product"),
        ("product=weilidai&by=second", 400, "by"),
        ("product=weilidai&within=fast", 400, "'fast' is no number of seconds"),
        ("product=weilidai&within=NaN", 400, "NaN"),
        ("product=weilidai&within=1e-99999999999999999999", 400, "within"),
        ("product=weilidai&from=2026-01-01T00:00:00Z", 400, "more than 1500 steps"),
        ("product=weilidai&from=2026-11-18T11:00:00Z&to=2026-11-18T10:00:00Z", 400, "not after"),
        ("product=weilidai&bucket=1", 400, "bucket"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_line(
    fresh: Callable[..., Any], query: str, status: int, said: str
) -> None:
    """With the way to ask rightly."""
    error = fresh(f"/api/v1/latency?{query}", status)["error"]
    assert said in error
    assert "\n" not in error
