"""Why a month has no figure, told apart again: reports and the API say it in one English sentence, people read it in
their own language. A sentence of another shape is left as it is."""

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
