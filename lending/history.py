"""A simulated past for a store that is still empty: what the estate would have counted, without having run.

Counts follow the same curve and the same shares as the live demand, with Poisson noise and seeded incidents. Chunks
come newest first: today and the week before it in hours of minute rows, older days in days of hour rows. What a chunk
holds depends on the estate, seed, scale and span alone (accounts also on the day of ``until_s``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add
from random import Random
from typing import Literal, NamedTuple

from lending.chance import binomial, poisson, scatter
from lending.curve import DAY_SECONDS, MINUTE_SECONDS, Curve, local_day, midnight_s
from lending.estate import Estate, Product
from lending.history_peaks import NO_PEAKS, Peaks, peaks
from lending.history_steps import Counted, Parts, StepRow, parts_of, step_rows
from lending.incidents import Incident, incidents_of_day

FINE_DAYS = 8
"""Local days that come by the minute, today included."""

HOUR_SECONDS = 3600
YEAR_DAYS = 365
ACCOUNT_GROWTH_PERCENT = 6
"""Accounts grow by this share of today's in a year."""


class Row(NamedTuple):
    """Events of one product in one data center in the minute or hour that begins at ``at_s``; all steps together.

    ``good + bad`` is the total of the objective, ``ignored`` events are none of it, ``transactions`` are the events of
    transaction steps whatever their outcome.
    """

    at_s: int
    product: str
    data_center: str
    good: int
    bad: int
    ignored: int
    transactions: int


class DayCost(NamedTuple):
    """IT cost in fen of one local day (today: until ``until_s``)."""

    category: str
    product: str
    data_center: str
    fen: int


class DayAccounts(NamedTuple):
    """Accounts in one state on one local day."""

    product: str
    state: str
    data_center: str
    accounts: int


@dataclass(frozen=True, slots=True)
class HistoryChunk:
    """One stretch ``[from_s, to_s)`` within one local day, oldest row first.

    ``level`` is the length of the rows' slices. ``costs`` and ``accounts`` are those of the whole day that holds
    ``from_s``; they come with the last chunk of the day and are empty in the others. ``peaks``: of this stretch, the
    greatest of a day's is the day's. ``steps``: what the rows counted, over the whole stretch, by step and outcome;
    none when the stretch is shorter than a minute.
    """

    from_s: int
    to_s: int
    level: Literal["minute", "hour"]
    rows: list[Row]
    costs: list[DayCost]
    accounts: list[DayAccounts]
    peaks: Peaks = NO_PEAKS
    steps: Sequence[StepRow] = ()


def chunks(until_s: int, days: int) -> list[tuple[int, int]]:
    """Spans of the chunks, newest first: disjoint, adjacent, from the midnight ``days`` local days before today's to
    ``until_s``, which need not be a whole minute. Raises ValueError for a negative number of days."""
    if days < 0:
        raise ValueError(f"days {days} is negative")
    today = local_day(until_s)
    spans = []
    for day in range(today, today - days - 1, -1):
        length_s = HOUR_SECONDS if day > today - FINE_DAYS else DAY_SECONDS
        begins = range(midnight_s(day), min(midnight_s(day + 1), until_s), length_s)
        spans += [(from_s, min(from_s + length_s, until_s)) for from_s in reversed(begins)]
    return spans


def history(
    estate: Estate, until_s: int, days: int, seed: int, scale: int, *, already: Container[int] = ()
) -> Iterator[HistoryChunk]:
    """The chunks of ``chunks(until_s, days)``, in that order, each made when it is asked for.

    ``scale``: transactions of the whole bank on an ordinary weekday. ``already``: where chunks begin that need not be
    made again, when an earlier run with the same ``until_s`` was interrupted. Raises ValueError as ``chunks`` does.
    """
    curve, lanes, today = Curve(scale), _lanes(estate), local_day(until_s)
    yearly, present = _yearly_costs(estate), _present_accounts(estate)
    for from_s, to_s in chunks(until_s, days):
        if from_s in already:
            continue
        day = local_day(from_s)
        slices = _slices(curve, from_s, to_s, hourly=day <= today - FINE_DAYS)
        rng = Random(f"{seed}/history/{from_s}")
        failing = _failing(curve, slices, incidents_of_day(estate, seed, day))
        last = to_s == min(midnight_s(day + 1), until_s)
        drawn = [_drawn_lane(rng, slices, lane, failing) for lane in lanes]
        rows = [_rows(slices, lane, both) for lane, both in zip(lanes, drawn, strict=True)]
        begun = _begun(lanes, rows)
        yield HistoryChunk(
            from_s=from_s,
            to_s=to_s,
            level="hour" if slices.seconds == HOUR_SECONDS else "minute",
            rows=[row for of_lane in rows for row in of_lane],
            costs=_accrued(yearly, midnight_s(day), to_s) if last else [],
            accounts=_fewer(present, today - day) if last else [],
            peaks=peaks(Random(f"{seed}/peaks/{from_s}"), curve, slices.begins_s, begun),
            steps=_steps(Random(f"{seed}/steps/{from_s}"), slices, lanes, drawn),
        )


