"""What was promised to a tenant, and what came of it. Times are epoch seconds, windows half-open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slo.availability import Availability, Verdict
from slo.objective import Objective


class Slice(NamedTuple):
    """Good and bad events of ``[at_s, at_s + seconds)``; in which order they came is not known."""

    at_s: int
    seconds: int
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Credit:
    """Below ``below`` (a share) the tenant gets ``percent`` of its fee back."""

    below: Objective
    percent: Fraction


@dataclass(frozen=True, slots=True)
class Tenant:
    """A partner bank and its contract. ``data_center`` empty: all of them. ``measure``: ``consecutive`` (five failures
    in a row) or ``requests``; the other one is printed beside it. ``credits``: lowest threshold last."""

    id: str
    names: Mapping[str, str]
    product: str
    data_center: str
    objective: Objective
    measure: str
    credits: tuple[Credit, ...]


CONSECUTIVE, REQUESTS = "consecutive", "requests"


@dataclass(frozen=True, slots=True)
class Downtime:
    """Seconds that were certainly down, and that may have been. ``judged_seconds``: of the period, without announced
    maintenance and without what has not come yet. Equal bounds are an exact answer."""

    least_seconds: int
    most_seconds: int
    judged_seconds: int

    @property
    def low(self) -> Fraction | None:
        """The least that availability can be; None when nothing is judged."""
        return self._share(self.most_seconds)

    @property
    def high(self) -> Fraction | None:
        """The most that it can be."""
        return self._share(self.least_seconds)

    def _share(self, down_seconds: int) -> Fraction | None:
        return 1 - Fraction(down_seconds, self.judged_seconds) if self.judged_seconds else None


@dataclass(frozen=True, slots=True)
class DayDowntime:
    """One local day, as guideline 2.4 asks: midnight to midnight."""

    day: str
    downtime: Downtime


@dataclass(frozen=True, slots=True)
class Owed:
    """Credit in per cent of the fee: at the best and at the worst that availability can be; None: nothing is known."""

    least_percent: Fraction | None
    most_percent: Fraction | None


@dataclass(frozen=True, slots=True)
class TenantSla:
    """A tenant's period. ``finest_seconds`` and ``coarsest_seconds``: lengths of the slices that downtime was judged
    by (0 without any); ``unseen_seconds``: of the period, when nobody looked; ``verdict`` by the contract's measure."""

    tenant: Tenant
    from_s: int
    to_s: int
    downtime: Downtime
    days: tuple[DayDowntime, ...]
    requests: Availability
    unseen_seconds: int
    finest_seconds: int
    coarsest_seconds: int
    owed: Owed
    verdict: Verdict

    @property
    def exact(self) -> bool:
        """Whether the rule of five could be decided to the second."""
        return self.downtime.least_seconds == self.downtime.most_seconds
