"""Availability per step over HTTP: exact counts, unknown never 0 or 100, maintenance beside, refusals in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.desk.maintenance import Maintenance, announce
from dashboard.reporting.availability import report
from dashboard.reporting.bank import Bank
from reports.availability.period import month
from slo.catalog import Catalog
from slo.counts import Counts
from store.port import Store
from store.records import HistoryChunk, Level, Scope, Span, Unit
from tests.dashboard.api.conftest import T0_MS

DAY_S, HOUR_S = 86_400, 3600
T0_S = T0_MS // 1000
TODAY_S = (T0_S + 8 * HOUR_S) // DAY_S * DAY_S - 8 * HOUR_S
"""Midnight in Shanghai that begins the day of T0."""
GRID = "/api/v1/availability/grid"
Slices = Mapping[tuple[Level, int, Unit], Counts]


def of(counts: Counts, begin_s: int, *levels: Level) -> dict[tuple[Level, int, Unit], Counts]:
    """The same counts of weilidai in dc3, of the product and of the bank."""
    units = (Unit(Scope.BANK), Unit(Scope.PRODUCT, "weilidai"), Unit(Scope.CELL, "weilidai", "dc3"))
    return {(level, begin_s, unit): counts for level in levels for unit in units}


def add(store: Store, slices: Slices, from_s: int, to_s: int) -> None:
    """Counts that were seen."""
    store.add_history(HistoryChunk(Span(from_s, to_s), slices))


@pytest.fixture
def yesterday(store: Store) -> int:
    """A day with one failing hour, whose hours and minutes are kept; and one before whose day alone is."""
    begin_s = TODAY_S - DAY_S
    hour, minute = Counts(good=5, bad=5), Counts(good=3_599_990, bad=0)
    slices = of(Counts(good=3_599_995, bad=5), begin_s, Level.DAY)
    slices |= of(hour, begin_s + 10 * HOUR_S, Level.HOUR) | of(hour, begin_s + 10 * HOUR_S, Level.MINUTE)
    slices |= of(minute, begin_s + 11 * HOUR_S, Level.HOUR) | of(minute, begin_s + 11 * HOUR_S, Level.MINUTE)
    slices |= of(Counts(good=100, bad=0), begin_s - DAY_S, Level.DAY)
    add(store, slices, begin_s - DAY_S, TODAY_S)
    return begin_s


def span(from_s: int, to_s: int) -> str:
    """As a query."""
    return f"from={_utc(from_s)}&to={_utc(to_s)}"


def _utc(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(answer: Any, unit: str) -> Any:
    """One line of a grid."""
    return next(each for each in answer["lines"] if each["id"] == unit)


def test_a_month_says_what_the_report_says(
    fresh: Callable[..., Any], store: Store, yesterday: int, shipped: tuple[Catalog, Any, Any]
) -> None:
    """The same figures in two places, to the last digit."""
    with store.reading() as reader:
        found = report(reader, Bank(shipped[0], "test"), month("2026-11", "Asia/Shanghai"), T0_MS)
    reported = next(each for each in found.products if each.id == "weilidai")
    shown = line(fresh(f"{GRID}?step=month&{span(yesterday, TODAY_S)}"), "weilidai")
    assert (shown["good"], shown["bad"], shown["availability"]) == (
        [reported.good],
        [reported.bad],
        [reported.availability],
    )
    assert {"y": "met", "n": "missed", "?": "not proven"}[shown["verdict"]] == reported.verdict


def test_days_hours_and_minutes_hold_the_same_events(fresh: Callable[..., Any], yesterday: int) -> None:
    """Going down loses nothing, and the failing hour shows."""
    for step in ("day", "hour"):
        found = line(fresh(f"{GRID}?step={step}&{span(yesterday, TODAY_S)}"), "weilidai")
        assert (sum(found["good"]), sum(found["bad"])) == (3_599_995, 5)
    assert found["state"][10] == "b"
    begin_s = yesterday + 10 * HOUR_S
    minutes = line(fresh(f"{GRID}?step=minute&{span(begin_s, begin_s + HOUR_S)}"), "weilidai")
    assert (minutes["bad"][0], minutes["state"][:2]) == (5, "bn")


def test_what_is_kept_no_more_is_null_and_not_quiet(fresh: Callable[..., Any], yesterday: int) -> None:
    """The hours of a day that is stored as a whole are unknown: neither no traffic nor 100."""
    found = line(fresh(f"{GRID}?step=hour&{span(yesterday - DAY_S, yesterday)}"), "weilidai")
    assert set(found["state"]) == {"-"}
    assert set(found["availability"]) == {None}


def test_what_nobody_saw_is_missing(fresh: Callable[..., Any], yesterday: int) -> None:
    """Days before the first page have no counts, no figure and no verdict."""
    found = line(fresh(f"{GRID}?step=day&{span(yesterday - 3 * DAY_S, TODAY_S)}"), "weilidai")
    assert found["state"] == "mmgg"
    assert (found["good"][0], found["availability"][0], found["verdict"][0]) == (None, None, "-")
    assert found["availability"][2:] == ["100", "99.99986"]


def test_lines_are_products_then_data_centers_then_dcns(fresh: Callable[..., Any], yesterday: int) -> None:
    """Failures stay where they were; DCNs that nobody told apart are unknown."""
    asked = f"{GRID}?step=day&{span(yesterday, TODAY_S)}&product=weilidai"
    centers = fresh(f"{asked}&by=data_center")
    assert {each["id"]: each["bad"] for each in centers["lines"]}["dc3"] == [5]
    assert centers["whole"]["bad"] == [5]
    assert fresh(f"{asked}&data_center=dc3&by=dcn")["whole"]["state"] == "-"


def test_maintenance_is_taken_out_and_stands_beside(fresh: Callable[..., Any], store: Store, yesterday: int) -> None:
    """An hour under maintenance is excluded; as it happened it had failures."""
    begin_s = yesterday + 10 * HOUR_S
    centers = ("dc1", "dc2", "dc3", "dc4", "dc5", "dc6")
    known_ms = (begin_s - DAY_S) * 1000
    store.write(announce(Maintenance("m1", "work", "disks", "li", (), centers, begin_s, begin_s + HOUR_S, 0), known_ms))
    hours = line(fresh(f"{GRID}?step=hour&{span(yesterday, TODAY_S)}"), "weilidai")
    assert hours["state"][10] == "x"
    assert hours["with_maintenance"]["10"][:2] == [5, 5]
    day = line(fresh(f"{GRID}?step=day&{span(yesterday, TODAY_S)}"), "weilidai")
    assert (day["bad"], day["with_maintenance"]["0"][:2]) == ([0], [3_599_995, 5])


def test_failing_steps_say_what_no_step_tells_of(fresh: Callable[..., Any], store: Store, yesterday: int) -> None:
    """Steps that are kept by the day alone widen the window, and say so."""
    step = Unit(Scope.STEP, "weilidai", "dc3", "", "draw", "system_error")
    store.add_history(HistoryChunk(Span(yesterday - 9, yesterday - 8), {(Level.DAY, yesterday, step): Counts(bad=3)}))
    begin_s = yesterday + 10 * HOUR_S
    answer = fresh(f"/api/v1/availability/steps?product=weilidai&{span(begin_s, begin_s + HOUR_S)}")
    assert answer["from"].startswith(_utc(yesterday)[:-1])
    assert answer["rows"][0] | {"data_centers": None} == {
        "product": "weilidai",
        "step": "draw",
        "outcome": "system_error",
        "good": 0,
        "bad": 3,
        "ignored": 0,
        "data_centers": None,
    }
    assert answer["unsplit"]["bad"] == 2


def test_the_worst_windows_and_the_periods_before(fresh: Callable[..., Any], yesterday: int) -> None:
    """The worst hour is found; yesterday stands beside today, of which nothing is known yet."""
    worst = fresh(f"/api/v1/availability/worst?product=weilidai&{span(yesterday, TODAY_S)}")["worst"]
    assert (worst[0]["seconds"], worst[0]["bad"], worst[0]["availability"]) == (60, 5, "50.00000")
    day = fresh("/api/v1/availability/compare?product=weilidai")["periods"][0]
    assert (day["before"]["bad"], day["before"]["total"]) == (5, 3_600_000)
    assert (day["now"]["total"], day["now"]["availability"]) == (None, None)


def test_rows_come_in_pages(fresh: Callable[..., Any], yesterday: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second page goes on where the first ended."""
    monkeypatch.setattr("dashboard.api.availability.MOST_ROWS", 10)
    path = f"/api/v1/availability?{span(yesterday, TODAY_S)}"
    first = fresh(path)
    second = fresh(f"{path}&next={first['next']}")
    assert [len(first["rows"]), len(second["rows"]), second["next"]] == [10, 4, None]
    assert first["rows"][0]["availability"] == "99.99986"


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("step=week", 400, "step"),
        ("product=nobody", 404, "no product 'nobody'"),
        ("data_center=dc99", 404, "dc99"),
        ("by=dcn", 400, "give product="),
        ("by=dcn&product=weilidai", 400, "give data_center="),
        ("from=2030-01-01T00:00:00Z", 422, "earlier"),
        ("from=yesterday", 400, "RFC 3339"),
        ("step=minute&from=2026-10-01T00:00:00Z", 422, "at most 20000"),
        ("from=1971-01-01T00:00:00Z", 422, "days before to"),
        ("next=-1", 400, "begin without it"),
        ("what=1", 400, "no parameter"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    fresh: Callable[..., Any], query: str, status: int, said: str
) -> None:
    """Which parameter, and how to mend it."""
    error = fresh(f"/api/v1/availability?{query}", status)["error"]
    assert said in error
    assert "\n" not in error


def test_counts_that_contradict_each_other_are_unknown_and_never_over_100_percent(
    fresh: Callable[..., Any], store: Store, yesterday: int
) -> None:
    """Maintenance takes out an hour in which more failed than in its whole day: the day and the bank are unknown."""
    hour, begin_s = Counts(good=5, bad=500), yesterday + 20 * HOUR_S
    add(store, of(hour, begin_s, Level.HOUR, Level.MINUTE), begin_s, begin_s + HOUR_S)
    window = Maintenance("m1", "work", "disks", "li", (), ("dc3",), begin_s, begin_s + HOUR_S, 0)
    store.write(announce(window, (begin_s - HOUR_S) * 1000))
    asked = f"{span(yesterday, TODAY_S)}&step=day"
    found = fresh(f"{GRID}?{asked}")
    mine = line(found, "weilidai")
    for each in (mine, found["whole"]):
        assert (each["state"], each["verdict"], each["good"], each["availability"]) == ("c", "-", [None], [None])
    row = next(each for each in fresh(f"/api/v1/availability?{asked}")["rows"] if each["product"] == "weilidai")
    assert (row["state"], row["availability"], row["verdict"], row["bad"]) == ("conflict", None, "not proven", None)
