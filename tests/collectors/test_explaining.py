"""Why a series counts as what it counts: one sentence per case."""

from __future__ import annotations

import pytest

from collectors.errors import GarbagePage
from collectors.explaining import explained, near_names, series_on
from collectors.mapping import MetricMap, Pick, Role, Rule, patterns
from slo.outcomes import Kind, OutcomeTable

OUTCOMES = OutcomeTable("1", {"ok": Kind.GOOD, "system_error": Kind.BAD})
RULE = Rule(
    Role.REQUESTS,
    "http_requests_total",
    {
        "product": Pick(default="shop"),
        "step": Pick("handler", default="any"),
        "outcome": Pick("code", table=patterns([("2..", "ok")])),
    },
    where=(("app", patterns([("shop|", "")])[0][0]),),
    origin="catalog.yaml:9",
)
MAPPING = MetricMap(rules=(RULE,), gauges=("load",))


def says(series: str) -> str:
    return "\n".join(explained(series, MAPPING, OUTCOMES, "dc1", job=("job", "instance")))


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        ('http_requests_total{code="200"}', "counted as requests by catalog.yaml:9"),
        ('http_requests_total{code="200"}', "outcome = ok  (label code = '200' fits '2..') -> good"),
        ('http_requests_total{code="200"}', "step = any  (no label handler; default)"),
        ('http_requests_total{code="200",handler="/pay"}', "step = /pay  (label handler = '/pay')"),
        ('http_requests_total{code="200"}', "data_center = dc1  (not mapped; the source's own)"),
        ('http_requests_total{code="200"}', "traffic = customer  (not mapped; the default)"),
        (
            'http_requests_total{code="418"}',
            "fits no pattern of the map, so it stays) -> bad: not in the outcome table",
        ),
        ('http_requests_total{app="x"}', "ignored: catalog.yaml:9: label app = 'x' does not fit 'shop|'"),
        ("http_requests_total", "refused by catalog.yaml:9: garbage: http_requests_total has no label 'code'"),
        ("other_total", "ignored: no rule names this metric"),
        ("load", "load is kept as a gauge"),
        ("process_start_time_seconds", "tells the birth of the process"),
        ("http_requests_created", "tells the births of its counter"),
    ],
)
def test_a_series_is_explained_in_words(series: str, sentence: str) -> None:
    assert sentence in says(series)


def test_labels_that_a_server_added_decide_nothing() -> None:
    """They are no part of the series on the target's own page."""
    assert "counted as requests" in says('http_requests_total{code="200",instance="a:1",job="web"}')


def test_a_page_is_taken_apart_by_name() -> None:
    """Whatever is on it; a page that is none is refused."""
    page = 'a_total{x="1"} 1\na_total{x="2"} 1\nb 2\n'
    assert series_on(page, openmetrics=False) == {"a_total": ['a_total{x="1"}', 'a_total{x="2"}'], "b": ["b"]}
    with pytest.raises(GarbagePage):
        series_on("<html>\n", openmetrics=False)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("http_request_total", ["http_requests_total"]), ("load", ["node_load1", "node_load5"]), ("zebra", [])],
)
def test_a_name_that_nobody_has_is_answered_with_near_ones(asked: str, near: list[str]) -> None:
    assert near_names(asked, ["http_requests_total", "node_load1", "node_load5", "up"]) == near


def test_a_bucket_of_a_mapped_histogram_says_whose_latency_it_is() -> None:
    """Of the reference estate's."""
    series = 'lending_request_duration_seconds_bucket{le="0.1",product="loan",step="apply"}'
    lines = explained(series, MetricMap(), OUTCOMES, "dc1")
    assert lines == ["counted as a bucket of latency", "  product = loan", "  step = apply", "  traffic = (empty)"]
