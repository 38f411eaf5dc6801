"""What failed in a stretch by journey step and outcome, its worst windows, and periods beside the ones before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.availability import QUERY, figures_of, place_of, span_of, window_of
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from dashboard.reporting.stepping import given_of_steps
from reports.availability.failing import Failing, failing, worst
from reports.availability.figuring import percent_text
from reports.availability.grid import Cell, Question, over
from reports.availability.steps import steps_of
from slo.counts import Counts
from slo.formatting import percent
from slo.windows import Window, day_of, day_window, month_window, year_window
from store.port import Reader

MOST_STEP_ROWS = 200
_DAY = timedelta(days=1)
_FIELDS = 3


def what_failed(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Journey steps by outcome, most failures first; the figures of each step over all its outcomes."""
    place, zone = place_of(setting, reader, asked), setting.catalog.zone
    found = failing(reader, window_of(setting, asked, "day"), place.product, place.data_center, zone)
    every = _by_outcome(found)
    return {
        **span_of(found.window, zone),
        "product": place.product or None,
        "data_center": place.data_center or None,
        "steps": _by_step(found),
        "unsplit": {"good": found.unsplit.good, "bad": found.unsplit.bad, "ignored": found.unsplit.ignored},
        "rows": every[:MOST_STEP_ROWS],
        "more": max(0, len(every) - MOST_STEP_ROWS),
    }


def worst_of(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The worst minute, hour, day and week of a stretch."""
    place, window = place_of(setting, reader, asked), window_of(setting, asked, "day")
    found = worst(reader, window, place.product, place.data_center)
    return {
        **span_of(window, setting.catalog.zone),
        "worst": [
            {
                "seconds": each.length_s,
                "step_seconds": each.step_s,
                "from": utc(each.window.window.from_s * 1000),
                "to": utc(each.window.window.to_s * 1000),
                "bad": each.window.counts.bad,
                "total": each.window.counts.total,
                "availability": percent(each.window.availability),
            }
            for each in found
        ],
    }


def compared(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """Day, week, month and year so far, each beside the whole one before."""
    place, now_ms, zone = place_of(setting, reader, asked), setting.now_ms(), setting.catalog.zone
    pairs = _pairs(now_ms // 1000, zone)
    windows = [window for pair in pairs.values() for window in pair]
    span = Window(min(each.from_s for each in windows), max(each.to_s for each in windows))
    steps = steps_of("day", span, zone)
    given = given_of_steps(reader, setting.catalog, steps, now_ms)
    question = Question(steps, place.product, place.data_center)
    cells = iter(over(reader, given, question, windows, now_ms))
    found = [
        {"period": name, "now": _compared(pair[0], next(cells)), "before": _compared(pair[1], next(cells))}
        for name, pair in pairs.items()
    ]
    return {"time_zone": zone, "taken_at": utc(now_ms), "product": place.product or None, "periods": found}


def _compared(window: Window, cell: Cell) -> Json:
    return {"from": utc(window.from_s * 1000), "to": utc(window.to_s * 1000), **figures_of(cell)}


def _pairs(now_s: int, zone: str) -> dict[str, tuple[Window, Window]]:
    """The calendar periods that hold an instant, each with the one before. Weeks begin on Monday."""
    today = day_of(now_s, zone)
    monday = today - today.weekday() * _DAY
    last = monday - 7 * _DAY
    before = (today.replace(day=1)) - _DAY
    return {
        "day": (day_window(today, zone), day_window(today - _DAY, zone)),
        "week": (_between(day_window(monday, zone), 7 * _DAY, zone), _between(day_window(last, zone), 7 * _DAY, zone)),
        "month": (month_window(today.year, today.month, zone), month_window(before.year, before.month, zone)),
        "year": (year_window(today.year, zone), year_window(today.year - 1, zone)),
    }


def _between(first: Window, length: timedelta, zone: str) -> Window:
    return Window(first.from_s, day_window(day_of(first.from_s, zone) + length, zone).from_s)


def _by_step(found: Failing) -> list[Json]:
    """A funnel: the step with the most events first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in found.rows:
        mine = sums[row.step]
        mine[0] += row.counts.good
        mine[1] += row.counts.bad
        mine[2] += row.counts.ignored
    ordered = sorted(sums.items(), key=lambda each: (-sum(each[1]), each[0]))
    return [
        {
            "step": step,
            "good": good,
            "bad": bad,
            "ignored": ignored,
            "total": good + bad,
            "availability": _share(good, bad),
        }
        for step, (good, bad, ignored) in ordered
    ]


def _share(good: int, bad: int) -> str | None:
    return percent_text(Counts(good, bad).share)


def _by_outcome(found: Failing) -> list[Json]:
    sums: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(dict)
    for row in found.rows:
        sums[row.product, row.step, row.outcome][row.data_center] = [
            row.counts.good,
            row.counts.bad,
            row.counts.ignored,
        ]
    every = [_outcome(key, by_center) for key, by_center in sums.items()]
    return sorted(every, key=_most_failures)


def _most_failures(row: Json) -> tuple[object, ...]:
    return -row["bad"], -row["good"], row["product"], row["step"], row["outcome"]


def _outcome(key: tuple[str, str, str], by_center: Mapping[str, list[int]]) -> Json:
    good, bad, ignored = (sum(each[field] for each in by_center.values()) for field in range(_FIELDS))
    return {
        "product": key[0],
        "step": key[1],
        "outcome": key[2],
        "good": good,
        "bad": bad,
        "ignored": ignored,
        "data_centers": {center: each[1] for center, each in sorted(by_center.items()) if each[1]},
    }


ROUTES: tuple[Read | Write, ...] = (
    Read("/api/v1/availability/steps", "What failed: journey steps and outcomes of a stretch", what_failed, QUERY),
    Read(
        "/api/v1/availability/worst",
        "The worst minute, hour, day and week of a stretch, as it happened",
        worst_of,
        QUERY,
    ),
    Read(
        "/api/v1/availability/compare",
        "Day, week, month and year so far, beside the ones before",
        compared,
        {"product": QUERY["product"], "data_center": QUERY["data_center"]},
    ),
)
