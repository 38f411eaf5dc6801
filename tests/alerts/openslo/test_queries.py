"""Sum before rate: which queries hide resets."""

from __future__ import annotations

import pytest

from alerts.openslo.queries import speaks_promql, sums_before_rate


@pytest.mark.parametrize(
    ("query", "trap"),
    [
        ("sum(x)", True),
        ('sum(http_requests{code=~"2xx|4xx"})', True),
        ("rate(sum(x)[5m:1m])", True),
        ("sum by (job) (x)", True),
        ("sum(x) by (job)", True),
        ("sum(rate(x[5m])) + sum(y)", True),
        ("sum(rate(x[5m]))", False),
        ("sum without (instance) (increase(x[5m]))", False),
        ("sum(label_replace(rate(x[5m]), 'a', '$1', 'b', '(.*)'))", False),
        ("x", False),
        ("sum_over_time(x[5m])", False),
        ('x{note="sum(y)"}', False),
        (")))(((", False),
        ("sum(" * 3000, False),
    ],
)
def test_a_sum_around_series_without_a_rate_is_a_trap(query: str, trap: bool) -> None:
    assert sums_before_rate(query) is trap


@pytest.mark.parametrize(
    ("source_type", "promql"),
    [("Prometheus", True), ("Grafana Mimir", True), ("", True), ("Datadog", False), ("LendingControlCenter", False)],
)
def test_only_sources_that_speak_promql_are_judged(source_type: str, promql: bool) -> None:
    assert speaks_promql(source_type) is promql
