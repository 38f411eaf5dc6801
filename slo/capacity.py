"""Proven capacity, forecast of the peak, headroom (definitions.md section 7). Exact; pure; no clock of its own."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slo.windows import DAY_S

DAY_MS = DAY_S * 1000
LOOK_BACK_DAYS = 28
QUANTILE = Fraction(95, 100)
LEAST_DAYS_KNOWN = 24
"""Of the 28 days before a day so many must have a peak: a greatest day among few says little."""
LEAST_RATIOS = 20
"""Fewer ratios have no 95th percentile below their greatest."""


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


@dataclass(frozen=True, slots=True)
class PeakForecast:
    """The next day's peak, which 95 of 100 days should not exceed: ``highest x ratio``.

    ``highest``: of the last 28 days; ``ratio``: 95th percentile of what past days were of theirs. ``covered`` of
    ``checked`` past days stayed within the forecast that would have been made the day before.
    """

    highest: int
    ratio: Fraction
    covered: int
    checked: int

    @property
    def value(self) -> Fraction:
        """The forecast, in the unit of the peaks."""
        return self.highest * self.ratio


class Forecast(NamedTuple):
    """A forecast, or why there is none."""

    peak: PeakForecast | None
    reason: str = ""


def forecast_peak(peaks: Mapping[int, int], day: int) -> Forecast:
    """``peaks``: by the number of a closed day; ``day``: that of the day to foretell."""
    highest = _highest_before(peaks, day)
    if highest is None:
        known = _known_before(peaks, day)
        return Forecast(None, f"{known} of the last {LOOK_BACK_DAYS} days have a peak; {LEAST_DAYS_KNOWN} are needed")
    ratios = _ratios(peaks, day)
    if len(ratios) < LEAST_RATIOS:
        return Forecast(
            None, f"{len(ratios)} past days can be compared with the days before them; {LEAST_RATIOS} are needed"
        )
    outcomes = list(_past_forecasts(peaks, ratios))
    return Forecast(PeakForecast(highest, quantile([r for _, r in ratios]), sum(outcomes), len(outcomes)))


def quantile(values: Sequence[Fraction], share: Fraction = QUANTILE) -> Fraction:
    """The least of some values that so large a share of them does not exceed. At least one value."""
    rank = -(-share * len(values) // 1)
    return sorted(values)[max(1, int(rank)) - 1]


def _known_before(peaks: Mapping[int, int], day: int) -> int:
    return sum(1 for each in range(day - LOOK_BACK_DAYS, day) if each in peaks)


def _highest_before(peaks: Mapping[int, int], day: int) -> int | None:
    """The greatest peak of the 28 days before one; None when too few of them are known."""
    before = [peaks[each] for each in range(day - LOOK_BACK_DAYS, day) if each in peaks]
    return max(before) if len(before) >= LEAST_DAYS_KNOWN else None


def _ratios(peaks: Mapping[int, int], before: int) -> list[tuple[int, Fraction]]:
    """Days before one, and what each one's peak was of the greatest of the 28 days before it."""
    found = []
    for day in sorted(each for each in peaks if each < before):
        highest = _highest_before(peaks, day)
        if highest:
            found.append((day, Fraction(peaks[day], highest)))
    return found


def _past_forecasts(peaks: Mapping[int, int], ratios: Sequence[tuple[int, Fraction]]) -> Iterable[bool]:
    """Whether each day that could have been foretold stayed within its forecast."""
    for place in range(LEAST_RATIOS, len(ratios)):
        _, ratio = ratios[place]
        yield ratio <= quantile([earlier for _, earlier in ratios[:place]])


def headroom(capacity_per_second: Fraction, peak_per_second: Fraction) -> Fraction | None:
    """``capacity / peak - 1``; None against a peak of 0."""
    return capacity_per_second / peak_per_second - 1 if peak_per_second else None


def without_one(capacity_per_second: Fraction, data_centers: int | None) -> Fraction | None:
    """What is left of a capacity when one of its data centers is lost; None when nobody said how many there are."""
    if data_centers is None:
        return None
    return capacity_per_second * (data_centers - 1) / data_centers