class _Group(NamedTuple):
    """Expected events per transaction of the bank: of the steps that are transactions, or of those that are not."""

    good: float
    bad: float
    ignored: float

    @property
    def all(self) -> float:
        return self.good + self.bad + self.ignored


class _Lane(NamedTuple):
    product: str
    data_center: str
    transacting: _Group
    others: _Group
    transacting_parts: Parts
    other_parts: Parts


@dataclass(frozen=True, slots=True)
class _Slices:
    """Minutes or hours of a chunk with the transactions that the bank expects in each, and their running sums.

    The last one ends with the chunk, which may be before it is whole; ``begins_s`` ends there too.
    """

    seconds: int
    begins_s: range
    transactions: list[float]
    until: list[float]


class _Failure(NamedTuple):
    """An incident and the share of the events of each slice that it takes, by the index of the slice."""

    incident: Incident
    shares: dict[int, float]


class _Counts(NamedTuple):
    """Events of a group, by slice."""

    good: list[int]
    bad: list[int]
    ignored: list[int]

    @property
    def whole(self) -> Counted:
        """Of all slices."""
        return Counted(sum(self.good), sum(self.bad), sum(self.ignored))


class _Drawn(NamedTuple):
    """What one product did in one data center. ``failed``: share of the demand that incidents failed."""

    mine: _Counts
    rest: _Counts
    failed: float


def _lanes(estate: Estate) -> list[_Lane]:
    return [
        _Lane(
            product.id,
            data_center.id,
            _group(product, float(data_center.share), transaction=True),
            _group(product, float(data_center.share), transaction=False),
            parts_of([step for step in product.steps if step.transaction]),
            parts_of([step for step in product.steps if not step.transaction]),
        )
        for product in estate.products
        for data_center in estate.data_centers
    ]


def _group(product: Product, share: float, *, transaction: bool) -> _Group:
    steps = [step for step in product.steps if step.transaction is transaction]
    weight = share * float(product.share)
    bad = weight * float(sum(step.events * step.error_share for step in steps))
    ignored = weight * float(sum(step.events * step.abort_share for step in steps))
    return _Group(weight * float(sum(step.events for step in steps)) - bad - ignored, bad, ignored)


def _slices(curve: Curve, from_s: int, to_s: int, *, hourly: bool) -> _Slices:
    whole, rest_s = divmod(to_s - from_s, MINUTE_SECONDS)
    transactions = curve.transactions_expected_by_minute(from_s, whole)
    if rest_s:
        transactions.append(sum(map(curve.transactions_expected, range(to_s - rest_s, to_s))))
    if hourly:
        transactions = [sum(transactions[start : start + 60]) for start in range(0, len(transactions), 60)]
    seconds = HOUR_SECONDS if hourly else MINUTE_SECONDS
    return _Slices(seconds, range(from_s, to_s, seconds), transactions, list(accumulate(transactions)))


def _failing(curve: Curve, slices: _Slices, incidents: Sequence[Incident]) -> list[_Failure]:
    failures = [_Failure(incident, _failing_shares(curve, slices, incident)) for incident in incidents]
    return [failure for failure in failures if failure.shares]


def _failing_shares(curve: Curve, slices: _Slices, incident: Incident) -> dict[int, float]:
    shares = {}
    for index, begin_s in enumerate(slices.begins_s):
        end_s = min(begin_s + slices.seconds, slices.begins_s.stop)
        hit = range(max(begin_s, incident.from_s), min(end_s, incident.to_s))
        expected = slices.transactions[index]
        if len(hit) == end_s - begin_s:
            shares[index] = incident.share
        elif hit and expected > 0.0:
            shares[index] = incident.share * sum(map(curve.transactions_expected, hit)) / expected
    return shares


