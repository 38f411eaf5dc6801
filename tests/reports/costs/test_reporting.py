"""The cost report of a small bank: every figure can be checked by hand."""

from __future__ import annotations

import csv
from dataclasses import asdict, replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from focus_data_toolkit.model.validator import lint_focus_1_4_structure

from dashboard.cost import read_cost_per_account
from dashboard.reporting.making import drawn
from reports.availability.period import month, year
from reports.costs.composing import compose
from reports.costs.errors import NotBegun, NotExported, NotMonths, NotSupposed
from reports.costs.focus import focus_csv
from reports.costs.gathering import Desk, gather
from reports.costs.model import cost_report_of, document
from reports.costs.supposing import change_of, suppose
from slo.counts import Counts
from slo.windows import HOUR_S, Window, day_window
from store.costs import Line
from store.memory import MemoryStore
from store.port import Store
from store.records import Accounts, Cost, HistoryChunk, Level, Scope, Span, Unit
from tests.reports.costs.conftest import (
    CATALOG,
    FIRST,
    NOW_S,
    ZONE,
    charge,
    days,
    fill,
    material_of,
    report_of,
    settings,
)


def test_the_headline_is_twelve_closed_months_over_the_mean_of_the_same_days(bank: Store) -> None:
    found = report_of(bank, settings()).headline
    assert (found.fen, found.count, found.days) == (365 * 2800, 4000, 365)
    assert found.cny == "2.555000"
    assert (found.first, found.after, found.of) == ("2025-11-01", "2026-11-01", "active_accounts")
    assert report_of(bank, settings()).goal.verdict == "met"
    assert report_of(bank, settings(target_cny="2.55")).goal.verdict == "missed"


def test_fewer_closed_months_are_said_and_not_divided() -> None:
    store = MemoryStore(ZONE)
    fill(store, days(date(2026, 9, 10)))
    found = report_of(store, settings())
    assert found.headline.cny is None
    assert any("2026-09: metrics on 21 of 30 days" in reason for reason in found.headline.reasons)
    assert found.goal.verdict == "not proven"
    assert found.ledger.cny_per_account_year == "2.555000"


def test_run_rate_per_thousand_and_cash(bank: Store) -> None:
    charge(bank, "h", date(2026, 10, 5), ("100.00", "0"), kind="purchase")
    found = report_of(bank, settings())
    assert found.run_rate.cny == "2.555000"
    assert found.per_1000_transactions.cny == "70.000000"
    assert found.cash.fen == 365 * 2800 + 10_000
    assert found.headline.fen == 365 * 2800
    assert found.per_loan.reasons == ("loans_not_counted",)


@pytest.mark.parametrize(("lost", "known"), [(0, True), (1, False)])
def test_a_loan_has_a_cost_where_steps_tell_of_every_request(bank: Store, lost: int, known: bool) -> None:
    """A month of which one request has no step may lack a loan; the months beside it are as before."""
    counts = {}
    for day in days(date(2026, 10, 1), date(2026, 10, 31)):
        at_s, missing = day_window(day, ZONE).from_s, lost if day.day == 7 else 0
        for product, step, good in (
            ("weilidai", "draw", 40),
            ("weilidai", "pay", 60 - missing),
            ("bank_app", "look", 300),
        ):
            counts[Level.DAY, at_s, Unit(Scope.STEP, product, "dc1", "", step, "ok")] = Counts(good)
    bank.add_history(HistoryChunk(Span(0, 1), counts))
    found = report_of(bank, settings(loan_steps=["draw"])).per_loan
    assert (found.count, found.cny) == ((31 * 40, "0.700000") if known else (None, None))
    assert found.reasons == (() if known else ("loans_not_counted",))
    assert report_of(bank, settings(loan_steps=["draw"]), "2026-09").per_loan.cny is None


@pytest.mark.parametrize(
    ("currency", "effective", "known"), [("CNY", "365.00", True), ("USD", "1", False), ("CNY", None, False)]
)
def test_a_run_rate_holds_its_part_of_a_charge_that_began_long_before(
    bank: Store, currency: str, effective: str | None, known: bool
) -> None:
    """A year's licence from March on; without its amount or a rate the run-rate of October is not known."""
    year = Window(day_window(date(2026, 3, 1), ZONE).from_s, day_window(date(2027, 3, 1), ZONE).from_s)
    about = ("own", "own", "", "usage", "licences", "db", currency, "", "")
    line = Line(year.from_s, year.to_s, year.from_s, *about)
    bank.post([(b"licence".ljust(16), 0, -1, line.number, "0", effective, "0")], {line.number: line})
    assert report_of(bank, settings()).run_rate.fen == (30 * 2800 + 30 * 100 if known else None)


def test_a_category_from_two_origins_counts_once(bank: Store) -> None:
    """What is preferred counts in the months that have it; the other is listed."""
    charge(bank, "s", date(2026, 10, 5), ("900.00", "900.00"), provider="own", category="staff")
    found = report_of(bank, settings())
    assert [(each.month, each.category, each.counted, each.fen) for each in found.left_out] == [
        ("2026-10", "staff", "imported", 31 * 800)
    ]
    assert found.allocation.ledger_fen == 31 * 2000 + 90_000
    assert found.allocation.unallocated_fen == 90_000
    assert [(each.category, each.reason) for each in found.not_borne] == [("staff", "no_driver")]
    assert found.run_rate.fen == 30 * 2000 + 90_000


