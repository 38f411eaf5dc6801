"""The simulated past of an empty store."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.curve import local_day, midnight_s
from lending.demand import Demand
from lending.estate import Estate, load_estate
from lending.history import HistoryChunk, chunks, history
from lending.incidents import CLEAN_PRODUCT, WORST_PRODUCT, incidents_of_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = date(1970, 1, 1)
SCALE = 1_000_000_000
SEED = 20_261_111  # the demo's
UNTIL_S = int(datetime(2026, 11, 21, 19, 37, tzinfo=SHANGHAI).timestamp())
TODAY = local_day(UNTIL_S)
COARSE = range(TODAY - 400, TODAY - 7)
FIVE_NINES = Fraction(99_999, 100_000)
MINUTES = st.integers(25_000_000, 35_000_000)  # since the epoch: 2017 to 2036


@pytest.fixture(scope="module")
def estate() -> Estate:
    """The estate of the demo."""
    return load_estate(Path(__file__).parents[2] / "config" / "estate.yaml")


@dataclass(frozen=True)
class Past:
    """Days by local day and product, without keeping a row."""

    good: Mapping[tuple[int, str], int]
    bad: Mapping[tuple[int, str], int]
    transactions: Mapping[int, int]
    fen: Mapping[int, int]
    active: Mapping[int, int]


@pytest.fixture(scope="module")
def past(estate: Estate) -> Past:
    """The past of the demo up to the eight days that come by the minute, summed as it is generated."""
    good, bad, transactions, fen, active = (defaultdict(int) for _ in range(5))
    fine = {from_s for from_s, to_s in chunks(UNTIL_S, 400) if to_s - from_s < 86_400}
    for chunk in history(estate, UNTIL_S, 400, SEED, SCALE, already=fine):
        day = local_day(chunk.from_s)
        for row in chunk.rows:
            good[day, row.product] += row.good
            bad[day, row.product] += row.bad
            transactions[day] += row.transactions
        fen[day] += sum(cost.fen for cost in chunk.costs)
        active[day] += sum(one.accounts for one in chunk.accounts if one.state == "active")
    return Past(good, bad, transactions, fen, active)


def _availability(past: Past, days: range, products: list[str]) -> Fraction:
    good = sum(past.good[day, product] for day in days for product in products)
    bad = sum(past.bad[day, product] for day in days for product in products)
    return Fraction(good, good + bad)


def _months() -> list[range]:
    """Calendar months that lie wholly in the past, as local days."""
    starts = [(date(2025 + month // 12, month % 12 + 1, 1) - EPOCH).days for month in range(24)]
    return [range(begin, end) for begin, end in pairwise(starts) if begin in COARSE and end - 1 in COARSE]


def _chunk(estate: Estate, number: int, seed: int = SEED, scale: int = SCALE) -> HistoryChunk:
    """The chunk of that number, made without the others."""
    others = {from_s for from_s, _ in chunks(UNTIL_S, 400)} - {chunks(UNTIL_S, 400)[number][0]}
    return next(history(estate, UNTIL_S, 400, seed, scale, already=others))


def _small(estate: Estate) -> Estate:
    """The same estate with two products, one of them with steps that are not transactions."""
    return estate.model_copy(update={"products": (estate.products[0], estate.products[-1])})


@given(MINUTES, st.integers(0, 59), st.integers(0, 420))
def test_chunks_cover_the_past_exactly_once_newest_first(minute: int, second: int, days: int) -> None:
    until_s = minute * 60 + second
    spans = chunks(until_s, days)
    edges = [until_s, *(from_s for from_s, _ in spans)]
    assert [to_s for _, to_s in spans] == edges[:-1]
    assert all(from_s < to_s for from_s, to_s in spans)
    assert edges[-1] == midnight_s(local_day(until_s) - days)


@given(MINUTES)
def test_eight_days_come_by_the_hour_and_the_rest_by_the_day(minute: int) -> None:
    until_s = minute * 60
    for from_s, to_s in chunks(until_s, 12):
        assert local_day(from_s) == local_day(to_s - 1)
        if local_day(from_s) > local_day(until_s) - 8:
            assert from_s % 3600 == 0
            assert to_s == min(from_s + 3600, until_s)
        else:
            assert (from_s, to_s) == (midnight_s(local_day(from_s)), midnight_s(local_day(from_s) + 1))


def test_a_past_that_cannot_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        chunks(UNTIL_S, -1)


def test_a_past_that_ends_within_a_minute_has_a_last_minute_in_part(estate: Estate) -> None:
    """Watching begins at any second; the simulated past must end at that very second."""
    whole = next(history(estate, UNTIL_S + 60, 0, 1, SCALE))
    part = next(history(estate, UNTIL_S + 30, 0, 1, SCALE))
    assert part.to_s == UNTIL_S + 30
    assert [row.at_s for row in part.rows] == [row.at_s for row in whole.rows]

    def last_minute(chunk: HistoryChunk) -> int:
        return sum(row.transactions for row in chunk.rows if row.at_s == UNTIL_S)

    assert 0.45 < last_minute(part) / last_minute(whole) < 0.55


def test_the_generator_follows_the_announced_spans_and_levels(estate: Estate) -> None:
    """The last hour is cut short, older hours have sixty minutes, older days 24 hours, each for every cell."""
    estate = _small(estate)
    made = list(history(estate, UNTIL_S, 9, SEED, SCALE))
    assert [(chunk.from_s, chunk.to_s) for chunk in made] == chunks(UNTIL_S, 9)
    cells = len(estate.products) * len(estate.data_centers)
    for chunk in made:
        step = 3600 if chunk.level == "hour" else 60
        assert chunk.level == ("hour" if local_day(chunk.from_s) <= TODAY - 8 else "minute")
        counted = Counter((row.product, row.data_center) for row in chunk.rows)
        assert set(counted.values()) == {(chunk.to_s - chunk.from_s) // step}
        assert len(counted) == cells
        assert {row.at_s for row in chunk.rows} == set(range(chunk.from_s, chunk.to_s, step))


def test_a_chunk_is_the_same_whatever_is_made_beside_it(estate: Estate) -> None:
    """A seeding that was interrupted goes on with the same counts, and makes nothing twice."""
    estate = _small(estate)
    made = list(history(estate, UNTIL_S, 9, SEED, SCALE))
    rest = list(history(estate, UNTIL_S, 9, SEED, SCALE, already={chunk.from_s for chunk in made[:150]}))
    assert rest == made[150:]
    shorter = history(estate, UNTIL_S, 8, SEED, SCALE)
    assert all(one == other for one, other in zip(shorter, made, strict=False))


def test_another_seed_is_another_past(estate: Estate) -> None:
    assert _chunk(estate, 300).rows != _chunk(estate, 300, seed=SEED + 1).rows


def test_an_hour_of_the_past_counts_what_the_live_demand_would_have_counted(estate: Estate) -> None:
    """One data center, every second of an hour without incident: each product within five standard errors."""
    chunk = _chunk(estate, 2)
    assert not any(one.to_s > chunk.from_s and one.from_s < chunk.to_s for one in incidents_of_day(estate, SEED, TODAY))
    demand, cells = Demand(SCALE, SEED, "dc2"), estate.cells("dc2")
    events: Counter[str] = Counter()
    for second_s in range(chunk.from_s, chunk.to_s):
        for cell, four in zip(cells, zip(*demand.draw(second_s, cells, {}), strict=True), strict=True):
            events[cell.product] += sum(four)
    for product, live in events.items():
        rows = [row for row in chunk.rows if (row.product, row.data_center) == (product, "dc2")]
        simulated = sum(row.good + row.bad + row.ignored for row in rows)
        assert abs(simulated - live) < 5 * math.sqrt(simulated + live)


def test_minutes_scatter_like_poisson_around_the_curve(estate: Estate) -> None:
    """Variance of neighbors' differences over their sums is 1 when nothing but chance and a smooth curve is at work."""
    ratios = []
    for number in (2, 3, 4):
        chunk = _chunk(estate, number)
        for one, other in pairwise(row for row in chunk.rows if row.product == "guaranteed"):
            if one.data_center == other.data_center:
                ratios.append((one.good - other.good) ** 2 / (one.good + other.good))
    assert sum(ratios) / len(ratios) == pytest.approx(1.0, abs=5 * math.sqrt(3 / len(ratios)))


