"""Availability by step of time: as rows for scripts, as columns for heat maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from alerts.incidents.view import utc
from dashboard.api.asking import Asked
from dashboard.api.errors import Missing, Unfit, Unreadable
from dashboard.api.route import Content, Json, Read, Write
from dashboard.api.setting import ApiSetting
from dashboard.reporting.stepping import given_of_steps
from reports.availability.figuring import Figures, percent_text, view_texts
from reports.availability.grid import Cell, Grid, Line, Question, grid
from reports.availability.headline import AvailabilityView
from reports.availability.steps import steps_of
from slo.formatting import percent
from slo.windows import DAY_S, HOUR_S, Window, day_of, month_window
from store.port import Reader
from store.records import Scope

STEPS = ("month", "day", "hour", "minute")
BY = ("product", "data_center", "dcn")
MOST_CELLS = 20_000
MOST_ROWS = 10_000
LONGEST_S = 3660 * DAY_S
USUAL_S = MappingProxyType({"month": 13 * 30 * DAY_S, "day": 30 * DAY_S, "hour": 2 * DAY_S, "minute": HOUR_S})
"""How far back a question reaches that does not say from when."""
MONTHS = 13
COUNTS = ("good", "bad", "total", "missing_estimate")
UNKNOWN = (*COUNTS, "availability", "low", "high", "completeness")
CONFLICT = "conflict"
"""Counts that contradict each other: unknown, and a defect of the data."""

MARKS = MappingProxyType(
    {"good": "g", "bad": "b", "excluded": "x", "no_traffic": "n", "missing": "m", "invalid_probe": "i", CONFLICT: "c"}
)
VERDICTS = MappingProxyType({"met": "y", "missed": "n", "not proven": "?"})
QUERY = MappingProxyType(
    {
        "product": "id of one product, else all",
        "data_center": "id of one data center, else all",
        "from": "RFC 3339; taken outwards to a whole step",
        "to": "RFC 3339; now when it is not given",
    }
)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a question is about; empty means all."""

    product: str
    data_center: str


