"""The simulated past tells its journey steps, to the event."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lending.curve import local_day
from lending.estate import Estate, load_estate
from lending.history import HistoryChunk, chunks, history
from lending.history_steps import StepRow
from lending.incidents import WORST_PRODUCT, incidents_of_day

UNTIL_S = int(datetime(2026, 11, 21, 0, 7, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())
SCALE, SEED, DAYS = 1_000_000_000, 1, 10
Place = tuple[str, str]


@pytest.fixture(scope="module")
def estate() -> Estate:
    """The estate of the demo."""
    return load_estate(Path(__file__).parents[2] / "config" / "estate.yaml")


@pytest.fixture(scope="module")
def past(estate: Estate) -> list[HistoryChunk]:
    """Hours of last night, three days by the hour, and the hours of an outage."""
    spans = chunks(UNTIL_S, DAYS)
    days = range(local_day(UNTIL_S) - 7, local_day(UNTIL_S) + 1)
    outages = [one for day in days for one in incidents_of_day(estate, SEED, day) if one.products == {WORST_PRODUCT}]
    outage = next(one for one in outages if one.to_s < UNTIL_S)
    hit = {from_s for from_s, to_s in spans if from_s < outage.to_s and outage.from_s < to_s}
    wanted = {from_s for from_s, _ in (*spans[:3], *spans[-3:])} | hit
    rest = {from_s for from_s, _ in spans} - wanted
    return list(history(estate, UNTIL_S, DAYS, SEED, SCALE, already=rest))


def test_steps_add_up_to_the_rows_to_the_event(estate: Estate, past: list[HistoryChunk]) -> None:
    """Good, bad and ignored events of every product in every data center, and its transactions; incidents included."""
    transacting = {(product.id, step.id) for product in estate.products for step in product.steps if step.transaction}
    for chunk in past:
        rows: defaultdict[Place, Counter[str]] = defaultdict(Counter)
        steps: defaultdict[Place, Counter[str]] = defaultdict(Counter)
        for row in chunk.rows:
            told = {"good": row.good, "bad": row.bad, "ignored": row.ignored, "transactions": row.transactions}
            rows[row.product, row.data_center].update(told)
        for step in chunk.steps:
            told = {"good": step.ok + step.business_reject, "bad": step.system_error, "ignored": step.client_abort}
            begun = sum(told.values()) if (step.product, step.step) in transacting else 0
            steps[step.product, step.data_center].update({**told, "transactions": begun})
        assert steps == rows
    assert max(row.bad for chunk in past for row in chunk.rows) > 1000


def test_each_outcome_of_each_step_is_as_frequent_as_the_estate_says(estate: Estate, past: list[HistoryChunk]) -> None:
    """Over three whole days, within five standard errors; what failed is left to incidents."""
    days = [chunk for chunk in past if chunk.level == "hour"]
    found: defaultdict[tuple[str, str], list[StepRow]] = defaultdict(list)
    for row in (row for chunk in days for row in chunk.steps):
        found[row.product, row.step].append(row)
    transactions = Counter[str]()
    for chunk in days:
        transactions.update(dict.fromkeys((row.product for row in chunk.rows), 0))
        for each in chunk.rows:
            transactions[each.product] += each.transactions
    for product in estate.products:
        for step in product.steps:
            rows = found[product.id, step.id]
            rejected, ok = sum(row.business_reject for row in rows), sum(row.ok for row in rows)
            expected = transactions[product.id] * float(step.events)
            assert abs(ok + rejected - expected) < 5 * math.sqrt(2 * expected) + 1e-3 * expected
            share = float(step.reject_share)
            assert abs(rejected - share * (ok + rejected)) <= 5 * math.sqrt(share * (ok + rejected)) + 1e-4 * rejected


def test_a_stretch_within_one_minute_has_no_steps(estate: Estate) -> None:
    """The minute is watched: a reconciliation takes it whole, and what is simulated may not pass for observed."""
    hour_s = UNTIL_S // 3600 * 3600
    made = {seconds: next(history(estate, hour_s + seconds, 0, SEED, SCALE)) for seconds in (59, 60, 61)}
    assert {seconds: bool(chunk.steps) for seconds, chunk in made.items()} == {59: False, 60: True, 61: True}
    assert all(chunk.rows for chunk in made.values())
