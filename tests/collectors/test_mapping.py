"""What the series of an estate mean."""

from __future__ import annotations

import pytest

from collectors.errors import GarbagePage
from collectors.mapping import (
    AccountLeaf,
    CostLeaf,
    GaugeLeaf,
    LabelNames,
    Leaf,
    MetricMap,
    RequestLeaf,
    Role,
    TransactionLeaf,
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


def test_another_estate_maps_its_own_names() -> None:
    """Metric and label names are data."""
    mapping = MetricMap(requests="http_requests_total", labels=LabelNames(product="service", outcome="code"))
    assert mapping.role("http_requests_created") is Role.CREATED
    leaf = mapping.leaf('http_requests_total{code="200",service="pay"}', "dc1")
    assert leaf == RequestLeaf("pay", "dc1", "", "", "200", "customer")
    assert MetricMap(gauge_prefix="").role("lending_bad_loan_ratio") is Role.IGNORED
