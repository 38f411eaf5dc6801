"""States of a slice of time and of a service right now (definitions.md section 2). Unknown is a state of its own."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from slo.counts import Counts
from slo.objective import Objective


class SliceState(enum.Enum):
    """What one slice of time was."""

    GOOD = "good"
    BAD = "bad"
    EXCLUDED = "excluded"
    NO_TRAFFIC = "no_traffic"
    MISSING = "missing"
    INVALID_PROBE = "invalid_probe"


class ServiceState(enum.Enum):
    """What a service is right now, as the wall shows it."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    NO_TRAFFIC = "no_traffic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StatePolicy:
    """When a service counts as down or degraded: shares and burn rates with a floor of bad events."""

    short_seconds: int = 3
    long_seconds: int = 60
    down_share: Fraction = Fraction(1, 2)
    down_events: int = 5
    degraded_burn: Fraction = Fraction(864)
    degraded_events: int = 5


def service_state(
    *, observed: bool, excluded: bool, short: Counts, long: Counts, objective: Objective, policy: StatePolicy
) -> ServiceState:
    """Decision list, in this order: excluded -> maintenance; not observed -> unknown; short window mostly bad -> down;
    long window burning -> degraded; nothing in the long window -> no traffic; else ok."""
    raise NotImplementedError


def combined(states: Iterable[ServiceState]) -> ServiceState:
    """State of a whole from its parts (a product from its data centers): parts in maintenance or without traffic do
    not count while others speak; all unknown -> unknown; all down or unknown with one down -> down; any down, degraded
    or unknown -> degraded; else ok."""
    raise NotImplementedError


def completeness(observed: int, expected: int) -> Fraction | None:
    """observed / expected slices, at most 1; None when nothing was expected."""
    raise NotImplementedError