def test_transactions_are_the_events_of_transaction_steps(estate: Estate) -> None:
    """All events where every step is one, the product's share where only some are."""
    chunk = _chunk(estate, 3)
    total = sum(row.transactions for row in chunk.rows)
    for product in estate.products:
        rows = [row for row in chunk.rows if row.product == product.id]
        events = sum(row.good + row.bad + row.ignored for row in rows)
        transactions = sum(row.transactions for row in rows)
        if all(step.transaction for step in product.steps):
            assert transactions == events
        assert transactions <= events
        assert transactions / total == pytest.approx(float(product.share), rel=0.02)


def test_an_outage_fails_its_events_in_its_minutes_and_nowhere_else(estate: Estate) -> None:
    """Looked up in the last eight days: every event of identity in that data center in those seconds is bad."""
    days = range(TODAY - 7, TODAY + 1)
    outages = [one for day in days for one in incidents_of_day(estate, SEED, day) if one.products == {WORST_PRODUCT}]
    outage = next(one for one in outages if one.to_s < UNTIL_S)
    (data_center,) = outage.data_centers
    number = next(index for index, (from_s, _) in enumerate(chunks(UNTIL_S, 400)) if from_s <= outage.from_s)
    chunk = _chunk(estate, number)
    mine = [row for row in chunk.rows if (row.product, row.data_center) == (WORST_PRODUCT, data_center)]
    bad = {row.at_s: row.bad for row in mine if row.bad > 10}
    hit = {minute_s for minute_s in range(chunk.from_s, chunk.to_s, 60) if outage.from_s - 60 < minute_s < outage.to_s}
    assert set(bad) <= hit
    rate = sum(row.good + row.bad + row.ignored for row in mine) / 3600
    seconds = min(outage.to_s, chunk.to_s) - outage.from_s
    assert sum(bad.values()) == pytest.approx(rate * seconds, rel=0.2)


