"""Which series of an estate mean what: metric and label names are data, the embedded estate's are the defaults."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from collectors.errors import GarbagePage
from collectors.page import parsed_series, series_text
from store.records import CUSTOMER

_NOT_A_GAUGE = ("_total", "_created", "_bucket", "_count", "_sum", "_info")


class Role(enum.Enum):
    """What a metric is for."""

    REQUESTS = "requests"
    TRANSACTIONS = "transactions"
    COST = "cost"
    ACCOUNTS = "accounts"
    GAUGE = "gauge"
    CREATED = "created"
    MARK = "mark"
    PROCESS_START = "process_start"
    IGNORED = "ignored"


COUNTERS = frozenset({Role.REQUESTS, Role.TRANSACTIONS, Role.COST})
"""Roles whose increases are counted; their series are remembered from read to read."""


class RequestLeaf(NamedTuple):
    """What one request counter counts."""

    product: str
    data_center: str
    dcn: str
    step: str
    outcome: str
    traffic: str


class TransactionLeaf(NamedTuple):
    """What one transaction counter counts."""

    product: str
    data_center: str
    dcn: str
    traffic: str


class CostLeaf(NamedTuple):
    """What one cost counter counts, in fen."""

    category: str
    product: str
    data_center: str


class AccountLeaf(NamedTuple):
    """Whose accounts one gauge shows."""

    product: str
    state: str
    data_center: str


class GaugeLeaf(NamedTuple):
    """Any other gauge: its name and its labels as canonical text without braces."""

    name: str
    labels: str


Leaf = RequestLeaf | TransactionLeaf | CostLeaf | AccountLeaf | GaugeLeaf


@dataclass(frozen=True, slots=True)
class LabelNames:
    """How an estate calls its dimensions."""

    product: str = "product"
    step: str = "step"
    data_center: str = "data_center"
    dcn: str = "dcn"
    outcome: str = "outcome"
    traffic: str = "traffic"
    category: str = "category"
    state: str = "state"


@dataclass(frozen=True, slots=True)
class MetricMap:
    """Names of the metrics that are read; everything else on a page is ignored (histogram buckets too).

    A gauge is any metric whose name begins with ``gauge_prefix`` and that is nothing else; an empty prefix keeps none.
    """

    requests: str = "lending_requests_total"
    transactions: str = "lending_transactions_total"
    cost_fen: str = "lending_it_cost_fen_total"
    accounts: str = "lending_accounts"
    mark: str = "lending_truth_sequence"
    process_start: str = "process_start_time_seconds"
    gauge_prefix: str = "lending_"
    labels: LabelNames = LabelNames()

    @property
    def counters(self) -> tuple[str, str, str]:
        """Names of the metrics whose increases are counted."""
        return (self.requests, self.transactions, self.cost_fen)

    def role(self, name: str) -> Role:
        """What the metric of this name is for."""
        named = self._named().get(name)
        if named is not None:
            return named
        if name.endswith("_created"):
            return Role.CREATED if created_partner(name) in self.counters else Role.IGNORED
        if not self.gauge_prefix or not name.startswith(self.gauge_prefix) or name.endswith(_NOT_A_GAUGE):
            return Role.IGNORED
        return Role.GAUGE

    def leaf(self, series: str, data_center: str) -> Leaf | None:
        """What a series counts or shows; None for one without counts of its own (marks, births, ignored ones).

        ``data_center`` is the source's, for series that carry none. Raises GarbagePage for a series that lacks a label
        without which it belongs nowhere: its events must not disappear unseen.
        """
        name, labels = parsed_series(series)
        role = self.role(name)
        if role is Role.GAUGE:
            return GaugeLeaf(name, series_text("", labels)[1:-1])
        if role is Role.ACCOUNTS:
            return self._account_leaf(series, labels, data_center)
        if role not in COUNTERS:
            return None
        return self._counter_leaf(role, series, labels, data_center)

    def _named(self) -> Mapping[str, Role]:
        return {
            self.process_start: Role.PROCESS_START,
            self.mark: Role.MARK,
            self.accounts: Role.ACCOUNTS,
            self.cost_fen: Role.COST,
            self.transactions: Role.TRANSACTIONS,
            self.requests: Role.REQUESTS,
        }

    def _counter_leaf(self, role: Role, series: str, labels: Mapping[str, str], data_center: str) -> Leaf:
        at = self.labels
        product = _needed(labels, at.product, series)
        where = labels.get(at.data_center) or data_center
        if role is Role.COST:
            return CostLeaf(_needed(labels, at.category, series), product, where)
        dcn = labels.get(at.dcn, "")
        traffic = labels.get(at.traffic) or CUSTOMER
        if role is Role.TRANSACTIONS:
            return TransactionLeaf(product, where, dcn, traffic)
        return RequestLeaf(product, where, dcn, labels.get(at.step, ""), _needed(labels, at.outcome, series), traffic)

    def _account_leaf(self, series: str, labels: Mapping[str, str], data_center: str) -> AccountLeaf:
        at = self.labels
        product = _needed(labels, at.product, series)
        return AccountLeaf(product, _needed(labels, at.state, series), labels.get(at.data_center) or data_center)


def created_partner(name: str) -> str:
    """Name of the counter whose births a ``_created`` metric tells: ``x_created`` -> ``x_total``."""
    return name.removesuffix("_created") + "_total"


def _needed(labels: Mapping[str, str], label: str, series: str) -> str:
    value = labels.get(label, "")
    if not value:
        raise GarbagePage(f"{series} has no label {label!r}; map it, or leave the metric out")
    return value
