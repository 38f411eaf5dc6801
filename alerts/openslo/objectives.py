"""``objectives``: targets, and what each budgeting method and kind of indicator wants beside them."""

from __future__ import annotations

from fractions import Fraction

from alerts.openslo.fields import Section
from alerts.openslo.indicators import inline_sli
from alerts.openslo.model import Goal, Kind, Reference, Sli, ThresholdMetric
from alerts.openslo.tree import Scalar, Type
from slo.budgeting import Method, Operator
from slo.formatting import ratio
from slo.objective import Objective

_MOST_DECIMALS = 18
_MOST_WEIGHT = 10**9
_PERCENT = 100


def read_goals(
    sections: list[Section], method: Method | None, shared: Sli | Reference | None
) -> tuple[Goal | None, ...]:
    """Every objective of an SLO; ``shared``: the indicator of the SLO itself."""
    return tuple(_goal(section, method, shared) for section in sections)


def is_composite(sections: list[Section]) -> bool:
    """Whether an objective brings its own indicator."""
    return any(section.written("indicator") or section.written("indicatorRef") for section in sections)


def _goal(section: Section, method: Method | None, shared: Sli | Reference | None) -> Goal | None:
    own = _indicator(section)
    display_name = section.text("displayName") or ""
    objective = _target(section)
    operator = section.choice("op", tuple(Operator))
    value = section.number("value")
    check_values(section, own or shared)
    target, seconds = _slices(section, method)
    weight = _weight(section)
    section.close()
    if objective is None:
        return None
    return Goal(
        section.place(),
        display_name,
        objective,
        Operator(operator) if operator else None,
        value,
        target,
        seconds,
        own,
        weight,
    )


def _indicator(section: Section) -> Sli | Reference | None:
    inner = section.section("indicator")
    inline = inline_sli(inner) if inner else None
    return inline or section.reference("indicatorRef", Kind.SLI)


def check_values(section: Section, indicator: Sli | Reference | None) -> None:
    """op and value belong to a threshold metric, and it needs both. A referenced SLI is judged once it is known."""
    if not isinstance(indicator, Sli):
        return
    if isinstance(indicator.metric, ThresholdMetric):
        for name, example in (("op", "lte, gte, lt or gt"), ("value", "the number to compare with")):
            if not section.has(name):
                section.error(name, f"is missing; a thresholdMetric needs it: {example}")
        return
    if section.has("value"):
        section.error("value", "goes with a thresholdMetric only; a ratio needs a target alone")
    elif section.has("op"):
        section.warning("op", "has no meaning for a ratioMetric and is ignored; take it away")


def _target(section: Section) -> Objective | None:
    share, percentage = section.number("target"), section.number("targetPercent")
    if section.exactly_one("target", "targetPercent", why="the share of good events, as 0.999 or 99.9") is None:
        return None
    name, whole, given = ("target", 1, share) if section.has("target") else ("targetPercent", 100, percentage)
    if given is None:
        return None
    if given == whole:
        section.error(
            name,
            f"{_as_written(section, name)} leaves no budget at all: one bad event breaks it for ever,"
            f" and burn rates have nothing to divide by; write less than {whole}, such as"
            f" {'0.99999' if whole == 1 else '99.999'}",
        )
        return None
    if not 0 <= given < whole:
        meant = "; did you mean targetPercent?" if whole == 1 and 1 < given <= _PERCENT else ""
        section.error(name, f"{_as_written(section, name)} is not in [0, {whole}){meant}")
        return None
    return _objective(section, name, given * 100 / whole)


def _objective(section: Section, name: str, percent: Fraction) -> Objective | None:
    text = ratio(percent, _MOST_DECIMALS)
    if Fraction(text) != percent:
        section.error(name, f"{_as_written(section, name)} has more decimals than can be kept; write fewer")
        return None
    return Objective.parse(text)


def _slices(section: Section, method: Method | None) -> tuple[Fraction | None, int | None]:
    target = _slice_target(section)
    seconds = _slice_seconds(section)
    if method is None:
        return target, seconds
    wanted = {"timeSliceTarget": method is Method.TIMESLICES, "timeSliceWindow": method is not Method.OCCURRENCES}
    for name, needed in wanted.items():
        if needed and not section.has(name):
            section.error(name, f"is missing; budgetingMethod {method} needs it")
        elif not needed and section.has(name):
            section.error(name, f"has no meaning with budgetingMethod {method}; take it away")
    return target, seconds


def _slice_target(section: Section) -> Fraction | None:
    target = section.number("timeSliceTarget")
    if target is not None and not 0 < target <= 1:
        section.error("timeSliceTarget", f"{_as_written(section, 'timeSliceTarget')} is not in (0, 1]")
        return None
    return target


def _slice_seconds(section: Section) -> int | None:
    """A number is minutes; else duration-shorthand."""
    node = section.node("timeSliceWindow")
    if not isinstance(node, Scalar) or node.type not in {Type.WHOLE, Type.DECIMAL}:
        duration = section.duration("timeSliceWindow")
        return duration.seconds if duration else None
    minutes = section.number("timeSliceWindow")
    if minutes is None:
        return None
    seconds = minutes * 60
    if seconds <= 0 or seconds.denominator != 1:
        section.error("timeSliceWindow", f"{node.text[:40]} minutes are not a whole positive number of seconds")
        return None
    return seconds.numerator


def _weight(section: Section) -> Fraction:
    weight = section.number("compositeWeight")
    if weight is None:
        return Fraction(1)
    if not 0 < weight <= _MOST_WEIGHT:
        section.error("compositeWeight", f"{_as_written(section, 'compositeWeight')} is not above 0")
    elif not (section.written("indicator") or section.written("indicatorRef")):
        section.error("compositeWeight", "goes with a composite: give this objective its own indicator or indicatorRef")
    return weight


def _as_written(section: Section, name: str) -> str:
    node = section.node(name)
    return node.text[:40] if isinstance(node, Scalar) else "this"
