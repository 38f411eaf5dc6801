"""The part of the catalog that says which metrics of an estate mean what, compiled to rules of the collectors.

Every defect is named by the place where it stands; ``settings.py`` turns places into file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from collectors.mapping import LatencyRule, Limits, MetricMap, Pick, Role, Rule, patterns
from configuration.types import Strict

Place: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file: keys and numbers of list items, outermost first."""


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


MetricName = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
GaugeName = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*\*?$")]
LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
Pattern = Annotated[str, AfterValidator(_compiles)]
Text = Annotated[str, Field(min_length=1)]


class PickSettings(Strict):
    """Where one dimension comes from: ``{label: code, map: {"2..": ok}, default: ok}``, ``{value: shop}``; a plain
    text is short for a label."""

    label: LabelName | None = None
    value: Text | None = None
    default: Text | None = None
    map: dict[Pattern, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _text_is_a_label(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"label": given}
        table = given.get("map") if isinstance(given, dict) else None
        unquoted = [key for key in table if not isinstance(key, str)] if isinstance(table, dict) else []
        if unquoted:
            raise ValueError(f'the patterns of a map are texts: write "{unquoted[0]}" in quotes')
        return given

    @model_validator(mode="after")
    def _either_label_or_value(self) -> PickSettings:
        if (self.label is None) == (self.value is None):
            raise ValueError("give either label (and map, default) or value")
        if self.value is not None and (self.map or self.default is not None):
            raise ValueError("value is a constant: map and default belong to a label")
        return self

    def pick(self) -> Pick:
        """The same as the collectors use it."""
        return Pick(self.label or "", self.value or self.default or "", patterns(self.map.items()))

    def meanings(self) -> Iterator[tuple[Place, str]]:
        """Every name that this writes down itself, and where."""
        for key, given in (("value", self.value), ("default", self.default)):
            if given is not None:
                yield (key,), given
        for pattern, meaning in self.map.items():
            yield ("map", pattern), meaning


class AccountLabels(Strict):
    """Dimensions of accounts."""

    product: PickSettings
    state: PickSettings
    data_center: PickSettings | None = None


class CostLabels(Strict):
    """Dimensions of costs."""

    category: PickSettings
    product: PickSettings
    data_center: PickSettings | None = None


class TransactionLabels(Strict):
    """Dimensions of transactions."""

    product: PickSettings
    data_center: PickSettings | None = None
    dcn: PickSettings | None = None
    traffic: PickSettings | None = None


class RequestLabels(TransactionLabels):
    """Dimensions of requests."""

    step: PickSettings | None = None
    outcome: PickSettings


class RuleSettings(Strict):
    """One metric. ``where``: label -> pattern of the series that are meant; ``from_zero``: see ``Rule``."""

    metric: MetricName
    where: dict[LabelName, Pattern] = Field(default_factory=dict)
    from_zero: bool = False


class RequestRule(RuleSettings):
    """A counter of requests."""

    labels: RequestLabels


class TransactionRule(RuleSettings):
    """A counter of transactions."""

    labels: TransactionLabels


class CostRule(RuleSettings):
    """A counter of IT cost in fen."""

    labels: CostLabels


class AccountRule(RuleSettings):
    """A gauge of accounts."""

    labels: AccountLabels


AnyRule: TypeAlias = RequestRule | TransactionRule | CostRule | AccountRule


class LatencyLabels(Strict):
    """Dimensions of a histogram."""

    product: PickSettings
    step: PickSettings | None = None
    traffic: PickSettings | None = None


class LatencySettings(Strict):
    """A histogram of the time to answer, in seconds; ``metric`` is its name without ``_bucket``."""

    metric: MetricName
    where: dict[LabelName, Pattern] = Field(default_factory=dict)
    labels: LatencyLabels

    def rule(self) -> LatencyRule:
        """The same as the collectors use it."""
        given = {name: getattr(self.labels, name) for name in type(self.labels).model_fields}
        picks = {name: pick.pick() for name, pick in given.items() if pick is not None}
        return LatencyRule(self.metric, picks, tuple((one, re.compile(text)) for one, text in self.where.items()))


class MetricsSettings(Strict):
    """``metrics`` of config/catalog.yaml."""

    requests: tuple[RequestRule, ...] = ()
    transactions: tuple[TransactionRule, ...] = ()
    costs: tuple[CostRule, ...] = ()
    accounts: tuple[AccountRule, ...] = ()
    gauges: tuple[GaugeName, ...] = ()
    latency: tuple[LatencySettings, ...] = ()
    process_start: MetricName | None = "process_start_time_seconds"
    mark: MetricName | None = None
    clock: MetricName | None = None

    @model_validator(mode="after")
    def _something_is_counted(self) -> MetricsSettings:
        if not self.requests and not self.transactions:
            raise ValueError("names neither requests nor transactions, so nothing would be counted")
        return self

    def rules(self) -> Iterator[tuple[Role, Place, AnyRule]]:
        """Every rule with its role and its place below ``metrics``."""
        lists: list[tuple[Role, str, tuple[AnyRule, ...]]] = [
            (Role.REQUESTS, "requests", self.requests),
            (Role.TRANSACTIONS, "transactions", self.transactions),
            (Role.COST, "costs", self.costs),
            (Role.ACCOUNTS, "accounts", self.accounts),
        ]
        for role, name, rules in lists:
            for number, rule in enumerate(rules):
                yield role, (name, number), rule


class LimitSettings(Strict):
    """How many different things one source may name before the rest is counted as ``__other__``."""

    series_per_metric: int = Field(default=20_000, ge=10)
    values_per_label: int = Field(default=1_000, ge=5)

    def limits(self) -> Limits:
        """The same as the collectors use it."""
        return Limits(self.series_per_metric, self.values_per_label)


@dataclass(frozen=True, slots=True)
class Names:
    """Names that the rest of the catalog knows."""

    products: Collection[str]
    data_centers: Collection[str]
    outcomes: Collection[str]


def defects(metrics: MetricsSettings, names: Names) -> Iterator[tuple[Place, str]]:
    """What does not fit the rest of the catalog, or another rule; places are below ``metrics``."""
    roles: dict[str, Role] = {}
    takes_all: dict[str, Place] = {}
    for role, place, rule in metrics.rules():
        known = roles.setdefault(rule.metric, role)
        if known is not role:
            yield (*place, "metric"), f"{rule.metric!r} is mapped to {known.value} already; a metric has one meaning"
        elif rule.metric in takes_all:
            before = ".".join(map(str, takes_all[rule.metric]))
            yield place, f"never decides: {before} takes every series of {rule.metric!r}; give that one a where"
        elif not rule.where:
            takes_all[rule.metric] = place
        yield from _strangers(place, rule, names)


def _strangers(place: Place, rule: AnyRule, names: Names) -> Iterator[tuple[Place, str]]:
    """Names that a rule writes down and nobody knows."""
    known = {"product": names.products, "data_center": names.data_centers, "outcome": names.outcomes}
    for dimension, pick in _picks(rule):
        for below, meaning in pick.meanings():
            if dimension in known and meaning not in known[dimension]:
                choice = ", ".join(known[dimension])
                yield (
                    (*place, "labels", dimension, *below),
                    f"no {dimension} {meaning!r} in the catalog; known: {choice}",
                )


def _picks(rule: AnyRule) -> Iterator[tuple[str, PickSettings]]:
    for dimension in type(rule.labels).model_fields:
        pick = getattr(rule.labels, dimension)
        if pick is not None:
            yield dimension, pick


def metric_map(metrics: MetricsSettings, origin: Callable[[Place], str], products: Collection[str]) -> MetricMap:
    """The same as the collectors use it. ``origin``: place below ``metrics`` -> file and line."""
    rules = tuple(
        Rule(
            role,
            rule.metric,
            {dimension: pick.pick() for dimension, pick in _picks(rule)},
            where=tuple((label, re.compile(pattern)) for label, pattern in rule.where.items()),
            from_zero=rule.from_zero,
            origin=origin(place),
        )
        for role, place, rule in metrics.rules()
    )
    return MetricMap(
        rules=rules,
        mark=metrics.mark or "",
        process_start=metrics.process_start or "",
        clock=metrics.clock or "",
        gauges=metrics.gauges,
        latency=tuple(each.rule() for each in metrics.latency),
        products=frozenset(products),
    )


def reference_map(products: Collection[str]) -> MetricMap:
    """The names of the reference estate, for catalogs that say nothing."""
    return replace(MetricMap(), products=frozenset(products))
