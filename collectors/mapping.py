"""Which series of an estate mean what: rules are data, those of the embedded estate are the defaults.

A rule names one metric and says where each dimension of what it counts comes from: a label, a constant, or a label
whose values are translated. A series is looked at once, at first sight; after that only its text is compared.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    CLOCK = "clock"
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
class Pick:
    """Where the value of one dimension comes from.

    The value of ``label``; ``default`` when the series has none (without a label: always, a constant). ``table``:
    the first pattern that fits the whole label value says what stands for it; a value that fits none stays itself.
    """

    label: str = ""
    default: str = ""
    table: tuple[tuple[re.Pattern[str], str], ...] = ()

    def value(self, labels: Mapping[str, str]) -> str:
        """The value for one series; empty when there is none."""
        given = labels.get(self.label, "") if self.label else ""
        if not given:
            return self.default
        for pattern, meaning in self.table:
            if pattern.fullmatch(given):
                return meaning
        return given

    def why(self, labels: Mapping[str, str]) -> str:
        """Where that value came from, in words."""
        if not self.label:
            return "constant" if self.default else "not mapped"
        given = labels.get(self.label, "")
        if not given:
            return f"no label {self.label}; default" if self.default else f"no label {self.label}"
        fitting = next((pattern.pattern for pattern, _ in self.table if pattern.fullmatch(given)), None)
        shown = f"label {self.label} = {given!r}"
        if fitting is not None:
            return f"{shown} fits {fitting!r}"
        return f"{shown} fits no pattern of the map, so it stays" if self.table else shown


NOTHING_PICKED = Pick()
DIMENSIONS: Mapping[Role, tuple[str, ...]] = {
    Role.REQUESTS: ("product", "data_center", "dcn", "step", "outcome", "traffic"),
    Role.TRANSACTIONS: ("product", "data_center", "dcn", "traffic"),
    Role.COST: ("category", "product", "data_center"),
    Role.ACCOUNTS: ("product", "state", "data_center"),
}
"""Dimensions of what a rule of each role counts, in the order of its leaf."""
NEEDED = frozenset({"product", "outcome", "category", "state"})
"""Without these a series belongs nowhere; the others may be empty, and the data center is then the source's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the series of one metric mean.

    ``picks``: dimension -> where its value comes from. ``where``: label -> pattern that must fit its whole value (a
    label that is missing has the value ""); series that do not fit are none of this rule's. ``from_zero``: a series
    that was not on the page before, while the process was the same, began at 0 since then; for exporters that show
    a series only once it counts and never hide it again. ``origin``: file and line, for people.
    """

    role: Role
    metric: str
    picks: Mapping[str, Pick]
    where: tuple[tuple[str, re.Pattern[str]], ...] = ()
    from_zero: bool = False
    origin: str = "built in"

    def misfit(self, labels: Mapping[str, str]) -> str:
        """Why a series is none of this rule's; empty when it is."""
        for label, pattern in self.where:
            value = labels.get(label, "")
            if pattern.fullmatch(value) is None:
                return f"label {label} = {value!r} does not fit {pattern.pattern!r}"
        return ""

    def pick(self, dimension: str) -> Pick:
        """Where a dimension comes from."""
        return self.picks.get(dimension, NOTHING_PICKED)

    def leaf(self, series: str, labels: Mapping[str, str], data_center: str) -> Leaf:
        """What one series counts. Raises GarbagePage when a dimension is missing that is needed."""
        values = []
        for dimension in DIMENSIONS[self.role]:
            pick = self.pick(dimension)
            value = pick.value(labels)
            if not value and dimension in NEEDED:
                raise GarbagePage(f"{series} has no label {pick.label!r}; map it, or leave the metric out")
            values.append(
                value or _STANDING_IN.get(dimension, "") or (data_center if dimension == "data_center" else "")
            )
        return _LEAVES[self.role](*values)


_STANDING_IN = {"traffic": CUSTOMER}
_LEAVES: Mapping[Role, type[RequestLeaf] | type[TransactionLeaf] | type[CostLeaf] | type[AccountLeaf]] = {
    Role.REQUESTS: RequestLeaf,
    Role.TRANSACTIONS: TransactionLeaf,
    Role.COST: CostLeaf,
    Role.ACCOUNTS: AccountLeaf,
}


def named_alike(role: Role, metric: str) -> Rule:
    """A rule for an estate whose labels are named like the dimensions themselves."""
    return Rule(role, metric, {dimension: Pick(dimension) for dimension in DIMENSIONS[role]})


@dataclass(frozen=True, slots=True)
class LatencyRule:
    """What a histogram of times to answer means. ``metric`` is its name without ``_bucket``; ``picks`` as in ``Rule``,
    for product, step and traffic."""

    metric: str
    picks: Mapping[str, Pick]
    where: tuple[tuple[str, re.Pattern[str]], ...] = ()

    def place(self, labels: Mapping[str, str]) -> tuple[str, str, str] | None:
        """Product, step and traffic of a series; None for one that is not meant or names no product."""
        if any(pattern.fullmatch(labels.get(label, "")) is None for label, pattern in self.where):
            return None
        product, step, traffic = (
            self.picks.get(name, NOTHING_PICKED).value(labels) for name in ("product", "step", "traffic")
        )
        return (product, step, traffic) if product else None


REFERENCE_LATENCY = (
    LatencyRule("lending_request_duration_seconds", {name: Pick(name) for name in ("product", "step", "traffic")}),
)
"""The histogram of the reference estate; it does not tell customers from load tests."""

