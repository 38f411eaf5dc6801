"""Tables of the availability report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.availability.model import Availability, Beside, Incident, Report
from reports.availability.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import Cell, Column, Kind, Table, Tone

PLACES = ("impact_start", "detected", "acknowledged", "restored")


def columns(texts: Texts, *kinds: tuple[str, Kind]) -> tuple[Column, ...]:
    """Columns whose headings are the words "column.KEY"."""
    return tuple(Column(key, texts.words(f"column.{key}"), kind) for key, kind in kinds)


_UNIT_COLUMNS = (
    ("name", Kind.TEXT),
    ("verdict", Kind.TEXT),
    ("availability", Kind.PERCENT),
    ("low", Kind.PERCENT),
    ("high", Kind.PERCENT),
    ("bad", Kind.INTEGER),
    ("total", Kind.INTEGER),
    ("missing_estimate", Kind.INTEGER),
    ("target", Kind.PERCENT),
    ("completeness", Kind.DECIMAL),
)


def units(report: Report, texts: Texts) -> tuple[Table, Table]:
    """Every product, the bank last; every data center over all products."""
    rows = [_unit_row("product", each, texts) for each in report.products]
    centers = [_unit_row("data_center", each, texts) for each in report.data_centers]
    products = _units("products", [*rows, _unit_row("bank", report.bank, texts)], texts)
    return products, _units("data_centers", centers, texts)


def _units(id_: str, rows: Sequence[tuple[Cell, ...]], texts: Texts) -> Table:
    words = texts.words
    return Table(id_, words(f"table.{id_}"), columns(texts, *_UNIT_COLUMNS), tuple(rows), words("note.units"))


def figure(kind: str, unit: str, name: str) -> str:
    """Id of a figure for ``report explain``."""
    return f"{kind}/{unit}/{name}" if kind != "bank" else f"bank/{name}"


def _unit_row(kind: str, unit: Availability, texts: Texts) -> tuple[Cell, ...]:
    def of(name: str, tone: Tone = Tone.PLAIN) -> Cell:
        return Cell(getattr(unit, name), figure(kind, unit.id, name), tone)

    return (
        Cell(texts.name(unit.id)),
        Cell(texts.verdict(unit.verdict), figure(kind, unit.id, "verdict"), VERDICT_TONES[unit.verdict]),
        of("availability"),
        of("low"),
        of("high"),
        of("bad"),
        of("total"),
        of("missing_estimate"),
        Cell(unit.target),
        of("completeness"),
    )


def budget(report: Report, texts: Texts) -> Table:
    """Error budgets: allowed, spent, remaining; down minutes beside them."""
    shape = columns(
        texts,
        ("name", Kind.TEXT),
        ("allowed_events", Kind.DECIMAL),
        ("bad", Kind.INTEGER),
        ("remaining_events", Kind.DECIMAL),
        ("budget_spent_percent", Kind.DECIMAL),
        ("budget_seconds", Kind.DECIMAL),
        ("downtime_seconds", Kind.SECONDS),
        ("time_availability", Kind.PERCENT),
        ("time_availability_low", Kind.PERCENT),
    )
    units = [("product", each) for each in report.products] + [("bank", report.bank)]
    rows = tuple(
        (Cell(texts.name(unit.id)), *(_plain(kind, unit, column.key) for column in shape[1:])) for kind, unit in units
    )
    return Table("budget", texts.words("table.budget"), shape, rows, texts.words("note.budget"))


def _plain(kind: str, unit: Availability, name: str) -> Cell:
    remaining = unit.remaining_events
    over = name == "remaining_events" and remaining is not None and remaining.startswith("-")
    return Cell(getattr(unit, name), figure(kind, unit.id, name), Tone.BAD if over else Tone.PLAIN)


def with_and_without(report: Report, texts: Texts) -> Table:
    """The same figures with announced maintenance and without, where they differ."""
    shape = columns(
        texts,
        ("name", Kind.TEXT),
        ("availability_without", Kind.PERCENT),
        ("bad_without", Kind.INTEGER),
        ("total_without", Kind.INTEGER),
        ("availability_with", Kind.PERCENT),
        ("bad_with", Kind.INTEGER),
        ("total_with", Kind.INTEGER),
    )
    units = [("product", each) for each in report.products] + [("bank", report.bank)]
    rows = tuple(_both(kind, each, each.with_maintenance, texts) for kind, each in units if each.with_maintenance)
    words = texts.words
    return Table(
        "maintenance_figures", words("table.maintenance_figures"), shape, rows, empty=words("empty.maintenance_figures")
    )


def _both(kind: str, unit: Availability, beside: Beside, texts: Texts) -> tuple[Cell, ...]:
    def of(name: str) -> Cell:
        return Cell(getattr(unit, name), figure(kind, unit.id, name))

    def other(name: str) -> Cell:
        return Cell(getattr(beside, name), figure(kind, unit.id, f"with_maintenance.{name}"))

    counted = (of("availability"), of("bad"), of("total"))
    return (Cell(texts.name(unit.id)), *counted, other("availability"), other("bad"), other("total"))


def maintenance(report: Report, texts: Texts) -> Table:
    """Announced windows."""
    shape = columns(
        texts,
        ("title", Kind.TEXT),
        ("products", Kind.TEXT),
        ("data_centers", Kind.TEXT),
        ("from", Kind.INSTANT),
        ("to", Kind.INSTANT),
        ("announced", Kind.INSTANT),
        ("owner", Kind.TEXT),
    )
    rows = tuple(
        tuple(
            map(
                Cell,
                (
                    each.title,
                    texts.names(each.products),
                    texts.names(each.data_centers),
                    texts.instant(each.from_),
                    texts.instant(each.to),
                    texts.instant(each.announced),
                    each.owner,
                ),
            )
        )
        for each in report.maintenance
    )
    return Table("maintenance", texts.words("table.maintenance"), shape, rows, empty=texts.words("empty.maintenance"))


def trend(report: Report, texts: Texts) -> Table:
    """Thirteen months of the bank."""
    shape = columns(
        texts,
        ("month", Kind.DAY),
        ("verdict", Kind.TEXT),
        ("availability", Kind.PERCENT),
        ("low", Kind.PERCENT),
        ("high", Kind.PERCENT),
        ("bad", Kind.INTEGER),
        ("total", Kind.INTEGER),
        ("completeness", Kind.DECIMAL),
        ("state", Kind.TEXT),
    )
    rows = []
    for each in (month for month in report.trend if month.id == report.bank.id):
        ids = [f"month/{each.month}/{each.id}/{column.key}" for column in shape]
        seen = each.state != "no_data"
        rows.append(
            (
                Cell(each.month),
                Cell(texts.verdict(each.verdict), ids[1], VERDICT_TONES[each.verdict]) if seen else Cell(None),
                Cell(each.availability, ids[2]),
                Cell(each.low, ids[3]),
                Cell(each.high, ids[4]),
                Cell(each.bad if seen else None, ids[5]),
                Cell(each.total if seen else None, ids[6]),
                Cell(each.completeness if seen else None, ids[7]),
                Cell(texts.words(f"state.{each.state}")),
            )
        )
    return Table("trend", texts.words("table.trend"), shape, tuple(rows))


def worst(report: Report, texts: Texts) -> Table:
    """The bank's worst minute, hour and day."""
    shape = columns(
        texts,
        ("length", Kind.SECONDS),
        ("from", Kind.INSTANT),
        ("to", Kind.INSTANT),
        ("availability", Kind.PERCENT),
        ("bad", Kind.INTEGER),
        ("total", Kind.INTEGER),
        ("step", Kind.SECONDS),
    )
    rows = tuple(
        (
            Cell(each.seconds),
            Cell(texts.instant(each.from_)),
            Cell(texts.instant(each.to)),
            Cell(each.availability, f"worst/{each.seconds}/availability"),
            Cell(each.bad, f"worst/{each.seconds}/bad"),
            Cell(each.total, f"worst/{each.seconds}/total"),
            Cell(each.step_seconds),
        )
        for each in report.worst_windows
    )
    words = texts.words
    return Table("worst", words("table.worst"), shape, rows, words("note.worst"), words("empty.worst"))


