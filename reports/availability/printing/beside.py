"""Tables of what stands beside our own figures: contracts of partner banks, and the past that files tell of."""

from __future__ import annotations

from reports.availability.beside import Contract
from reports.availability.model import Report
from reports.availability.printing.tables import columns
from reports.availability.printing.texts import VERDICT_TONES, Texts
from reports.paper.model import Cell, Column, Kind, Table

_CONTRACT = (
    ("tenant", Kind.TEXT),
    ("measure", Kind.TEXT),
    ("target", Kind.PERCENT),
    ("verdict", Kind.TEXT),
    ("availability", Kind.PERCENT),
    ("low", Kind.PERCENT),
    ("high", Kind.PERCENT),
    ("bad", Kind.INTEGER),
    ("total", Kind.INTEGER),
    ("credit_percent_least", Kind.DECIMAL),
    ("credit_percent_most", Kind.DECIMAL),
)
_CONSECUTIVE = (
    ("tenant", Kind.TEXT),
    ("time_low", Kind.PERCENT),
    ("time_high", Kind.PERCENT),
    ("downtime_seconds_least", Kind.INTEGER),
    ("downtime_seconds_most", Kind.INTEGER),
    ("guideline_seconds_least", Kind.INTEGER),
    ("guideline_seconds_most", Kind.INTEGER),
    ("unseen_seconds", Kind.INTEGER),
    ("coarsest_slice_seconds", Kind.INTEGER),
)


def contracts(report: Report, texts: Texts) -> tuple[Table, ...]:
    """Verdicts and credits; downtime by the rule of five; the tables of credits."""
    words = texts.words
    empty = words("empty.contracts")
    if not report.sla:
        return (Table("contracts", words("table.contracts"), columns(texts, *_CONTRACT), (), empty=empty),)
    first, second = columns(texts, *_CONTRACT), columns(texts, *_CONSECUTIVE)
    third = columns(texts, ("tenant", Kind.TEXT), ("below", Kind.PERCENT), ("credit_percent", Kind.DECIMAL))
    credits = tuple(
        (Cell(_name(each, texts)), Cell(row.below), Cell(row.credit_percent))
        for each in report.sla
        for row in each.credits
    )
    return (
        Table("contracts", words("table.contracts"), first, _rows(report, first, texts), words("note.contracts")),
        Table("consecutive", words("table.consecutive"), second, _rows(report, second, texts), words("note.rule")),
        Table("credits", words("table.credits"), third, credits, empty=empty),
    )


def _rows(report: Report, shape: tuple[Column, ...], texts: Texts) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(each, column.key, texts) for column in shape) for each in report.sla)


def _cell(each: Contract, key: str, texts: Texts) -> Cell:
    if key == "tenant":
        return Cell(_name(each, texts))
    if key == "measure":
        return Cell(texts.words(f"contract.{each.measure}"))
    figure = f"sla/{each.id}/{key}"
    if key == "verdict":
        return Cell(texts.verdict(each.verdict), figure, VERDICT_TONES[each.verdict])
    return Cell(getattr(each, key), "" if key == "target" else figure)


def _name(each: Contract, texts: Texts) -> str:
    return each.names.get(texts.language, each.id)


def outages(report: Report, texts: Texts) -> Table:
    """Time availability of months that files tell of in seconds of outage."""
    shape = columns(
        texts,
        ("month", Kind.DAY),
        ("service", Kind.TEXT),
        ("time_availability", Kind.PERCENT),
        ("down_seconds", Kind.DECIMAL),
        ("watched_seconds", Kind.DECIMAL),
        ("origin", Kind.TEXT),
    )
    rows = tuple(
        (
            Cell(each.month),
            Cell(each.service),
            *(
                Cell(getattr(each, key), f"imported/{each.month}/{each.service}/{key}")
                for key in ("time_availability", "down_seconds", "watched_seconds")
            ),
            Cell(texts.words("list.comma").join(each.files)),
        )
        for each in report.imported_times
    )
    words = texts.words
    return Table("outages", words("table.outages"), shape, rows, words("note.outages"))


def not_counted(report: Report, texts: Texts) -> Table:
    """Imported counts that were left out, and why."""
    shape = columns(texts, ("from", Kind.INSTANT), ("to", Kind.INSTANT), ("origin", Kind.TEXT), ("reason", Kind.TEXT))
    rows = tuple(
        (
            Cell(texts.instant(each.from_)),
            Cell(texts.instant(each.to)),
            Cell(each.file),
            Cell(texts.words(f"left_out.{each.reason}")),
        )
        for each in report.not_counted
    )
    words = texts.words
    return Table("not_counted", words("table.not_counted"), shape, rows)