def rows(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """A row per unit and step, oldest first."""
    found = _grid(setting, reader, asked, asked.choice("by", BY, "product"))
    every = list(_rows(found))
    first = _number(asked, "next", len(every))
    end = min(first + MOST_ROWS, len(every))
    following = str(end) if end < len(every) else None
    return {**_head(found), "rows": every[first:end], "next": following}


def columns(setting: ApiSetting, reader: Reader, asked: Asked) -> Content:
    """The same as a column per figure: short, for a screen that draws thousands of cells."""
    found = _grid(setting, reader, asked, asked.choice("by", BY, "product"))
    windows = found.question.steps.windows()[: len(found.whole.cells)]
    return {
        **_head(found),
        "starts": [each.from_s for each in windows],
        "ends": [each.to_s for each in windows],
        "whole": _line(found.whole),
        "lines": [_line(each) for each in found.lines],
        "as_it_happened": found.as_it_happened,
    }


def _grid(setting: ApiSetting, reader: Reader, asked: Asked, by: str) -> Grid:
    place, name = place_of(setting, reader, asked), asked.choice("step", STEPS, "day")
    if by != "product" and not place.product:
        raise Unreadable(f"by: {by} needs a product; give product=")
    if by == "dcn" and not place.data_center:
        raise Unreadable("by: dcn needs a data center; give data_center=")
    steps = steps_of(name, window_of(setting, asked, name), setting.catalog.zone)
    lines = 1 if place.product else len(setting.catalog.products)
    cells = lines * -(-(steps.window.to_s - steps.window.from_s) // _SHORTEST_S[name])
    if cells > MOST_CELLS:
        raise Unfit(
            f"from, to: {cells} cells of a {name}; at most {MOST_CELLS}: ask for less time, or for longer steps"
        )
    now_ms = setting.now_ms()
    given = given_of_steps(reader, setting.catalog, steps, now_ms)
    return grid(reader, given, Question(steps, place.product, place.data_center, by), now_ms)


_SHORTEST_S = MappingProxyType({"month": 28 * DAY_S, "day": 23 * HOUR_S, "hour": HOUR_S, "minute": 60})


def place_of(setting: ApiSetting, reader: Reader, asked: Asked) -> _Place:
    """Ids that the catalog, or counts of the stretch, know."""
    product, center = asked.query.get("product", ""), asked.query.get("data_center", "")
    products = [each.id for each in setting.catalog.products]
    if product and product not in products:
        window = window_of(setting, asked, "day")
        counted = {
            unit.product for unit in reader.totals(Scope.PRODUCT, window.from_s - window.from_s % DAY_S, window.to_s)
        }
        if product not in counted:
            raise Missing(
                f"product: no product {product[:80]!r}; known: {', '.join([*products, *sorted(counted)][:50])}"
            )
    centers = [each.id for each in setting.catalog.data_centers]
    centers += [each.source.data_center for each in reader.sources()]
    if center and center not in centers:
        raise Missing(f"data_center: none is {center[:80]!r}; known: {', '.join(dict.fromkeys(centers))}")
    return _Place(product, center)


def window_of(setting: ApiSetting, asked: Asked, step: str) -> Window:
    """From and to in seconds, never beyond now."""
    now_ms = setting.now_ms()
    from_ms, asked_ms = asked.instant("from"), asked.instant("to")
    to_ms = now_ms if asked_ms is None else min(asked_ms, now_ms)
    from_s = _usual_from_s(to_ms // 1000, step, setting.catalog.zone) if from_ms is None else from_ms // 1000
    window = Window(from_s, -(-to_ms // 1000))
    if window.from_s >= window.to_s:
        raise Unfit("from: is not before to, or lies in the future; give an earlier instant")
    if window.to_s - window.from_s > LONGEST_S:
        raise Unfit(f"from: more than {LONGEST_S // DAY_S} days before to; ask for less time")
    return window


def _usual_from_s(to_s: int, step: str, zone: str) -> int:
    if step != "month":
        return to_s - USUAL_S[step]
    last = day_of(to_s - 1, zone)
    years, month = divmod(last.year * 12 + last.month - MONTHS, 12)
    return month_window(years, month + 1, zone).from_s


def _number(asked: Asked, name: str, most: int) -> int:
    text = asked.query.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_CELLS * 10)) and int(text) <= most):
        raise Unreadable(f"{name}: {text[:40]!r} was not handed out; begin without it")
    return int(text)


def _head(found: Grid) -> Json:
    question, steps = found.question, found.question.steps
    return {
        **span_of(steps.window, steps.zone),
        "until": utc(found.until_s * 1000),
        "step": steps.name,
        "by": question.by,
        "product": question.product or None,
        "data_center": question.data_center or None,
    }


def span_of(window: Window, zone: str) -> Json:
    return {"from": utc(window.from_s * 1000), "to": utc(window.to_s * 1000), "time_zone": zone}


def _rows(found: Grid) -> Iterator[Json]:
    names = {"product": "product", "data_center": "data_center", "dcn": "dcn"}
    question = found.question
    for place, window in enumerate(found.question.steps.windows()[: len(found.whole.cells)]):
        for line in found.lines:
            where = {"product": question.product or None, "data_center": question.data_center or None}
            yield {
                "from": utc(window.from_s * 1000),
                "to": utc(window.to_s * 1000),
                **where,
                names[question.by]: line.id,
                **figures_of(line.cells[place]),
            }


def figures_of(cell: Cell) -> Json:
    """What nobody looked at, and what is kept no more, is null."""
    if cell.figures is None:
        empty = dict.fromkeys(
            ("good", "bad", "total", "missing_estimate", "availability", "low", "high", "completeness")
        )
        state = CONFLICT if cell.contradicts else None
        return {**empty, "verdict": "not proven", "state": state, "without_exclusions": None}
    whole = cell.figures.with_maintenance
    return {
        **_texts(cell.figures.counted.seen, view_texts(cell.figures.counted)),
        "state": None if cell.state is None else cell.state.value,
        "without_exclusions": None if whole is None else _texts(whole.seen, view_texts(whole)),
    }


def _texts(seen: bool, texts: Json) -> Json:
    return texts if seen else {**texts, **dict.fromkeys(COUNTS)}


def _line(line: Line) -> Json:
    """Columns; ``state`` and ``verdict`` are a letter per cell; ``with_maintenance``: good, bad, availability, verdict
    of those cells in which maintenance was taken out."""
    cells = line.cells
    views = [None if cell.figures is None else cell.figures.counted for cell in cells]
    shown = [view if view is not None and view.seen else None for view in views]
    figures = [None if view is None else view.availability for view in shown]
    verdicts = ("-" if view is None else VERDICTS[view.availability.verdict(view.objective).value] for view in shown)
    return {
        "id": line.id,
        "target": line.objective.text,
        "good": [None if each is None else each.counts.good for each in figures],
        "bad": [None if each is None else each.counts.bad for each in figures],
        "missing": {str(at): each.missing for at, each in enumerate(figures) if each and each.missing},
        "availability": [None if each is None else percent_text(each.value) for each in figures],
        "verdict": "".join(verdicts),
        "state": "".join(map(_mark, cells)),
        "partly": {str(at): share for at, share in enumerate(map(_partly, views)) if share is not None},
        "with_maintenance": {
            str(at): _with(cell.figures)
            for at, cell in enumerate(cells)
            if cell.figures and cell.figures.with_maintenance
        },
    }


def _mark(cell: Cell) -> str:
    if cell.state is None:
        return MARKS[CONFLICT] if cell.contradicts else "-"
    return MARKS[cell.state.value]


def _partly(view: AvailabilityView | None) -> str | None:
    """Completeness in per cent, of what was not all watched."""
    share = None if view is None else view.completeness
    return None if share is None or share >= 1 else percent(share)


def _with(figures: Figures) -> list[object]:
    view = figures.whole
    counts = view.availability.counts
    verdict = VERDICTS[view.availability.verdict(view.objective).value]
    return [counts.good, counts.bad, percent_text(view.availability.value), verdict]


ROUTES: tuple[Read | Write, ...] = (
    Read(
        "/api/v1/availability",
        "Availability per step of time and unit, with bounds and verdict; maintenance is taken out, and stands beside",
        rows,
        {**QUERY, "step": f"one of {', '.join(STEPS)}", "by": f"one of {', '.join(BY)}", "next": "of the page before"},
    ),
    Read(
        "/api/v1/availability/grid",
        "The same as columns of integers, for pictures",
        columns,
        {**QUERY, "step": f"one of {', '.join(STEPS)}", "by": f"one of {', '.join(BY)}"},
    ),
)