def incident_times(report: Report, texts: Texts) -> Table:
    """n, median, P90 and maximum of MTTD, MTTA, MTTR."""
    shape = columns(
        texts,
        ("measure", Kind.TEXT),
        ("known", Kind.INTEGER),
        ("unknown", Kind.INTEGER),
        ("median_s", Kind.DECIMAL),
        ("p90_s", Kind.DECIMAL),
        ("max_s", Kind.DECIMAL),
    )
    statistics = report.incident_statistics
    rows = []
    for name in ("mttd", "mtta", "mttr"):
        spread = getattr(statistics, name)
        median = None if spread.median_ms is None else int(spread.median_ms.split(".")[0])
        rows.append(
            (
                Cell(texts.words(f"measure.{name}")),
                Cell(spread.known, f"incidents/{name}/known"),
                Cell(spread.unknown, f"incidents/{name}/unknown"),
                Cell(texts.seconds(median), f"incidents/{name}/median_ms"),
                Cell(texts.seconds(spread.p90_ms), f"incidents/{name}/p90_ms"),
                Cell(texts.seconds(spread.max_ms), f"incidents/{name}/max_ms"),
            )
        )
    return Table("incident_times", texts.words("table.incident_times"), shape, tuple(rows), texts.words("note.times"))


def incidents(report: Report, texts: Texts) -> Table:
    """Every incident that touches the period."""
    shape = columns(
        texts,
        ("id", Kind.TEXT),
        ("title", Kind.TEXT),
        ("severity", Kind.TEXT),
        ("products", Kind.TEXT),
        ("data_centers", Kind.TEXT),
        *((name, Kind.INSTANT) for name in PLACES),
        ("mttr_s", Kind.DECIMAL),
        ("failed", Kind.INTEGER),
        ("budget_spent_percent", Kind.DECIMAL),
        ("regulatory", Kind.TEXT),
        ("origin", Kind.TEXT),
    )
    rows = tuple(_incident(each, texts) for each in report.incidents)
    words = texts.words
    return Table("incidents", words("table.incidents"), shape, rows, words("note.incidents"), words("empty.incidents"))