def _drawn_lane(rng: Random, slices: _Slices, lane: _Lane, failing: Sequence[_Failure]) -> _Drawn:
    """All slices of one product in one data center."""
    hitting = [one.shares for one in failing if one.incident.hits(lane.product, lane.data_center)]
    mine = _drawn(rng, slices, lane.transacting, hitting)
    rest = _drawn(rng, slices, lane.others, hitting)
    return _Drawn(mine, rest, _failed(slices, hitting))


def _failed(slices: _Slices, hitting: Sequence[Mapping[int, float]]) -> float:
    """Share of a chunk's demand that incidents take, one after the other."""
    left: dict[int, float] = {}
    for shares in hitting:
        for index, share in shares.items():
            left[index] = left.get(index, 1.0) * (1.0 - share)
    failed = sum(slices.transactions[index] * (1.0 - share) for index, share in left.items())
    return failed / slices.until[-1] if failed else 0.0


def _rows(slices: _Slices, lane: _Lane, drawn: _Drawn) -> list[Row]:
    counts = zip(slices.begins_s, *drawn.mine, *drawn.rest, strict=True)
    return [
        Row(at_s, lane.product, lane.data_center, good + more_good, bad + more_bad, left + more_left, good + bad + left)
        for at_s, good, bad, left, more_good, more_bad, more_left in counts
    ]


def _steps(rng: Random, slices: _Slices, lanes: Sequence[_Lane], drawn: Sequence[_Drawn]) -> list[StepRow]:
    """None of a stretch within one minute: that minute is watched, and what is simulated may not pass for observed."""
    if len(slices.begins_s) * slices.seconds <= MINUTE_SECONDS and slices.begins_s.stop % MINUTE_SECONDS:
        return []
    return [
        row
        for lane, (mine, rest, failed) in zip(lanes, drawn, strict=True)
        for parts, counts in ((lane.transacting_parts, mine), (lane.other_parts, rest))
        for row in step_rows(rng, (lane.product, lane.data_center), parts, counts.whole, failed)
    ]


def _begun(lanes: Sequence[_Lane], rows: Sequence[Sequence[Row]]) -> dict[str, list[int]]:
    """Transactions of each product by slice."""
    found: dict[str, list[int]] = {}
    for lane, of_lane in zip(lanes, rows, strict=True):
        counts = [row.transactions for row in of_lane]
        before = found.get(lane.product)
        found[lane.product] = counts if before is None else list(map(add, before, counts))
    return found


def _drawn(rng: Random, slices: _Slices, group: _Group, hitting: Sequence[Mapping[int, float]]) -> _Counts:
    """What is common is drawn slice by slice, what is rare as one total; then incidents take their share."""
    count, total = len(slices.transactions), slices.until[-1]
    counts = _Counts(
        [poisson(rng, expected * group.good) for expected in slices.transactions], [0] * count, [0] * count
    )
    scatter(rng, counts.bad, total * group.bad, slices.until)
    scatter(rng, counts.ignored, total * group.ignored, slices.until)
    for shares in hitting:
        for index, share in shares.items():
            for would_be in (counts.good, counts.ignored):
                failed = binomial(rng, would_be[index], share)
                would_be[index] -= failed
                counts.bad[index] += failed
    return counts


def _yearly_costs(estate: Estate) -> list[DayCost]:
    """Each data center's part of a year's cost: exact, and too slow to split again every day."""
    return [
        DayCost(category, product.id, data_center.id, estate.part(per_year, data_center.id))
        for product in estate.products
        for category, per_year in product.it_cost_fen_per_year.items()
        for data_center in estate.data_centers
    ]


def _accrued(yearly: Sequence[DayCost], from_s: int, to_s: int) -> list[DayCost]:
    """Cost of a stretch, as the growth of what has accrued since the epoch: stretches add up to the fen."""
    year_s = YEAR_DAYS * DAY_SECONDS
    return [one._replace(fen=one.fen * to_s // year_s - one.fen * from_s // year_s) for one in yearly]


def _present_accounts(estate: Estate) -> list[DayAccounts]:
    return [
        DayAccounts(product.id, state, data_center.id, estate.part(accounts, data_center.id))
        for product in estate.products
        for state, accounts in product.accounts.items()
        for data_center in estate.data_centers
    ]


def _fewer(present: Sequence[DayAccounts], days_ago: int) -> list[DayAccounts]:
    """Accounts of an earlier day; those of today are the estate's."""
    whole = 100 * YEAR_DAYS
    then = max(0, whole - ACCOUNT_GROWTH_PERCENT * days_ago)
    return [one._replace(accounts=one.accounts * then // whole) for one in present]