def test_shared_costs_go_by_the_driver_and_everything_adds_up(bank: Store) -> None:
    charge(bank, "c", date(2026, 10, 5), ("1.01", "1.01"))
    found = report_of(bank, settings())
    shared = {each.id: each.parts.shared_fen for each in found.products}
    assert shared == {"weilidai": 25, "bank_app": 76}
    for parts in (found.categories, found.products, found.data_centers):
        assert sum(each.parts.ledger_fen for each in parts) == found.allocation.ledger_fen
    assert found.methods == ("transactions: by use in transactions, idle not known, largest remainder",)


def test_a_charge_without_amount_or_rate_makes_the_month_unknown(bank: Store) -> None:
    charge(bank, "u", date(2026, 10, 5), ("1", "1"), currency="USD")
    found = report_of(bank, settings())
    assert found.ledger.fen is None
    assert found.headline.cny is None
    assert found.bridge is None
    assert "no rate of USD for 2026-10-05" in found.ledger.reasons[0]
    with pytest.raises(NotExported, match="no rate of USD"):
        focus_csv([material_of(bank, settings()).month], CATALOG, settings())


def test_a_counter_that_nobody_could_read_for_days_is_not_a_cheaper_month() -> None:
    """Staff stops on 10 October and goes on in November, compute goes on: neither October nor its year is known."""
    store = MemoryStore(ZONE)
    fill(store, days(FIRST, date(2026, 10, 9)))
    fill(store, days(date(2026, 10, 10), date(2026, 10, 31)), without="staff")
    fill(store, days(date(2026, 11, 1)))
    found = report_of(store, settings())
    said = "2026-10: metrics of staff on 9 of 31 days (22)"
    assert (found.headline.cny, found.headline.reasons) == (None, (said,))
    assert (found.run_rate.cny, found.ledger.reasons) == (None, (said,))
    november = report_of(store, settings(), "2026-11")
    assert november.ledger.fen == 10 * 2800
    with store.reading() as reader:
        assert read_cost_per_account(reader, NOW_S, ZONE, [], settings()) is None


def test_accounts_of_a_product_that_nobody_could_read_are_not_none(bank: Store) -> None:
    """A product that came in the middle of the month has its accounts from then on; one that was away is not known."""
    later = [
        Accounts(day_window(day, ZONE).from_s, "weichedai", "active", "dc1", 31) for day in days(date(2026, 10, 5))
    ]
    bank.add_history(HistoryChunk(Span(0, 60), {}, (), tuple(later)))
    assert report_of(bank, settings()).ledger.accounts == 4000 + 27
    store = MemoryStore(ZONE)
    fill(store, days())
    away = [each for each in later if each.at_s != day_window(date(2026, 10, 20), ZONE).from_s]
    store.add_history(HistoryChunk(Span(0, 60), {}, (), tuple(away)))
    found = report_of(store, settings())
    assert (found.headline.cny, found.headline.reasons) == (None, ("2026-10: accounts not on every day",))
    with store.reading() as reader:
        assert read_cost_per_account(reader, NOW_S, ZONE, [], settings()) is None


def test_the_bridge_adds_up_in_every_row_and_column(bank: Store) -> None:
    charge(bank, "c", date(2026, 10, 5), ("33.33", "33.33"))
    found = report_of(bank, settings()).bridge
    assert found is not None
    rows = [found.bank, *found.products]
    assert all(sum(map(Fraction, (e.cost, e.volume, e.mix))) == Fraction(e.total) for e in rows)
    for kind in ("cost", "volume", "mix", "total"):
        assert sum(Fraction(getattr(each, kind)) for each in found.products) == Fraction(getattr(found.bank, kind))
    assert Fraction(found.before) + Fraction(found.bank.total) == Fraction(found.after)
    exact = sum(map(Fraction, found.bank.exact), Fraction(0))
    assert Fraction(found.exact_after) - Fraction(found.exact_before) == exact


def test_a_dear_month_is_unusual(bank: Store) -> None:
    found = report_of(bank, settings())
    assert found.unusual == ()
    assert found.lines_judged == 4
    charge(bank, "x", date(2026, 10, 5), ("1000", "1000"), product="weilidai")
    for number in range(8):
        charge(bank, f"p{number}", date(2026, 2 + number, 5), ("10", "10"), product="weilidai")
    assert [(each.category, each.product) for each in report_of(bank, settings()).unusual] == [("cloud", "weilidai")]


