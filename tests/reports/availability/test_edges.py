"""Periods, empty stores, provisional days, truncation, and the same figures as on the wall."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from dashboard.facts import gather as gather_facts
from dashboard.reporting.availability import report
from dashboard.reporting.bank import Bank
from dashboard.reporting.making import drawn
from dashboard.snapshot import Setting, judge
from reports.availability.errors import BadPeriodText, NothingYet, UnknownProduct
from reports.availability.evidence import incidents, statistics
from reports.availability.figuring import percent_text, view_texts
from reports.availability.gathering import gather
from reports.availability.material import Given, ReportedIncident
from reports.availability.period import days, month, period_of, quarter, year
from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import Kind, OutcomeTable
from slo.states import StatePolicy
from slo.windows import DAY_S
from store.memory import MemoryStore
from store.records import Batch, Events, Gap, Incarnation, Read, Source

ZONE = "Asia/Shanghai"
NINES = Objective.parse("99.999")
CATALOG = Catalog(
    "1",
    (Product("loans", {}, NINES), Product("risk", {}, NINES)),
    (DataCenter("dc1", {}), DataCenter("dc2", {})),
    OutcomeTable("1", {"ok": Kind.GOOD}),
    NINES,
    ZONE,
)
BANK = Bank(CATALOG, "1")
OCTOBER = month("2026-10", ZONE)
BEGIN_S, END_S = OCTOBER.window.from_s, OCTOBER.window.to_s


def store_until(
    end_s: int, *, good: int = 9_999_899, bad: int = 100, from_s: int = BEGIN_S - 40 * DAY_S
) -> MemoryStore:
    """Two data centers that looked until then; each day of loans has these events in each; one gap was lost."""
    store, from_s, good, bad = MemoryStore(ZONE), BEGIN_S - 40 * DAY_S, 9_999_899, 100
    for center in ("dc1", "dc2"):
        store.register(Source(center, "exposition", center, 1000), from_s * 1000)
        events = [
            Events(at_s, "loans", center, "", "draw", kind.name.lower(), "customer", kind, number)
            for at_s in range(from_s + 100, end_s, DAY_S)
            for kind, number in ((Kind.GOOD, good), (Kind.BAD, bad))
        ]
        life = Incarnation(center, from_s * 1000, 0, 0, from_s * 1000, end_s * 1000)
        gap = Gap(center, (end_s - 3 * DAY_S) * 1000, (end_s - 3 * DAY_S) * 1000 + 26_000, center == "dc1", "away")
        reads = (Read(from_s * 1000, True), Read(end_s * 1000, True))
        store.commit(Batch(center, 0, reads, end_s * 1000, tuple(events), gaps=(gap,), incarnations=(life,)))
    return store


def test_the_wall_and_the_report_say_the_same_of_the_same_thirty_days() -> None:
    """At midnight the rolling window is thirty whole days: counts, bounds, verdict and completeness are equal."""
    store = store_until(END_S)
    period = days("2026-10-02", "2026-11-01", ZONE)
    with store.reading() as reader:
        facts = gather_facts(reader, END_S * 1000, CATALOG, StatePolicy(), None)
        wall = judge(facts, Setting(CATALOG, StatePolicy(), demo=False, build="1"), 1, {})
        made = report(reader, BANK, period, END_S * 1000)
    assert (facts.periods.rolling.to_ms - facts.periods.rolling.from_ms) == 30 * DAY_S * 1000
    shown = {each.product.id: view_texts(each.rolling) for each in wall.products} | {
        "bank": view_texts(wall.bank.rolling)
    }
    for unit in (*made.products, made.bank):
        assert {name: getattr(unit, name) for name in shown[unit.id]} == shown[unit.id]
    assert made.bank.missing_estimate > 0


def test_a_product_without_data_is_not_proven_and_never_whole() -> None:
    """Nor is a bank whose store is empty."""
    with store_until(END_S + DAY_S).reading() as reader:
        made = report(reader, BANK, OCTOBER, (END_S + DAY_S) * 1000)
    risk = next(each for each in made.products if each.id == "risk")
    assert (risk.availability, risk.low, risk.high, risk.verdict) == (None, None, None, "not proven")
    assert made.composite.worst is not None
    assert made.composite.worst.id == "loans"
    with MemoryStore(ZONE).reading() as reader:
        empty = report(reader, BANK, OCTOBER, (END_S + DAY_S) * 1000)
    assert (empty.bank.availability, empty.bank.verdict, empty.bank.downtime_seconds) == (None, "not proven", None)
    assert empty.completeness == "0"
    for format_ in ("json", "csv", "html", "xlsx"):
        assert drawn(empty, format_, "zh")


def test_figures_are_cut_and_never_rounded_up() -> None:
    """99.9989999 is no 99.999; one failure among ten million is no 100."""
    assert percent_text(Fraction(999_989_999, 10**9)) == "99.99899"
    assert percent_text(Fraction(10**9 - 1, 10**9)) == "99.99999"
    with store_until(END_S + DAY_S).reading() as reader:
        made = report(reader, BANK, OCTOBER, (END_S + DAY_S) * 1000)
    assert (made.bank.availability, made.bank.verdict) == ("99.99899", "not proven")


def test_days_are_provisional_until_late_samples_can_no_longer_come() -> None:
    """Nine minutes after midnight the last day may still change, eleven minutes after it may not."""
    for minutes, expected in ((9, ["2026-10-31"]), (11, [])):
        now_s = END_S + minutes * 60
        with store_until(now_s).reading() as reader:
            made = report(reader, BANK, OCTOBER, now_s * 1000)
        assert sorted({each.slice for each in made.slices if each.provisional}) == expected
        assert made.period.provisional is bool(expected)


def test_a_month_in_which_clocks_change_has_days_of_25_hours() -> None:
    """New York, November 2026: 721 hours."""
    november = month("2026-11", "America/New_York")
    assert november.window.to_s - november.window.from_s == 721 * 3600
    assert {day.to_s - day.from_s for day in november.days()} == {24 * 3600, 25 * 3600}


def test_periods_are_read_as_people_write_them() -> None:
    """Longer than two months they are kept by the month."""
    assert [period_of(text, ZONE).kind for text in ("2026-10", "2026-Q4", "2026q4", "2026")] == [
        "month",
        "quarter",
        "quarter",
        "year",
    ]
    assert (OCTOBER.by_day, quarter("2026-Q4", ZONE).by_day, year("2026", ZONE).by_day) == (True, False, False)
    assert [label for label, _ in OCTOBER.trend()][::12] == ["2025-10", "2026-10"]
    assert [label for label, _ in days("2026-01-15", "2026-04-02", ZONE).slices()] == [
        "2026-01",
        "2026-02",
        "2026-03",
        "2026-04",
    ]


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "0000-01", "2026-Q5", "October", "", "2026-1", "99999"])
def test_a_period_that_is_none_is_refused(text: str) -> None:
    """In one line that says how to write it."""
    with pytest.raises(BadPeriodText):
        period_of(text, ZONE)


def test_what_cannot_be_reported_is_refused_by_name() -> None:
    """A month to come, a product that nobody knows."""
    with store_until(END_S).reading() as reader:
        with pytest.raises(NothingYet):
            report(reader, BANK, month("2027-01", ZONE), END_S * 1000)
        with pytest.raises(UnknownProduct, match="loans, risk"):
            report(reader, BANK, OCTOBER, END_S * 1000, products=["mortgages"])


def incident(name: str, begin_s: int, restored_s: int | None, product: str = "loans") -> ReportedIncident:
    """From then to then; detected after a second, acknowledged after ten."""
    begin_ms = begin_s * 1000
    restored_ms = None if restored_s is None else restored_s * 1000
    times = (begin_ms, begin_ms, begin_ms + 1000, begin_ms + 10_000, restored_ms)
    return ReportedIncident(name, {"en": name}, "page", "closed", tuple(product.split()), (), *times)


def test_incidents_that_touch_the_period_are_listed_and_no_others() -> None:
    """Windows are half-open: what ended as the month began was not in it, what began at its end is not either."""
    listed = [
        incident("ended at its begin", BEGIN_S - 60, BEGIN_S),
        incident("reached into it", BEGIN_S - 60, BEGIN_S + 1),
        incident("of no length at its begin", BEGIN_S, BEGIN_S),
        incident("inside", BEGIN_S + 5, BEGIN_S + 65),
        incident("open since August", BEGIN_S - 60 * DAY_S, None),
        incident("began at its end", END_S, END_S + 60),
        incident("of another product", BEGIN_S + 7, BEGIN_S + 8, "risk"),
        incident("of nobody knows what", BEGIN_S + 9, BEGIN_S + 10, ""),
    ]
    with MemoryStore(ZONE).reading() as reader:
        material = gather(reader, OCTOBER, Given(CATALOG, "1", incidents=listed), (END_S + DAY_S) * 1000)
    chosen = replace(material, given=replace(material.given, products=("loans",)))
    names = [each.id for each in incidents(chosen)]
    assert names == [
        "open since August",
        "reached into it",
        "of no length at its begin",
        "inside",
        "of nobody knows what",
    ]
    assert "of another product" in [each.id for each in incidents(material)]
    spread = statistics(incidents(chosen)).mttr
    assert (spread.known, spread.unknown, spread.median_ms, spread.p90_ms, spread.max_ms) == (
        4,
        1,
        "30500",
        61_000,
        61_000,
    )