def test_any_thirty_days_are_just_above_five_nines(estate: Estate, past: Past) -> None:
    products = [product.id for product in estate.products]
    for begin in COARSE[:-30]:
        bank = _availability(past, range(begin, begin + 30), products)
        assert Fraction(999_992, 1_000_000) <= bank <= Fraction(999_996, 1_000_000)


def test_one_product_is_the_worst_and_misses_its_objective_in_most_months(estate: Estate, past: Past) -> None:
    products = [product.id for product in estate.products]
    months = _months()
    assert len(months) == 12
    missed = [_availability(past, month, [WORST_PRODUCT]) < FIVE_NINES for month in months]
    assert sum(missed) > len(months) / 2
    for month in months:
        values = {product: _availability(past, month, [product]) for product in products}
        assert min(values, key=lambda product: values[product]) == WORST_PRODUCT
        assert max(values, key=lambda product: values[product]) == CLEAN_PRODUCT
        assert len(set(values.values())) == len(products)
        assert all(0 < value < 1 for value in values.values())
        assert _availability(past, month, products) > FIVE_NINES


def test_an_ordinary_day_of_the_past_has_the_scale_and_double_11_the_record(past: Past) -> None:
    number = (date(2026, 10, 20) - EPOCH).days
    assert past.transactions[number] == pytest.approx(SCALE, rel=0.001)
    record = max(past.transactions, key=lambda day: past.transactions[day])
    lowest = min(past.transactions, key=lambda day: past.transactions[day])
    assert (EPOCH + timedelta(days=record)).strftime("%m-%d") == "11-11"
    assert past.transactions[record] == pytest.approx(1.4 * SCALE, rel=0.01)
    assert EPOCH + timedelta(days=lowest) in {date(2026, 2, day) for day in range(17, 22)}


def test_costs_of_a_year_add_up_to_the_estate_to_the_fen_per_counter(estate: Estate, past: Past) -> None:
    """Each of the 672 counters loses less than one fen to the edges of the year."""
    year = sum(past.fen[day] for day in COARSE[-365:])
    whole = sum(sum(product.it_cost_fen_per_year.values()) for product in estate.products)
    assert abs(year - whole) < 672


def test_it_cost_is_about_two_yuan_per_active_account_and_year(past: Past) -> None:
    days = COARSE[-365:]
    yuan = sum(past.fen[day] for day in days) / 100
    assert 1.9 < yuan / (sum(past.active[day] for day in days) / 365) < 2.2


def test_accounts_grow_slowly_up_to_those_of_the_estate(estate: Estate, past: Past) -> None:
    growing = [past.active[day] for day in COARSE]
    now = sum(one.accounts for one in _chunk(estate, 0).accounts if one.state == "active")
    assert growing == sorted(growing)
    assert 0.92 < growing[0] / now < 0.95
    assert growing[-1] < now == sum(product.accounts.get("active", 0) for product in estate.products)


def test_costs_and_accounts_come_once_a_day_with_its_last_chunk(estate: Estate) -> None:
    for chunk in history(_small(estate), UNTIL_S, 9, SEED, SCALE):
        last = chunk.to_s == min(midnight_s(local_day(chunk.from_s) + 1), UNTIL_S)
        assert bool(chunk.costs) == bool(chunk.accounts) == last


def test_a_small_bank_has_a_past_too(estate: Estate) -> None:
    """At a thousandth of the scale most minutes of small products hold a handful of events."""
    chunk = _chunk(estate, 1, scale=SCALE // 1000)
    full = _chunk(estate, 1)
    events = sum(row.good + row.bad + row.ignored for row in chunk.rows)
    assert events == pytest.approx(sum(row.good + row.bad + row.ignored for row in full.rows) / 1000, rel=0.02)