@pytest.mark.parametrize(("day", "hours"), [(1, 1), (2, 3), (8, 3), (20, 12)])
@pytest.mark.parametrize("dear", [False, True])
def test_a_month_that_is_not_over_is_judged_by_the_time_that_passed(day: int, hours: int, dear: bool) -> None:
    """Days that go on and bills that have not come are nothing unusual; what is dear already is, after a week."""
    store, today = MemoryStore(ZONE), day_window(date(2026, 11, day), ZONE)
    fill(store, days(last=date(2026, 11, day) - timedelta(days=1)))
    for number in range(9):
        charge(store, f"p{number}", date(2026, 2 + number, 5), ("10", "10"), product="weilidai")
    now_s = today.from_s + hours * HOUR_S
    costs = [
        Cost(today.from_s, category, product, center, fen * hours // 24)
        for category, fen in (("compute", 500), ("staff", 200))
        for product in ("weilidai", "bank_app")
        for center in ("dc1", "dc2")
    ]
    if dear:
        costs += [Cost(today.from_s, "compute", "weilidai", "dc1", 500 * day)]
    accounts = tuple(Accounts(today.from_s, product, "active", "dc1", 1000) for product in ("weilidai", "bank_app"))
    counts = {(Level.DAY, today.from_s, Unit(Scope.BANK)): Counts(9, 0, 0, 9)}
    store.add_history(HistoryChunk(Span(today.from_s, now_s), counts, tuple(costs), accounts))
    with store.reading() as reader:
        found = compose(gather(reader, Desk(CATALOG, settings(), "1"), month("2026-11", ZONE), now_s))
    expected = [("compute", "weilidai")] if dear and day > 7 else []
    assert [(each.category, each.product) for each in found.unusual] == expected
    assert (found.lines_judged > 0) == (day > 7)


def test_what_is_frozen_is_drawn_again_the_same_in_every_format(bank: Store) -> None:
    made = report_of(bank, settings())
    again = cost_report_of(document(made))
    for format_ in ("json", "csv", "html", "xlsx"):
        for language in ("zh", "en"):
            assert drawn(made, format_, language) == drawn(again, format_, language)
    assert document(replace(made, made_at="x"))["snapshot_sha256"] == made.snapshot_sha256


def test_the_csv_has_what_the_figures_are_recomputed_from(bank: Store) -> None:
    charge(bank, "c", date(2026, 10, 5), ("1.01", "1.01"))
    made = report_of(bank, settings())
    rows = [dict(zip(made.rows.columns, row, strict=True)) for row in made.rows.rows]
    assert sum(r["fen"] for r in rows if r["record"] == "share") == made.allocation.ledger_fen
    months = [each.month for each in made.trend[-12:]]
    fen = sum(r["fen"] for r in rows if r["record"] == "cost" and r["month"] in months)
    account_days = sum(r["count"] for r in rows if r["record"] == "account_days" and r["month"] in months)
    count = sum(r["count"] for r in rows if r["record"] == "days" and r["month"] in months)
    assert (fen, account_days, count) == (made.headline.fen, made.headline.account_days, 365)


def test_a_what_if_moves_what_the_policy_says(bank: Store) -> None:
    found = suppose(material_of(bank, settings()), change_of(Fraction(100), 0, Fraction(-10), 6))
    assert (found.base, found.before_cny, found.accounts_after) == ("year", "2.555000", 8000)
    assert found.after_fen == 365 * (2000 * 9 // 10 + 800)
    with pytest.raises(NotSupposed, match="at least one must stay"):
        change_of(Fraction(0), -6, Fraction(0), 6)


def test_the_export_passes_a_public_validator_and_adds_up(bank: Store, tmp_path: Path) -> None:
    """focus-data-toolkit's own linter of FOCUS 1.4 finds nothing; hardware that is billed and not used yet is there."""
    charge(bank, "c", date(2026, 10, 5), ("1.01", "1.01"))
    charge(bank, "h", date(2026, 10, 6), ("500.00", "0"), service="rack")
    charge(bank, "r", date(2026, 10, 7), ("-0.50", "-0.50"), service="credit")
    material = material_of(bank, settings())
    lines = focus_csv([material.month], CATALOG, settings()).decode().splitlines()
    rows = list(csv.DictReader(lines))
    split = "Supports data generator-calculated split cost allocation"
    report = lint_focus_1_4_structure("Cost and Usage", rows, supported_conditions=[split])
    assert report.ok, report.messages()
    assert sum(Fraction(r["EffectiveCost"]) * 100 for r in rows) == material.month.ledger.fen
    assert sum(Fraction(r["BilledCost"]) * 100 for r in rows) == material.month.ledger.billed_fen
    assert len({r["x_ChargeId"] for r in rows}) == len(rows)


def test_only_months_that_have_begun_are_reported(bank: Store) -> None:
    with bank.reading() as reader, pytest.raises(NotMonths):
        gather(reader, Desk(CATALOG, settings()), year("2026", ZONE), NOW_S)
    with pytest.raises(NotBegun, match="2026-12"):
        report_of(bank, settings(), "2026-12")
    open_month = compose(material_of(bank, settings(), "2026-11"))
    assert open_month.period.provisional
    assert open_month.headline.after == "2026-11-01"
    assert open_month.ledger.days == 10


def test_peers_say_what_they_mean_by_an_account(bank: Store) -> None:
    assert [asdict(each)["accounts"] for each in report_of(bank, settings()).peers] == ["unknown"]
