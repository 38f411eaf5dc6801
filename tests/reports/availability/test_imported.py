"""An imported past inside the report: it counts where nobody looked, and nowhere twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.reporting.given import given_of
from dashboard.reporting.making import drawn
from reports.availability.composing import compose
from reports.availability.gathering import gather
from reports.availability.grid import Question, grid
from reports.availability.material import ImportedCounts
from reports.availability.model import Availability, Report, document, report_of
from reports.availability.period import Period, month, quarter
from reports.availability.printing.laying import paper
from reports.availability.steps import steps_of
from reports.history.keeping import Origin, changes
from reports.history.model import Reading
from reports.history.reading import read
from slo.catalog import Catalog, DataCenter, Product
from slo.objective import Objective
from slo.outcomes import Kind, OutcomeTable
from slo.states import SliceState
from slo.windows import DAY_S
from store.memory import MemoryStore
from store.records import Batch, Events, Incarnation, Read, Source
from tests.reports.availability.recomputed import figures_of

ZONE = "Asia/Shanghai"
MARCH = month("2026-03", ZONE)
BEGIN_S, END_S = MARCH.window.from_s, MARCH.window.to_s
NOW_MS = (END_S + 3 * DAY_S) * 1000
OBJECTIVE = Objective.parse("99.9")
CATALOG = Catalog(
    "1",
    (
        Product("loans", {"en": "Loans", "zh": "贷款"}, OBJECTIVE),
        Product("risk", {"en": "Risk", "zh": "风控"}, OBJECTIVE),
    ),
    (DataCenter("dc1", {}), DataCenter("dc2", {})),
    OutcomeTable("1", {"ok": Kind.GOOD}),
    OBJECTIVE,
    ZONE,
)


def day(
    number: int, good: int = 999, bad: int = 1, *, product: str = "loans", center: str = "imported"
) -> ImportedCounts:
    """Counts of one day of March, the first is 1."""
    from_s = BEGIN_S + (number - 1) * DAY_S
    return ImportedCounts("loans", center, from_s, from_s + DAY_S, good, bad, "past.csv")


def made(*rows: ImportedCounts, period: Period = MARCH, store: MemoryStore | None = None) -> Report:
    """The report of a bank with such a past; and its CSV says the same."""
    with (store or MemoryStore(ZONE)).reading() as reader:
        given = given_of(reader, CATALOG, period, NOW_MS, code_version="1", demo=False)
        report = compose(gather(reader, period, replace(given, imported=rows), NOW_MS))
    found = figures_of(drawn(report, "csv", "en").decode())
    loans = product(report, "loans")
    assert (found["product/loans/total"], found["product/loans/low"]) == (loans.total, loans.low)
    assert found["product/loans/missing_estimate"] == loans.missing_estimate
    assert report_of(json.loads(json.dumps(document(report)))) == report
    return report


def product(report: Report, name: str) -> Availability:
    """One product."""
    return next(each for each in report.products if each.id == name)


def watched(from_day: int) -> MemoryStore:
    """Both data centers looked from the begin of a day of March on: 500 good events a day each."""
    store = MemoryStore(ZONE)
    from_ms, end_ms = (BEGIN_S + (from_day - 1) * DAY_S) * 1000, NOW_MS
    for center in ("dc1", "dc2"):
        store.register(Source(center, "exposition", center, 1000), from_ms)
        events = tuple(
            Events(at_s, "loans", center, "", "draw", "ok", "customer", Kind.GOOD, 500)
            for at_s in range(from_ms // 1000, END_S, DAY_S)
        )
        life = Incarnation(center, from_ms, 0, 0, from_ms, end_ms)
        store.commit(Batch(center, 0, (Read(from_ms, True), Read(end_ms, True)), end_ms, events, incarnations=(life,)))
    return store


def test_a_month_that_files_tell_of_is_judged_by_them() -> None:
    """All 31 days: nothing is missing; the other product stays unknown, and so does its share of the bank."""
    report = made(*(day(number) for number in range(1, 32)))
    loans, risk = product(report, "loans"), product(report, "risk")
    assert (loans.good, loans.bad, loans.missing_estimate, loans.verdict) == (31 * 999, 31, 0, "met")
    assert (risk.total, risk.availability, risk.verdict) == (0, None, "not proven")
    assert [each.origin for each in report.not_observed] == ["past.csv"]
    assert report.bank.completeness == "0.6"
    march = next(each for each in report.trend if each.month == "2026-03" and each.id == "loans")
    assert (march.total, march.low) == (31_000, loans.low)


def test_days_that_no_file_tells_of_are_estimated_at_the_rate_of_the_others() -> None:
    """Ten days of thirty-one prove nothing."""
    loans = product(made(*(day(number) for number in range(1, 11))), "loans")
    assert (loans.total, loans.missing_estimate) == (10_000, 21_000)
    assert loans.verdict == "not proven"


def test_what_was_observed_wins_and_the_report_says_so() -> None:
    """Files tell of twenty days, we looked from the eleventh on."""
    report = made(*(day(number) for number in range(1, 21)), store=watched(11))
    loans = product(report, "loans")
    assert (loans.total, loans.missing_estimate) == (10_000 + 21 * 1000, 0)
    assert [(each.file, each.reason) for each in report.not_counted] == [("past.csv", "observed")]
    assert report.not_counted[0].from_ == "2026-03-10T16:00:00Z"
    said = [block.text for block in paper(report, "en").sections[0].blocks if hasattr(block, "text")]
    assert any("left out" in text for text in said)


def test_another_file_that_tells_of_the_same_day_is_left_out() -> None:
    """Whoever comes first is the newer one; a day that names a data center is the same day."""
    older = replace(day(1, 5, 5), file="old.csv")
    report = made(day(1), older, replace(older, data_center="dc1"))
    assert product(report, "loans").total == 1000
    assert {(each.file, each.reason) for each in report.not_counted} == {("old.csv", "twice")}


def test_a_whole_month_in_one_row_counts_in_the_month_and_in_no_day() -> None:
    """Nobody knows on which days it happened."""
    row = ImportedCounts("loans", "imported", BEGIN_S, END_S, 31_000, 0, "months.csv")
    report = made(row)
    loans = product(report, "loans")
    assert (loans.total, loans.missing_estimate, loans.availability) == (31_000, 0, "100")
    days = {each.slice: each.total for each in report.slices if each.id == "loans"}
    assert (days["2026-03-01"], days["2026-03-01..2026-03-31"]) == (0, 31_000)
    assert product(made(row, period=quarter("2026-Q1", ZONE)), "loans").total == 31_000


def test_a_row_that_reaches_beyond_the_period_is_named() -> None:
    """A quarter's count says nothing of one of its months."""
    row = ImportedCounts("loans", "imported", BEGIN_S - DAY_S, END_S, 1000, 0, "quarters.csv")
    report = made(row)
    assert product(report, "loans").availability is None
    assert [each.reason for each in report.not_counted] == ["crosses"]


