"""Mappings of other estates as PromQL; the product's own files are judged by promtool in test_export."""

from __future__ import annotations

import re

import pytest

from alerts.rules.errors import NotForPrometheus
from alerts.rules.metrics import Dimension, RequestMetric, base_name, example, increases

CODE = Dimension("code", table=(("499", "client_abort"), ("4..", "business_reject"), ("5..", "system_error")))


def metric(**given: object) -> RequestMetric:
    """A web service that counts by status code."""
    chosen: dict[str, object] = {"product": Dimension(default="shop"), "outcome": CODE, **given}
    return RequestMetric("http_requests_total", **chosen)  # type: ignore[arg-type]


def test_the_first_pattern_that_fits_is_applied_last() -> None:
    """The outermost label_replace wins, so that 499 is an abort and no reject."""
    text = increases([metric()], "15s", "5m", "customer")
    assert re.findall(r'"outcome", "(\w+)"', text) == ["system_error", "business_reject", "client_abort"]


def test_a_constant_product_becomes_a_label() -> None:
    """Whoever has no label for it."""
    assert '"product", "shop", "", ""' in increases([metric()], "15s", "5m", "customer")


def test_only_customers_count() -> None:
    """Series without the label are customers' too."""
    assert '{traffic=~"customer|"}' in increases([metric()], "15s", "5m", "customer")
    assert "traffic" not in increases([metric(traffic=Dimension())], "15s", "5m", "customer")


def test_series_of_another_rule_are_left_to_it() -> None:
    """Of several rules for one metric the first that fits decides."""
    text = increases([metric(unless=(("handler", "/pay.*"),))], "15s", "5m", "customer")
    assert 'handler!~"/pay.*"' in text


def test_anything_but_a_beginning_is_a_negated_matcher() -> None:
    """The one look-ahead of docs/watch-your-own.md."""
    text = increases([metric(where=(("handler", "(?!/healthz).*"),))], "15s", "5m", "customer")
    assert 'handler!~"(?:/healthz).*"' in text


@pytest.mark.parametrize("pattern", [r"a(?=b)", r"(?<!x)y", r"(a)\1", r"(?!a)b"])
def test_what_re2_does_not_know_is_refused_with_its_place(pattern: str) -> None:
    """Prometheus would refuse the whole file, with less to go by."""
    with pytest.raises(NotForPrometheus, match=r"catalog.yaml:7: pattern .* cannot be written"):
        increases([metric(where=(("handler", pattern),), origin="catalog.yaml:7")], "15s", "5m", "customer")


@pytest.mark.parametrize("traffic", [Dimension("kind", table=(("a", "customer"),)), Dimension(default="load_test")])
def test_traffic_that_cannot_be_told_apart_is_refused(traffic: Dimension) -> None:
    """Load tests must never count as customers."""
    with pytest.raises(NotForPrometheus):
        increases([metric(traffic=traffic)], "15s", "5m", "customer")


def test_an_example_series_counts_as_asked() -> None:
    """What unit tests feed: values that no pattern translates stay themselves."""
    series = example(metric(where=(("job", "web"),)), "shop", "system_error", "customer")
    assert series is not None
    assert 'code="system_error"' in series
    assert 'job="web"' in series
    assert example(metric(), "other", "ok", "customer") is None
    assert example(metric(where=(("job", "[0-9]+"),)), "shop", "ok", "customer") is None


def test_several_metrics_are_recorded_under_one_name() -> None:
    """A name of its own where there is only one."""
    assert base_name([metric()]) == "http_requests"
    assert base_name([metric(), RequestMetric("b_total", CODE, CODE)]) == "requests"
