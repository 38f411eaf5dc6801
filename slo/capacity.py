"""Proven capacity and headroom (definitions.md section 7). Exact; pure; no clock of its own."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slo.windows import DAY_S

DAY_MS = DAY_S * 1000
YEAR_DAYS = 365


class Tie(NamedTuple):
    """What a proof holds for, and for nothing else. None: the run did not say."""

    build: str | None
    data_centers: int | None
    deadline_ms: int
    target: str


class Proof(NamedTuple):
    """One run that was judged. ``per_second``: the rate that it held; ``kept``: with its objectives met."""

    run: str
    at_ms: int
    per_second: int
    tie: Tie
    kept: bool


class Standing(enum.Enum):
    """What may be said of a proven capacity now."""

    CURRENT = "current"
    EXPIRED = "expired"
    CONTRADICTED = "contradicted"
    OTHER_DATA_CENTERS = "other_data_centers"


@dataclass(frozen=True, slots=True)
class ProvenCapacity:
    """The highest rate of the newest tie. ``against``: the run that contradicts it, empty when none does."""

    proof: Proof
    expires_at_ms: int
    standing: Standing
    against: str = ""

    @property
    def counts(self) -> bool:
        """Whether headroom may be taken from it."""
        return self.standing is Standing.CURRENT


def proven_capacity(proofs: Iterable[Proof], now_ms: int, data_centers: int, lasts_days: int) -> ProvenCapacity | None:
    """The highest rate that was held for what was proven last; None when nothing ever was.

    Only runs with the newest proof's tie count: what an earlier build held says nothing of this one. A run of the same
    tie that came later, was no faster and did not keep the objectives contradicts it.
    """
    known = [each for each in proofs if each.at_ms <= now_ms]
    kept = [each for each in known if each.kept]
    if not kept:
        return None
    newest = max(kept, key=lambda each: each.at_ms)
    alike = [each for each in known if each.tie == newest.tie]
    lasting = [each for each in alike if each.kept and now_ms < each.at_ms + lasts_days * DAY_MS]
    best = max(lasting or [newest], key=lambda each: (each.per_second, each.at_ms))
    against = next((each.run for each in alike if _contradicts(each, best)), "")
    expires_at_ms = best.at_ms + lasts_days * DAY_MS
    return ProvenCapacity(best, expires_at_ms, _standing(best, bool(lasting), against, data_centers), against)


def _contradicts(other: Proof, best: Proof) -> bool:
    return not other.kept and other.at_ms > best.at_ms and other.per_second <= best.per_second


def _standing(best: Proof, lasts: bool, against: str, data_centers: int) -> Standing:
    if not lasts:
        return Standing.EXPIRED
    if against:
        return Standing.CONTRADICTED
    return Standing.OTHER_DATA_CENTERS if best.tie.data_centers not in (None, data_centers) else Standing.CURRENT


def headroom(capacity_per_second: Fraction, peak_per_second: Fraction) -> Fraction | None:
    """``capacity / peak - 1``; None against a peak of 0."""
    return capacity_per_second / peak_per_second - 1 if peak_per_second else None


def without_one(capacity_per_second: Fraction, data_centers: int | None) -> Fraction | None:
    """What is left of a capacity when one of its data centers is lost; None when nobody said how many there are."""
    if data_centers is None:
        return None
    return capacity_per_second * (data_centers - 1) / data_centers


class RunOut(enum.Enum):
    """When a capacity stops being enough."""

    ON_DAY = "on_day"
    NOT_WITHIN_A_YEAR = "not_within_a_year"
    NOT_KNOWN = "not_known"


class RunsOut(NamedTuple):
    """``day``: number of the first day whose peak may exceed the capacity; None unless it is ON_DAY."""

    when: RunOut
    day: int | None = None


def runs_out(
    capacity: Fraction | None, peaks: Sequence[tuple[int, Fraction]], growth_per_year: Fraction | None
) -> RunsOut:
    """The first day on which the P95 of the peak exceeds a capacity, both in the same unit.

    ``peaks``: P95 by the number of each day of the forecast; from its end on its greatest grows evenly, by
    ``growth_per_year`` of itself in a year, up to a year from its first day.
    """
    if capacity is None or not peaks:
        return RunsOut(RunOut.NOT_KNOWN)
    for day, peak in peaks:
        if peak > capacity:
            return RunsOut(RunOut.ON_DAY, day)
    if growth_per_year is None:
        return RunsOut(RunOut.NOT_KNOWN)
    first, last, top = peaks[0][0], peaks[-1][0], max(peak for _, peak in peaks)
    step = top * growth_per_year / YEAR_DAYS
    if step <= 0:
        return RunsOut(RunOut.NOT_WITHIN_A_YEAR)
    day = last + int((capacity - top) / step) + 1  # the first whole day beyond: at an exact hit it is only reached
    return RunsOut(RunOut.ON_DAY, day) if day < first + YEAR_DAYS else RunsOut(RunOut.NOT_WITHIN_A_YEAR)