REFERENCE_RULES = (
    named_alike(Role.REQUESTS, "lending_requests_total"),
    named_alike(Role.TRANSACTIONS, "lending_transactions_total"),
    named_alike(Role.COST, "lending_it_cost_fen_total"),
    named_alike(Role.ACCOUNTS, "lending_accounts"),
)
"""The names of the reference estate."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many different things one source may name before the rest is counted together (``collectors.folding``).

    ``series_per_metric``: distinct leaves of one metric; ``values_per_dimension``: distinct values of one dimension.
    """

    series_per_metric: int = 20_000
    values_per_dimension: int = 1_000


@dataclass(frozen=True, slots=True)
class MetricMap:
    """What is read; everything else on a page is ignored. ``latency``: histograms (``collectors.latency``).

    ``mark``, ``process_start``, ``clock``: names of the target's own sequence number, of its birth and of what it
    believes the time to be; empty for none. ``gauges``: names of gauges to keep, or prefixes that end with ``*``.
    ``products``: known names, which are never folded. Of several rules for one metric the first that fits decides.
    """

    rules: tuple[Rule, ...] = REFERENCE_RULES
    mark: str = "lending_truth_sequence"
    process_start: str = "process_start_time_seconds"
    clock: str = "lending_clock_seconds"
    gauges: tuple[str, ...] = ("lending_*",)
    products: frozenset[str] = frozenset()
    limits: Limits = Limits()
    latency: tuple[LatencyRule, ...] = REFERENCE_LATENCY
    by_metric: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            grouped[rule.metric] = (*grouped.get(rule.metric, ()), rule)
        object.__setattr__(self, "by_metric", grouped)

    @property
    def counters(self) -> tuple[str, ...]:
        """Names of the metrics whose increases are counted."""
        return tuple(name for name, rules in self.by_metric.items() if rules[0].role in COUNTERS)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every name to ask a server for: rules, births of processes, mark and plainly named gauges."""
        special = (self.mark, self.process_start)
        plain = (name for name in self.gauges if not name.endswith("*"))
        return tuple(dict.fromkeys(name for name in (*self.by_metric, *special, *plain) if name))

    @property
    def label_names(self) -> frozenset[str]:
        """Labels that some rule looks at."""
        rules: tuple[Rule | LatencyRule, ...] = (*self.rules, *self.latency)
        picked = {pick.label for rule in rules for pick in rule.picks.values() if pick.label}
        return frozenset(picked | {label for rule in rules for label, _ in rule.where})

    def histogram(self, name: str, labels: Mapping[str, str]) -> tuple[str, str, str] | None:
        """Product, step and traffic of a bucket; None when no rule of ``latency`` fits. The first that fits decides."""
        places = (rule.place(labels) for rule in self.latency if name == f"{rule.metric}_bucket")
        return next((place for place in places if place is not None), None)

    def role(self, name: str) -> Role:
        """What the metric of this name is for."""
        rules = self.by_metric.get(name)
        if rules is not None:
            return rules[0].role
        if special := self._special(name):
            return special
        if name.endswith("_created"):
            return Role.CREATED if self.counter_born(name) else Role.IGNORED
        return Role.GAUGE if self._is_gauge(name) else Role.IGNORED

    def counter_born(self, created: str) -> str:
        """Name of the counter whose births a ``_created`` metric tells (x_total, x or x_count); empty for none."""
        stem = created.removesuffix("_created")
        return next((name for name in (f"{stem}_total", stem, f"{stem}_count") if name in self.counters), "")

    def rule(self, name: str, labels: Mapping[str, str]) -> Rule | None:
        """The rule that decides about a series; None when none fits."""
        return next((rule for rule in self.by_metric.get(name, ()) if not rule.misfit(labels)), None)

    def leaf(self, series: str, data_center: str) -> Leaf | None:
        """What a series counts or shows; None for one without counts of its own (marks, births, ignored ones).

        ``data_center`` is the source's, for series that carry none. Raises GarbagePage for a series that lacks a label
        without which it belongs nowhere: its events must not disappear unseen.
        """
        name, labels = parsed_series(series)
        if self.role(name) is Role.GAUGE:
            return GaugeLeaf(name, series_text("", labels)[1:-1])
        rule = self.rule(name, labels)
        return None if rule is None else rule.leaf(series, labels, data_center)

    def from_zero(self, series: str) -> bool:
        """Whether a series that was not there before is known to have begun at 0 since (see ``Rule``)."""
        name, labels = parsed_series(series)
        rule = self.rule(name, labels)
        return rule is not None and rule.from_zero

    def _special(self, name: str) -> Role | None:
        roles = {self.process_start: Role.PROCESS_START, self.mark: Role.MARK, self.clock: Role.CLOCK}
        return roles.get(name) if name else None

    def _is_gauge(self, name: str) -> bool:
        if name in self.gauges:
            return True
        prefixes = [text[:-1] for text in self.gauges if text.endswith("*")]
        return name.startswith(tuple(prefixes)) and not name.endswith(_NOT_A_GAUGE)


def created_partner(name: str) -> str:
    """Name of the counter whose births a ``_created`` metric usually tells: ``x_created`` -> ``x_total``."""
    return name.removesuffix("_created") + "_total"


def patterns(table: Iterable[tuple[str, str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Pattern texts compiled, in their order. Raises re.error."""
    return tuple((re.compile(text), meaning) for text, meaning in table)
