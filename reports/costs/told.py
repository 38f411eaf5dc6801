"""Why a month has no figure, and how shared costs were divided, told apart again: reports and the API say it in one
English sentence, people read it in their own language. A sentence of another shape is left as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHAPES = {
    "no_costs": r"neither metrics nor imported charges",
    "days": r"metrics on (?P<seen>\d+) of (?P<days>\d+) days",
    "days_of": r"metrics of (?P<name>.+) on (?P<seen>\d+) of (?P<days>\d+) days",
    "no_rate": r"no rate of (?P<name>.+) for (?P<day>[\d-]+)",
    "no_effective": r"(?P<name>.*): no effective cost",
    "no_billed": r"(?P<name>.*): no billed cost",
    "accounts": r"accounts not on every day",
}
"""Kind of reason -> what follows the month; the screen knows the same (``assets/costs_2_parts.js``)."""

METHODS = {
    "method_idle_unknown": r"(?P<name>.+): by use in (?P<unit>.+), idle not known, largest remainder",
    "method_idle_by_use": r"(?P<name>.+): by use in (?P<unit>.+), idle by use, largest remainder",
    "method_idle_apart": r"(?P<name>.+): by use in (?P<unit>.+), idle apart, largest remainder",
}
"""Kind of a method (``slo.allocation.Driver.method``) -> what it says; the screen knows the same."""

_READ = {kind: re.compile(rf"(?P<month>\d{{4}}-\d\d): {shape}(?P<times> \(\d+\))?") for kind, shape in SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """A reason's kind and what it names: ``month``, and ``name``, ``day``, ``seen``, ``days``, ``times`` or empty."""

    kind: str
    values: dict[str, str]


def told(reason: str) -> Told | None:
    """What a sentence of ``reasons_of`` says; None when it is none of these."""
    for kind, shape in _READ.items():
        if found := shape.fullmatch(reason):
            return Told(kind, {name: value or "" for name, value in found.groupdict().items()})
    return None


def told_method(method: str) -> Told | None:
    """What a method of allocation says: ``name`` and ``unit`` of its driver; None when it is another sentence."""
    for kind, shape in METHODS.items():
        if found := re.fullmatch(shape, method):
            return Told(kind, found.groupdict())
    return None
