"""States of a slice of time and of a service right now (definitions.md section 2). Unknown is a state of its own."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from slo.budget import burn_rate
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
    if excluded:
        return ServiceState.MAINTENANCE
    if not observed:
        return ServiceState.UNKNOWN
    if short.bad >= policy.down_events and _bad_share_reaches(short, policy.down_share):
        return ServiceState.DOWN
    if long.bad >= policy.degraded_events and _burns(long, objective, policy.degraded_burn):
        return ServiceState.DEGRADED
    return ServiceState.OK if long.total else ServiceState.NO_TRAFFIC


def combined(states: Iterable[ServiceState]) -> ServiceState:
    """State of a whole from its parts (a product from its data centers): parts in maintenance or without traffic do
    not count while others speak; all unknown -> unknown; all down or unknown with one down -> down; any down, degraded
    or unknown -> degraded; else ok.

    When no part speaks: no parts -> unknown; all without traffic -> no traffic; otherwise maintenance.
    """
    parts = set(states)
    speaking = parts - {ServiceState.MAINTENANCE, ServiceState.NO_TRAFFIC}
    if not speaking:
        return _silent(parts)
    if speaking == {ServiceState.UNKNOWN}:
        return ServiceState.UNKNOWN
    if speaking <= {ServiceState.DOWN, ServiceState.UNKNOWN}:
        return ServiceState.DOWN
    return ServiceState.OK if speaking == {ServiceState.OK} else ServiceState.DEGRADED


def slice_state(
    *, observed: bool, excluded: bool, probe_valid: bool, counts: Counts, bad_share: Fraction
) -> SliceState:
    """Decision list, in this order: excluded; not observed -> missing; the prober's own fault -> invalid probe;
    no events -> no traffic; at least ``bad_share`` of the events bad -> bad; else good."""
    if excluded:
        return SliceState.EXCLUDED
    if not observed:
        return SliceState.MISSING
    if not probe_valid:
        return SliceState.INVALID_PROBE
    if not counts.total:
        return SliceState.NO_TRAFFIC
    return SliceState.BAD if _bad_share_reaches(counts, bad_share) else SliceState.GOOD


def completeness(observed: int, expected: int) -> Fraction | None:
    """observed / expected slices, at most 1; None when nothing was expected."""
    return Fraction(min(observed, expected), expected) if expected > 0 else None


def _silent(parts: set[ServiceState]) -> ServiceState:
    """State of a whole of which no part says how it is."""
    if not parts:
        return ServiceState.UNKNOWN
    return ServiceState.NO_TRAFFIC if parts == {ServiceState.NO_TRAFFIC} else ServiceState.MAINTENANCE


def _bad_share_reaches(counts: Counts, share: Fraction) -> bool:
    """bad / total >= share, in integers; never without events."""
    return counts.total > 0 and counts.bad * share.denominator >= counts.total * share.numerator


def _burns(counts: Counts, objective: Objective, least: Fraction) -> bool:
    """Whether the burn rate is at least ``least``; never without events."""
    rate = burn_rate(counts, objective)
    return rate is not None and rate >= least