def _incident(each: Incident, texts: Texts) -> tuple[Cell, ...]:
    words = texts.words
    origin = words("origin.observed") if each.imported_from is None else words("origin.file", file=each.imported_from)
    about = (each.id, texts.title(each.title), words(f"severity.{each.severity}"))
    units = (texts.names(each.products), texts.names(each.data_centers))
    times = (texts.instant(getattr(each, name)) for name in PLACES)
    return (
        *map(Cell, (*about, *units, *times)),
        Cell(texts.seconds(each.mttr_ms), f"incident/{each.id}/mttr_ms"),
        Cell(each.failed, f"incident/{each.id}/failed", Tone.PLAIN if each.failed_complete else Tone.UNKNOWN),
        Cell(each.budget_spent_percent),
        Cell(texts.words("list.comma").join(each.regulatory)),
        Cell(origin),
    )


def changes(report: Report, texts: Texts) -> Table:
    """What people changed."""
    shape = columns(texts, ("at", Kind.INSTANT), ("title", Kind.TEXT), ("products", Kind.TEXT), ("actor", Kind.TEXT))
    rows = tuple(
        tuple(map(Cell, (texts.instant(each.at), each.title, texts.names(each.products), each.actor)))
        for each in report.changes
    )
    return Table("changes", texts.words("table.changes"), shape, rows, empty=texts.words("empty.changes"))


def quality(report: Report, texts: Texts) -> Table:
    """Every source."""
    shape = columns(
        texts,
        ("source", Kind.TEXT),
        ("kind", Kind.TEXT),
        ("data_center", Kind.TEXT),
        ("first_page", Kind.INSTANT),
        ("gaps", Kind.INTEGER),
        ("lost_seconds", Kind.DECIMAL),
        ("unwatched_seconds", Kind.DECIMAL),
        ("longest_gap_seconds", Kind.DECIMAL),
        ("completeness", Kind.DECIMAL),
    )
    rows = tuple(
        (
            *map(Cell, (each.id, each.kind, texts.name(each.data_center), texts.instant(each.first_page))),
            *(Cell(getattr(each, key), f"source/{each.id}/{key}") for key in _keys(shape[4:])),
        )
        for each in report.data_quality
    )
    words = texts.words
    return Table(
        "data_quality", words("table.data_quality"), shape, rows, words("note.quality"), words("empty.quality")
    )


def _keys(shape: Iterable[Column]) -> list[str]:
    return [column.key for column in shape]
