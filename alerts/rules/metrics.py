"""Request counters of an estate as PromQL: from raw series to increases by product, data center, DCN and outcome.

Increases are taken per series and only then summed, from the newest sample at or before one evaluation to the newest
at or before the last one. Nothing is extrapolated, so that whole numbers stay whole, and over a window the increases
add up to the growth of the counter whatever the phase between scrapes and evaluations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.rules.errors import NotForPrometheus

DIMENSIONS = ("product", "data_center", "dcn", "outcome")
"""Labels of the finest recorded series."""
_NOT_RE2 = re.compile(r"\(\?(=|!|<=|<!|\(|P=|>)|\\[1-9]|[*+?}]\+")
_NOT_BEGINNING_WITH = re.compile(r"\(\?!(?P<begin>[^()]*)\)\.\*")


@dataclass(frozen=True, slots=True)
class Dimension:
    """Where one dimension comes from: ``label``, or ``default`` where the series has none; ``table``: the first
    pattern that fits the whole value of the label says what stands for it."""

    label: str = ""
    default: str = ""
    table: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RequestMetric:
    """One counter of requests. ``where``: label -> pattern that must fit its whole value; ``unless``: those of rules
    that took their series before. ``from_zero``: series appear only once they count. ``origin``: file and line."""

    metric: str
    product: Dimension
    outcome: Dimension
    data_center: Dimension = Dimension("data_center")
    dcn: Dimension = Dimension("dcn")
    traffic: Dimension = Dimension("traffic")
    where: tuple[tuple[str, str], ...] = ()
    unless: tuple[tuple[str, str], ...] = ()
    from_zero: bool = False
    origin: str = "built in"


def example(metric: RequestMetric, product: str, outcome: str, customer: str) -> str | None:
    """A series of this metric that counts for a product and an outcome, in one data center and DCN; None when its
    patterns do not show how such a series looks."""
    wanted = {"product": product, "data_center": "dc1", "dcn": "dcn01", "outcome": outcome, "traffic": customer}
    labels: dict[str, str] = {label: pattern for label, pattern in metric.where if re.fullmatch(pattern, pattern)}
    for name, value in wanted.items():
        dimension: Dimension = getattr(metric, name)
        if dimension.label and labels.setdefault(dimension.label, value) != value:
            return None
        if name in {"product", "outcome"} and _meaning(dimension, labels) != value:
            return None
        if name == "data_center" and not dimension.label and not dimension.default:
            labels["data_center"] = value
    fits = all(re.fullmatch(pattern, labels.get(label, "")) for label, pattern in metric.where)
    taken = any(re.fullmatch(pattern, labels.get(label, "")) for label, pattern in metric.unless)
    text = ", ".join(f"{label}={quoted(value)}" for label, value in labels.items())
    return f"{metric.metric}{{{text}}}" if fits and not taken else None


def _meaning(dimension: Dimension, labels: Mapping[str, str]) -> str:
    given = labels.get(dimension.label, "") if dimension.label else ""
    if not given:
        return dimension.default
    return next((meaning for pattern, meaning in dimension.table if re.fullmatch(pattern, given)), given)


def quoted(text: str) -> str:
    """A PromQL string literal."""
    return json.dumps(text, ensure_ascii=False)


def one_of(names: Sequence[str]) -> str:
    """A PromQL pattern literal that fits exactly these names."""
    return quoted("|".join(re.escape(name) for name in names))


def base_name(metrics: Sequence[RequestMetric]) -> str:
    """The middle part of recorded names: the metric without its ``_total``; ``requests`` where several are one."""
    names = {metric.metric for metric in metrics}
    return names.pop().removesuffix("_total").replace(":", "_") if len(names) == 1 else "requests"


def increases(metrics: Sequence[RequestMetric], interval: str, memory: str, customer: str) -> str:
    """PromQL of the increases since the last evaluation, ``interval`` ago, by the four dimensions.

    ``memory``: how far back the sample before may lie (missed scrapes); ``customer``: traffic that counts. Raises
    NotForPrometheus.
    """
    several = len(metrics) > 1
    parts = []
    for number, metric in enumerate(metrics):
        grown = _renamed(metric, _growth(metric, interval, memory, customer))
        # Two metrics may have series with equal labels, and "or" would keep only one of them.
        parts.append(_labelled(grown, "metric_number", str(number)) if several else grown)
    return f"sum by ({', '.join(DIMENSIONS)}) (\n{_indented(' or '.join(parts))}\n)"


def _growth(metric: RequestMetric, interval: str, memory: str, customer: str) -> str:
    """Growth of each series; a reset counts what came after it, a series without a sample before counts nothing."""
    now = _selector(metric, customer)
    before = f"last_over_time({now}[{memory}] offset {interval})"
    grown = f"({now} - {before}) >= 0\nor\n({now} and {before})"
    if not metric.from_zero:
        return grown
    seen = f"last_over_time(up[{memory}] offset {interval}) == 1"
    return f"{grown}\nor\n(({now} unless {before}) and on (job, instance) ({seen}))"


def _selector(metric: RequestMetric, customer: str) -> str:
    matchers = [_fits(metric, label, pattern) for label, pattern in metric.where]
    matchers += [f"{label}!~{quoted(_re2(metric, pattern))}" for label, pattern in metric.unless]
    matchers += _customers(metric, customer)
    return f"{metric.metric}{{{', '.join(matchers)}}}" if matchers else metric.metric


def _fits(metric: RequestMetric, label: str, pattern: str) -> str:
    beginning = _NOT_BEGINNING_WITH.fullmatch(pattern)
    if beginning is not None:  # the one look-ahead that operators write: anything but what begins so
        begin = _re2(metric, beginning["begin"])
        return f"{label}!~{quoted(f'(?:{begin}).*')}"
    return f"{label}=~{quoted(_re2(metric, pattern))}"


def _customers(metric: RequestMetric, customer: str) -> list[str]:
    traffic = metric.traffic
    if traffic.table:
        raise NotForPrometheus(metric.origin, "labels.traffic with a map", "keep traffic apart by `where`")
    otherwise = traffic.default or customer
    if not traffic.label:
        if otherwise != customer:
            raise NotForPrometheus(metric.origin, f"traffic {otherwise!r}", "only customers' requests have objectives")
        return []
    return [f"{traffic.label}=~{one_of((customer, '') if otherwise == customer else (customer,))}"]


def _renamed(metric: RequestMetric, expression: str) -> str:
    """The four dimensions as labels of their own names. What they come from is set aside first, so that no dimension
    is read from a label that another one has already taken over."""
    dimensions: dict[str, Dimension] = {name: getattr(metric, name) for name in DIMENSIONS}
    moved = {name: each for name, each in dimensions.items() if each != Dimension(name)}
    for name, dimension in moved.items():
        if dimension.label:
            expression = _replaced(expression, f"given_{name}", "$1", dimension.label, "(.*)")
    for name, dimension in moved.items():
        expression = _dimension(metric, expression, name, dimension)
    return expression


def _dimension(metric: RequestMetric, expression: str, name: str, dimension: Dimension) -> str:
    given = f"given_{name}"
    if not dimension.label:  # a data center that nothing tells is the target's own label
        return _labelled(expression, name, dimension.default) if dimension.default else expression
    expression = _replaced(expression, name, "$1", given, "(.*)")
    for pattern, meaning in reversed(dimension.table):  # the first that fits is applied last and wins
        expression = _replaced(expression, name, _literal(meaning), given, _re2(metric, pattern))
    return _replaced(expression, name, _literal(dimension.default), given, "") if dimension.default else expression


def _labelled(expression: str, label: str, value: str) -> str:
    return _replaced(expression, label, _literal(value), "", "")


def _replaced(expression: str, to: str, value: str, label: str, pattern: str) -> str:
    inside = _indented(expression)
    return f"label_replace(\n{inside},\n  {quoted(to)}, {quoted(value)}, {quoted(label)}, {quoted(pattern)}\n)"


def _literal(text: str) -> str:
    return text.replace("$", "$$")


def _re2(metric: RequestMetric, pattern: str) -> str:
    if _NOT_RE2.search(pattern):
        raise NotForPrometheus(
            metric.origin, f"pattern {pattern!r}", "write it without look-around, back-reference and possessive repeat"
        )
    return pattern


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
