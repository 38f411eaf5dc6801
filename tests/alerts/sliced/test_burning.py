"""Budgets and burn rates by slices, against counting by hand what the store was told."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from alerts.desk.maintenance import Maintenance, announce
from alerts.sliced.book import SliceBook
from alerts.sliced.burning import Burn, kinds
from alerts.sliced.cutting import Cut
from alerts.sliced.history import History
from alerts.sliced.judging import SlicedJudge
from alerts.sliced.model import SlicedSlo
from slo.budgeting import SHARES_OF, Method
from slo.outcomes import Kind
from store.records import Events, Level, Read
from tests.alerts.kinds.bank import NOON_S, Bank
from tests.alerts.sliced.parts import objective, part, rule

END_S = NOON_S + 3600
KINDS = (("ok", Kind.GOOD), ("system_error", Kind.BAD))
Told = Mapping[tuple[str, str, int], tuple[int, int]]
"""Product, data center, minute -> good and bad."""


def tell(bank: Bank, told: Told, minutes: range, *, away: Callable[[str, int], bool] = lambda c, m: False) -> None:
    """One page per minute and data center, that ends with it; none while it is ``away``."""
    if 0 in minutes:
        bank.register(NOON_S - 60)
    for center in bank.centers:
        if 0 in minutes:
            bank.page(center, NOON_S, begun=0)
        for minute in minutes:
            if away(center, minute):
                continue
            end_s = NOON_S + 60 * (minute + 1)
            events = [
                Events(end_s - 1, product, center, "", "apply", name, "customer", kind, number)
                for product in bank.products
                for (name, kind), number in zip(KINDS, told.get((product, center, minute), (0, 0)), strict=True)
                if number
            ]
            bank.commit(center, Read(end_s * 1000, True), watermark_ms=end_s * 1000, events=tuple(events))


def drawn(seed: int) -> dict[tuple[str, str, int], tuple[int, int]]:
    """An hour of counts; every fifth minute fails to some degree, every seventh is empty."""
    dice = random.Random(seed)
    found = {}
    for product in ("micro", "identity"):
        for minute in range(60):
            for center in ("dc1", "dc2"):
                total = 0 if dice.randrange(7) == 0 else dice.randrange(1, 40)
                bad = dice.randrange(total + 1) if total and dice.randrange(5) == 0 else 0
                found[product, center, minute] = (total - bad, bad)
    return found


def both(told: Told, product: str, minute: int) -> tuple[int, int]:
    """Good and total over data centers; the bank under the empty name."""
    chosen = [counts for (p, _, m), counts in told.items() if m == minute and product in ("", p)]
    good, bad = sum(g for g, _ in chosen), sum(b for _, b in chosen)
    return good, good + bad


def burn(bank: Bank, slo: SlicedSlo, seconds: int = 3600, until_s: int = END_S, book: SliceBook | None = None) -> Burn:
    """Of one window, as a fresh book sees it."""
    with bank.store.reading() as reader:
        found = (book or SliceBook()).slices(reader, dict.fromkeys(kinds(slo), 3600), until_s)
    return History.of(slo, found).burn(seconds)


@pytest.mark.parametrize("product", ["micro", ""])
@pytest.mark.parametrize("length", [1, 5])
def test_slices_are_what_a_count_by_hand_says(bank: Bank, product: str, length: int) -> None:
    told = drawn(length)
    tell(bank, told, range(60))
    slices = [
        tuple(map(sum, zip(*(both(told, product, m) for m in range(at, at + length)), strict=True)))
        for at in range(0, 60, length)
    ]
    judged = [(good, total) for good, total in slices if total]
    bad = sum(Fraction(good, total) < Fraction(9, 10) for good, total in judged)
    misses = sum((1 - Fraction(good, total) for good, total in judged), Fraction(0))
    timeslices = burn(bank, objective(part(product), slice_seconds=60 * length))
    assert (timeslices.bad, timeslices.total, timeslices.unseen, timeslices.excluded) == (bad, len(judged), 0, 0)
    assert timeslices.burn_rate == Fraction(bad, len(judged)) * 10
    ratios = burn(bank, objective(part(product), slice_seconds=60 * length, method=Method.RATIO_TIMESLICES))
    assert ratios.total == len(judged)
    assert 0 <= misses - ratios.bad < Fraction(len(judged), SHARES_OF)  # each share is cut off


def test_an_objective_reads_its_own_past_whatever_others_ask_for(bank: Bank) -> None:
    """A judge of two: one looks back on its product for an hour, a composite with the same product for five minutes."""
    told = drawn(5)
    tell(bank, told, range(60))
    lengthy = replace(objective(rules=(rule(3600),)), id="long")
    both_parts = objective(part("micro"), part("identity"))
    with bank.store.reading() as reader:
        together = SlicedJudge([lengthy, both_parts]).readings(reader, END_S * 1000)
        alone = [*SlicedJudge([lengthy]).readings(reader, END_S * 1000)]
        alone += SlicedJudge([both_parts]).readings(reader, END_S * 1000)
    assert together == alone


def test_shares_of_a_busy_month_stay_short() -> None:
    """Exact sums of a month of minutes, each with its own total and a few failures, would have a million digits."""
    dice = random.Random(6)
    totals = [dice.randrange(400_000, 900_000) for _ in range(43_200)]
    cuts = {kind: [(60 * n, Cut(t - 3, t, 60_000)) for n, t in enumerate(totals)] for kind in kinds(objective())}
    found = History.of(objective(method=Method.RATIO_TIMESLICES), cuts).burn(30 * 86400)
    assert found.bad.denominator <= SHARES_OF
    assert float(found.bad) == pytest.approx(sum(3 / total for total in totals))


def test_a_composite_of_occurrences_weighs_the_burn_rates_of_its_parts(bank: Bank) -> None:
    told = drawn(3)
    tell(bank, told, range(60))
    slo = objective(part("micro", weight=3), part("identity", target="99"), method=Method.OCCURRENCES)
    rates = []
    for product, allowed in (("micro", Fraction(1, 10)), ("identity", Fraction(1, 100))):
        good = sum(both(told, product, minute)[0] for minute in range(45, 60))
        total = sum(both(told, product, minute)[1] for minute in range(45, 60))
        rates.append(Fraction(total - good, total) / allowed)
    assert burn(bank, slo, 900).burn_rate == (3 * rates[0] + rates[1]) / 4


def test_a_slice_of_a_composite_is_bad_when_it_is_bad_for_any_part(bank: Bank) -> None:
    told = drawn(4)
    tell(bank, told, range(60))
    slo = objective(part("micro"), part("identity", target="95", least="0.5"))
    bad = judged = 0
    for minute in range(60):
        parts = [(both(told, product, minute), least) for product, least in (("micro", 0.9), ("identity", 0.5))]
        seen = [Fraction(good, total) < Fraction(str(least)) for (good, total), least in parts if total]
        bad, judged = bad + any(seen), judged + bool(seen)
    found = burn(bank, slo)
    assert (found.bad, found.total) == (bad, judged)
    assert found.burn_rate == Fraction(bad, judged) * 20  # the strictest target


def test_what_nobody_saw_is_neither_good_nor_bad(bank: Bank) -> None:
    """Both data centers are away for five minutes, and nothing says later what happened meanwhile."""
    told = {("micro", center, minute): (10, 0) for center in bank.centers for minute in range(60)}
    tell(bank, told, range(60), away=lambda _, minute: 20 <= minute < 25)
    for center in bank.centers:
        bank.gap(center, NOON_S + 1200, NOON_S + 1500, exact=False)
    for method in (Method.TIMESLICES, Method.RATIO_TIMESLICES):
        found = burn(bank, objective(method=method))
        assert (found.bad, found.total, found.unseen) == (0, 55, 5)


def test_a_slice_seen_in_part_is_judged_only_where_the_rest_cannot_change_it(bank: Bank) -> None:
    """One of two data centers is away: all good may still be half bad, all bad can be no more than half good."""
    told = {("micro", "dc1", minute): (0, 10) if minute % 2 else (10, 0) for minute in range(60)}
    told |= {("micro", "dc2", 0): (10, 0)}
    tell(bank, told, range(60), away=lambda center, minute: center == "dc2" and minute >= 30)
    bank.gap("dc2", NOON_S + 1800, END_S, exact=False)
    found = burn(bank, objective(), 1200)
    assert (found.bad, found.total, found.unseen) == (10, 10, 10)
    relaxed = burn(bank, objective(part(least="0.5")), 1200)
    assert (relaxed.bad, relaxed.total, relaxed.unseen) == (0, 10, 10)


def test_growth_that_a_later_page_told_of_judges_no_slice(bank: Bank) -> None:
    """The page of minute 22 holds the events of three minutes: right in number, of unknown shape."""
    told = {("micro", center, minute): (10, 0) for center in bank.centers for minute in range(60)}
    told |= {("micro", center, 22): (10, 20) for center in bank.centers}
    tell(bank, told, range(60), away=lambda _, minute: minute in (20, 21))
    for center in bank.centers:
        bank.gap(center, NOON_S + 1200, NOON_S + 1380, exact=True)
    found = burn(bank, objective())
    assert (found.bad, found.total, found.unseen) == (0, 57, 3)
    events = burn(bank, objective(part(), part("identity"), method=Method.OCCURRENCES))
    assert (events.spendings[0].bad, events.spendings[0].total) == (40, 1200)


def test_announced_maintenance_is_excluded_and_counted_apart(bank: Bank) -> None:
    """Of the whole product five slices; of one data center, its events."""
    told = {("micro", center, minute): (10, 0) for center in bank.centers for minute in range(60)}
    told |= {("micro", "dc1", minute): (0, 50) for minute in range(20, 25)}
    told |= {("micro", center, minute): (0, 50) for center in bank.centers for minute in range(40, 45)}
    bank.register(NOON_S - 60)
    part_of = Maintenance("a", "switch", "CHG-1", "li", ("micro",), ("dc1",), NOON_S + 1200, NOON_S + 1500, 0)
    whole = Maintenance("b", "switch", "CHG-2", "li", ("micro",), (), NOON_S + 2400, NOON_S + 2700, 0)
    for window in (part_of, whole):
        bank.store.write(announce(window, (NOON_S - 600) * 1000))
    tell(bank, told, range(60))
    found = burn(bank, objective())
    assert (found.bad, found.total, found.excluded) == (0, 55, 5)


def test_before_the_first_page_nothing_is_known(bank: Bank) -> None:
    told = {("micro", center, minute): (10, 0) for center in bank.centers for minute in range(10)}
    tell(bank, told, range(10))
    found = burn(bank, objective(), until_s=NOON_S + 600)
    assert (found.bad, found.total, found.unseen) == (0, 10, 50)


def test_a_book_that_goes_on_says_what_a_new_one_says(bank: Bank) -> None:
    """Minute by minute, with a source that is late and a gap that is told of afterwards."""
    told = drawn(9)
    book, slo = SliceBook(), objective(method=Method.RATIO_TIMESLICES)
    for minute in range(60):
        tell(bank, told, range(minute, minute + 1), away=lambda center, m: center == "dc2" and 10 <= m < 30)
        if minute == 30:
            bank.gap("dc2", NOON_S + 600, NOON_S + 1860, exact=False)
        until_s = NOON_S + 60 * (minute + 1)
        assert burn(bank, slo, until_s=until_s, book=book) == burn(bank, slo, until_s=until_s)


def test_a_gap_that_leaves_the_window_lets_the_rest_stand(bank: Bank) -> None:
    """Nothing is read anew for it: a collector that flaps a month later would else read a month each minute."""
    told = {("micro", center, minute): (10, 0) for center in bank.centers for minute in range(60)}
    tell(bank, told, range(60), away=lambda _, minute: minute == 3)
    for center in bank.centers:
        bank.gap(center, NOON_S + 180, NOON_S + 240, exact=False)
    book, slo = SliceBook(), objective()
    with bank.store.reading() as reader:
        rows = [
            [cut for _, cut in book.slices(reader, dict.fromkeys(kinds(slo), 1800), NOON_S + at_s)[kinds(slo)[0]]]
            for at_s in (1980, 2040, 2100)
        ]
    assert [row[0].blind for row in rows] == [True, False, False]
    assert all(before is after for before, after in zip(rows[0][2:24], rows[2][0:22], strict=True))


def test_an_hour_of_which_only_the_sum_is_kept_judges_no_minute(bank: Bank) -> None:
    bank.history(Level.HOUR, range(NOON_S, END_S, 3600), 3600, 7200)
    found = burn(bank, objective())
    assert (found.total, found.unseen) == (0, 60)
    hours = burn(bank, objective(slice_seconds=3600))
    assert (hours.bad, hours.total, hours.unseen) == (0, 1, 0)
