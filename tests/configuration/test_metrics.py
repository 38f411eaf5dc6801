"""The part of the catalog that maps an estate's own metrics: what it becomes, and every defect by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.mapping import Limits, MetricMap, RequestLeaf
from settings import SettingsError, load_catalog, load_metrics

HEAD = """\
version: "1"
objective: "99.9"
products:
  - {id: shop, names: {zh: 店, en: Shop}}
data_centers:
  - {id: dc1, names: {zh: 一, en: One}}
outcomes: {version: "1", good: [ok, business_reject], bad: [system_error], ignored: [client_abort]}
"""
WEB = """\
metrics:
  requests:
    - metric: http_requests_total
      where: {handler: "/api/.*"}
      from_zero: true
      labels:
        product: {value: shop}
        step: handler
        outcome: {label: code, map: {"2..": ok, "4..": business_reject, "5..": system_error}}
  gauges: [queue_length]
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return tmp_path / "catalog.yaml"


def written(catalog: Path, metrics: str) -> Path:
    catalog.write_text(HEAD + metrics, encoding="utf-8")
    return catalog


def test_a_catalog_that_says_nothing_has_the_names_of_the_reference_estate(catalog: Path) -> None:
    mapping = load_metrics(written(catalog, ""), Limits())
    assert mapping.rules == MetricMap().rules
    assert mapping.products == {"shop"}


def test_metrics_become_rules_that_know_where_they_stand(catalog: Path) -> None:
    """The origin is what `check --explain` prints."""
    mapping = load_metrics(written(catalog, WEB), Limits(7, 8))
    (rule,) = mapping.rules
    assert rule.origin == f"{catalog}:10"
    assert rule.from_zero
    assert mapping.limits == Limits(7, 8)
    assert mapping.gauges == ("queue_length",)
    assert mapping.mark == ""
    leaf = mapping.leaf('http_requests_total{code="503",handler="/api/pay"}', "dc1")
    assert leaf == RequestLeaf("shop", "dc1", "", "/api/pay", "system_error", "customer")


RULE = "metrics:\n  requests:\n    - metric: x_total\n      labels: {{product: {{value: shop}}, outcome: {outcome}}}\n"


@pytest.mark.parametrize(
    ("metrics", "line", "words"),
    [
        ("metrics: {}\n", 8, "names neither requests nor transactions"),
        ("metrics:\n  requests:\n    - metric: 9x\n      labels: {}\n", 10, "metrics.requests.0.metric"),
        ("metrics:\n  requests:\n    - {metric: x, labels: {product: p}}\n", 10, "outcome: Field required"),
        (RULE.format(outcome="{label: code, value: ok}"), 11, "give either label"),
        (RULE.format(outcome="{}"), 11, "give either label"),
        (RULE.format(outcome="{value: ok, default: ok}"), 11, "value is a constant"),
        (RULE.format(outcome="{label: code, map: {200: ok}}"), 11, 'write "200" in quotes'),
        (RULE.format(outcome='{label: code, map: {"2(": ok}}'), 11, "is not a regular expression"),
        (RULE.format(outcome='{label: code, map: {"2..": okay}}'), 11, "no outcome 'okay' in the catalog; known: ok"),
        (RULE.format(outcome="{label: code, defualt: ok}"), 11, "Extra inputs"),
        (
            RULE.format(outcome="code") + "    - metric: x_total\n      labels: {product: p, outcome: c}\n",
            12,
            "never decides",
        ),
        (
            RULE.format(outcome="code") + "  costs:\n    - {metric: x_total, labels: {product: p, category: c}}\n",
            13,
            "already",
        ),
    ],
)
def test_every_defect_is_named_by_file_line_and_field(catalog: Path, metrics: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_catalog(written(catalog, metrics))
    found = [str(problem) for problem in refused.value.problems if words in str(problem)]
    assert found, [str(problem) for problem in refused.value.problems]
    assert found[0].startswith(f"{catalog}:{line}: metrics")


def test_defects_of_several_rules_come_together(catalog: Path) -> None:
    """Not only the first."""
    text = RULE.format(outcome="{value: fine}") + RULE.format(outcome="{value: fair}").partition("requests:\n")[2]
    with pytest.raises(SettingsError) as refused:
        load_metrics(written(catalog, text), Limits())
    assert len(refused.value.problems) == 3


LATENCY = f"""\
{WEB}  latency:
    - metric: http_request_duration_seconds
      where: {{handler: "/api/.*"}}
      labels: {{product: {{value: shop}}, step: handler}}
"""


def test_a_histogram_is_mapped_like_a_counter(catalog: Path) -> None:
    """A catalog with metrics of its own reads those of the reference estate no more."""
    mapping = load_metrics(written(catalog, LATENCY), Limits())
    bucket = "http_request_duration_seconds_bucket"
    assert mapping.histogram(bucket, {"handler": "/api/pay"}) == ("shop", "/api/pay", "")
    assert mapping.histogram(bucket, {"handler": "/healthz"}) is None
    assert mapping.histogram("lending_request_duration_seconds_bucket", {"product": "shop"}) is None
    assert load_metrics(written(catalog, WEB), Limits()).latency == ()
    assert load_metrics(written(catalog, ""), Limits()).latency == MetricMap().latency


def test_a_histogram_without_a_product_is_refused(catalog: Path) -> None:
    """By file and line."""
    with pytest.raises(SettingsError, match=r"catalog\.yaml:\d+.*product"):
        load_metrics(written(catalog, LATENCY.replace("product: {value: shop}, ", "")), Limits())