def test_data_centers_of_files_are_kept_apart() -> None:
    """Each is missing where its own rows are missing; one that only files know is theirs alone."""
    rows = [day(number, center="dc1") for number in range(1, 32)] + [day(1, center="old")]
    report = made(*rows)
    assert {each.id for each in report.data_centers} == {"dc1", "dc2", "old"}
    loans = product(report, "loans")
    assert (loans.total, loans.missing_estimate) == (32_000, 30_000)


@pytest.mark.parametrize("name", ["loans", "Loans", "贷款"])
def test_files_are_counted_from_the_journal(name: str, tmp_path: Path) -> None:
    """As `history import` keeps them: counts by day, and outage minutes beside them in no other figure."""
    store = MemoryStore(ZONE)
    counts = tmp_path / "counts.csv"
    counts.write_text(f"service,day,good,bad\n{name},2026-03-01,990,10\n", encoding="utf-8")
    outages = tmp_path / "outages.csv"
    lines = [f"2026-03-{number:02d},{10 if number == 2 else 0},{1 if number == 2 else 0}" for number in range(1, 32)]
    text = "\n".join(["day,partial_outage_minutes,major_outage_minutes", *lines])
    outages.write_text(text, encoding="utf-8")
    for file in (counts, outages):
        history = read(file.read_bytes(), file.name, "availability", Reading(ZONE, NOW_MS // 1000))
        with store.reading() as reader:
            origin = Origin(file.name, file.name, "", ZONE, frozenset({"loans"}))
            change = changes(history, origin, reader.journal(), NOW_MS, "me")
        store.write(change)
    with store.reading() as reader:
        given = given_of(reader, CATALOG, MARCH, NOW_MS, code_version="1", demo=False)
        report = compose(gather(reader, MARCH, given, NOW_MS))
    assert (product(report, "loans").good, product(report, "loans").bad) == (990, 10)
    (told,) = report.imported_times
    assert (told.month, told.down_seconds, told.watched_seconds) == ("2026-03", "240", str(31 * DAY_S))
    assert told.time_availability == "99.99103"


@pytest.mark.parametrize("step", ["day", "month"])
def test_grids_count_an_imported_past_as_the_report_does(step: str) -> None:
    """Whole and by data center, in days that are told of and in the month; a day of which nobody tells is missing."""
    rows = (*(day(number) for number in range(1, 32) if number != 7), day(2, 500, center="dc1"))
    with watched(32).reading() as reader:
        given = replace(
            given_of(reader, CATALOG, MARCH, NOW_MS, code_version="1", demo=False), products=(), imported=rows
        )
        report = compose(gather(reader, MARCH, given, NOW_MS))
        steps = steps_of(step, MARCH.window, ZONE)
        shown = grid(reader, given, Question(steps), NOW_MS)
        split = grid(reader, given, Question(steps, "loans", by="data_center"), NOW_MS)
    (loans,) = [line for line in shown.lines if line.id == "loans"]
    figures = [cell.figures.counted.availability for cell in loans.cells if cell.figures is not None]
    assert sum(each.counts.total for each in figures) == product(report, "loans").total == 30 * 1000
    assert [line.id for line in split.lines] == ["dc1", "dc2", "imported"]
    imported = [cell.figures.counted.availability for cell in split.lines[2].cells if cell.figures is not None]
    assert sum(each.counts.total for each in imported) == 30 * 1000
    if step == "day":
        assert [cell.state for cell in loans.cells][5:8] == [SliceState.GOOD, SliceState.MISSING, SliceState.GOOD]
