"""Tables of the report of peaks, and the tidy one that its figures are recomputed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reports.paper.model import Cell, Column, Kind, Table
from reports.peaks.model import Json, PeakReport
from reports.peaks.printing.texts import Texts

_INTEGERS = (
    "transactions",
    "load_test",
    "minute_transactions",
    "second_transactions",
    "provisional",
    "incomplete",
    "simulated",
    "low",
    "point",
    "high",
    "naive",
)
KEYS = ("record", "day", "kinds", "minute_at", "second_at", *_INTEGERS, "text")


def days(texts: Texts) -> Table:
    """Every day of the period."""
    shape = texts.columns(
        ("day", Kind.DAY),
        ("transactions", Kind.INTEGER),
        ("minute_per_second", Kind.INTEGER),
        ("minute_at", Kind.TEXT),
        ("second_per_second", Kind.INTEGER),
        ("second_at", Kind.TEXT),
        ("load_test", Kind.INTEGER),
        ("kinds", Kind.TEXT),
        ("doubts", Kind.TEXT),
    )
    words = texts.words
    rows = tuple(tuple(_day_row(day, texts)) for day in texts.report.days)
    return Table("days", words("peaks.table.days"), shape, rows, words("peaks.days_note"), words("peaks.no_days"))


def _day_row(day: Json, texts: Texts) -> Iterator[Cell]:
    id_ = f"days/{day['day']}"
    yield Cell(day["day"])
    yield Cell(day["transactions"], f"{id_}/transactions")
    for name in ("minute", "second"):
        peak = day[f"peak_{name}"]
        yield Cell(None if peak is None else peak["per_second"], f"{id_}/peak_{name}")
        yield Cell(None if peak is None else texts.at(peak)[11:])
    yield Cell(day["load_test_transactions"], f"{id_}/load_test_transactions")
    yield Cell(texts.kinds(day))
    yield Cell(texts.doubts(day))


def forecast(texts: Texts) -> Table:
    """The next 28 days."""
    shape = texts.columns(
        ("day", Kind.DAY),
        ("low", Kind.INTEGER),
        ("point", Kind.INTEGER),
        ("high", Kind.INTEGER),
        ("naive", Kind.INTEGER),
        ("kinds", Kind.TEXT),
        ("doubts", Kind.TEXT),
    )
    daily = texts.report.forecast["daily"]
    rows = tuple(
        (
            Cell(day["day"]),
            *(Cell(day[name], f"forecast/{day['day']}/{name}") for name in ("low", "point", "high", "naive")),
            Cell(texts.kinds(day)),
            Cell(texts.doubts(day)),
        )
        for day in (daily["days"] if daily else ())
    )
    words = texts.words
    return Table("forecast", words("peaks.table.forecast"), shape, rows, empty=words("peaks.no_forecast"))


def restatements(texts: Texts, restated: Sequence[tuple[str, str, str]]) -> Table:
    """What an earlier issue said otherwise."""
    words = texts.words
    shape = tuple(Column(key, words(f"column.{key}")) for key in ("figure", "was", "is"))
    rows = tuple(tuple(map(Cell, each)) for each in restated)
    return Table("restatements", words("table.restatements"), shape, rows, empty=words("empty.restatements"))


def data(report: PeakReport) -> Table:
    """``day``: a day of the period; ``past``: a closed day that the forecast was made from; ``forecast``: a day to
    come; ``capacity``: a figure; ``about``: the report itself."""
    shape = tuple(Column(key, key, Kind.INTEGER if key in _INTEGERS else Kind.TEXT) for key in KEYS)
    rows = tuple(tuple(Cell(record.get(key)) for key in KEYS) for record in _records(report))
    return Table("data", "data", shape, rows)


def _records(report: PeakReport) -> Iterable[Mapping[str, int | str | None]]:
    for day in report.days:
        yield _day_record(day)
    for past in report.past:
        yield {
            "record": "past",
            "day": past.day,
            "transactions": past.transactions,
            "minute_transactions": past.peak,
        }
    for day in report.forecast["daily"]["days"] if report.forecast["daily"] else ():
        figures = {name: day[name] for name in ("low", "point", "high", "naive")}
        yield {
            "record": "forecast",
            "day": day["day"],
            "kinds": _ids(day),
            **figures,
            "provisional": int(day["provisional"]),
        }
    for name, value in report.capacity.items():
        if value is None or isinstance(value, str | int):
            yield {"record": "capacity", "kinds": name, "text": None if value is None else str(value)}
    yield {"record": "about", "day": report.period.key, "text": report.snapshot_sha256}


def _day_record(day: Json) -> Mapping[str, int | str | None]:
    minute, second = day["peak_minute"] or {}, day["peak_second"] or {}
    return {
        "record": "day",
        "day": day["day"],
        "kinds": _ids(day),
        "minute_at": minute.get("at"),
        "second_at": second.get("at"),
        "transactions": day["transactions"],
        "load_test": day["load_test_transactions"],
        "minute_transactions": minute.get("transactions"),
        "second_transactions": second.get("transactions"),
        **{name: int(day[name]) for name in ("provisional", "incomplete", "simulated")},
    }


def _ids(day: Json) -> str:
    return " ".join(kind["id"] for kind in day["kinds"])
