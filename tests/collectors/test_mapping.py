"""What the series of an estate mean."""

from __future__ import annotations

import pytest

from collectors.errors import GarbagePage
from collectors.mapping import (
    AccountLeaf,
    CostLeaf,
    GaugeLeaf,
    Leaf,
    MetricMap,
    Pick,
    RequestLeaf,
    Role,
    Rule,
    TransactionLeaf,
    patterns,
)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("lending_requests_total", Role.REQUESTS),
        ("lending_requests_created", Role.CREATED),
        ("lending_transactions_created", Role.CREATED),
        ("lending_transactions_total", Role.TRANSACTIONS),
        ("lending_it_cost_fen_total", Role.COST),
        ("lending_accounts", Role.ACCOUNTS),
        ("lending_bad_loan_ratio", Role.GAUGE),
        ("lending_truth_sequence", Role.MARK),
        ("process_start_time_seconds", Role.PROCESS_START),
        ("lending_clock_seconds", Role.CLOCK),
        ("lending_request_duration_seconds_bucket", Role.IGNORED),
        ("lending_request_duration_seconds_created", Role.IGNORED),
        ("lending_replays_total", Role.IGNORED),
        ("go_goroutines", Role.IGNORED),
    ],
)
def test_each_metric_of_the_estate_has_its_role(name: str, role: Role) -> None:
    """Names of the embedded estate are the defaults."""
    assert MetricMap().role(name) is role


@pytest.mark.parametrize(
    ("series", "leaf"),
    [
        (
            'lending_requests_total{data_center="dc2",dcn="n1",outcome="ok",product="p",step="s",traffic="load_test"}',
            RequestLeaf("p", "dc2", "n1", "s", "ok", "load_test"),
        ),
        ('lending_requests_total{outcome="ok",product="p"}', RequestLeaf("p", "dc1", "", "", "ok", "customer")),
        ('lending_transactions_total{product="p"}', TransactionLeaf("p", "dc1", "", "customer")),
        ('lending_it_cost_fen_total{category="staff",product="p"}', CostLeaf("staff", "p", "dc1")),
        ('lending_accounts{product="p",state="open"}', AccountLeaf("p", "open", "dc1")),
        ('lending_bad_loan_ratio{product="p"}', GaugeLeaf("lending_bad_loan_ratio", 'product="p"')),
        ("lending_queue", GaugeLeaf("lending_queue", "")),
        ("lending_truth_sequence", None),
    ],
)
def test_a_series_becomes_what_it_counts(series: str, leaf: Leaf | None) -> None:
    """The source's data center stands in where the series carries none."""
    assert MetricMap().leaf(series, "dc1") == leaf


@pytest.mark.parametrize(
    ("series", "label"),
    [
        ('lending_requests_total{outcome="ok"}', "product"),
        ('lending_requests_total{product="p"}', "outcome"),
        ('lending_it_cost_fen_total{product="p"}', "category"),
        ('lending_accounts{product="p"}', "state"),
    ],
)
def test_a_series_that_belongs_nowhere_is_named(series: str, label: str) -> None:
    """Its events would otherwise vanish, or count for a product without a name."""
    with pytest.raises(GarbagePage, match=f"no label '{label}'"):
        MetricMap().leaf(series, "dc1")


WEB = Rule(
    Role.REQUESTS,
    "http_requests_total",
    {
        "product": Pick(default="shop"),
        "step": Pick("handler", default="any", table=patterns([("/pay/.*", "pay")])),
        "outcome": Pick("code", table=patterns([("2..", "ok"), ("4..", "business_reject"), ("...", "system_error")])),
        "dcn": Pick("pod"),
    },
    where=tuple((label, pattern) for pattern, label in patterns([("(?!/healthz).*", "handler")])),
)


@pytest.mark.parametrize(
    ("labels", "leaf"),
    [
        ('code="200",handler="/pay/1",pod="a"', RequestLeaf("shop", "dc1", "a", "pay", "ok", "customer")),
        ('code="404",handler="/find"', RequestLeaf("shop", "dc1", "", "/find", "business_reject", "customer")),
        ('code="500"', RequestLeaf("shop", "dc1", "", "any", "system_error", "customer")),
        ('code="weird"', RequestLeaf("shop", "dc1", "", "any", "weird", "customer")),
        ('code="200",handler="/healthz"', None),
    ],
)
def test_another_estate_maps_its_own_names(labels: str, leaf: Leaf | None) -> None:
    """Constants, defaults and translated labels; the first pattern that fits the whole value decides."""
    assert MetricMap(rules=(WEB,)).leaf(f"http_requests_total{{{labels}}}", "dc1") == leaf


def test_of_several_rules_for_a_metric_the_first_that_fits_decides() -> None:
    """So that the special case stands before the general one."""
    special = Rule(
        Role.REQUESTS,
        "x_total",
        {"product": Pick(default="pay"), "outcome": Pick("code")},
        where=(("app", patterns([("pay", "")])[0][0]),),
    )
    general = Rule(Role.REQUESTS, "x_total", {"product": Pick("app"), "outcome": Pick("code")})
    mapping = MetricMap(rules=(special, general))
    assert mapping.rule("x_total", {"app": "pay"}) is special
    assert mapping.rule("x_total", {"app": "shop"}) is general
    assert mapping.counters == ("x_total",)


@pytest.mark.parametrize(
    ("counter", "created"), [("a_total", "a_created"), ("a", "a_created"), ("a_count", "a_created")]
)
def test_births_belong_to_counters_however_they_end(counter: str, created: str) -> None:
    """OpenMetrics counters, old counters without a suffix, and the count of a histogram."""
    mapping = MetricMap(rules=(Rule(Role.REQUESTS, counter, {}),))
    assert mapping.role(created) is Role.CREATED
    assert mapping.counter_born(created) == counter


def test_gauges_are_kept_by_name_or_prefix() -> None:
    """A prefix takes no counters; none keeps none."""
    assert MetricMap(gauges=()).role("lending_bad_loan_ratio") is Role.IGNORED
    assert MetricMap(gauges=("up",)).role("up") is Role.GAUGE
    assert MetricMap(gauges=("node_*",)).role("node_load1") is Role.GAUGE
    assert MetricMap(gauges=("node_*",)).role("node_boots_total") is Role.IGNORED
