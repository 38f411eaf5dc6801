"""Tables and the trend of the cost report."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from reports.costs.model import Effects, Part
from reports.costs.printing.texts import Texts
from reports.paper.model import Cell, Kind, Line, Paragraph, Point, Table, Tone, Trend

CEILING = Fraction(5, 4)
"""Of a trend, above its highest point."""


def parts(texts: Texts, id_: str, rows: Sequence[Part], *, accounts: bool = False) -> Table:
    """Categories, products or data centers: who bears what, and what it is for an account."""
    more = (("origin", Kind.TEXT),) if id_ == "categories" else ()
    own = (("accounts", Kind.INTEGER), ("year", Kind.DECIMAL), ("per_1000", Kind.DECIMAL)) if accounts else ()
    shape = texts.columns(
        ("name", Kind.TEXT),
        ("ledger", Kind.DECIMAL),
        ("share", Kind.PERCENT),
        ("direct", Kind.DECIMAL),
        ("shared", Kind.DECIMAL),
        ("idle", Kind.DECIMAL),
        ("unallocated", Kind.DECIMAL),
        ("before", Kind.DECIMAL),
        ("per_account", Kind.DECIMAL),
        *own,
        *more,
    )
    cells = []
    for each in rows:
        part, figure = each.parts, f"{id_}/{each.id or 'nobody'}"
        fen = (part.direct_fen, part.shared_fen, part.idle_fen, part.unallocated_fen, each.before_fen)
        row = [
            Cell(texts.name(each.id, each.names)),
            Cell(texts.amount(part.ledger_fen), f"{figure}/ledger"),
            Cell(each.share),
            *(Cell(texts.amount(one)) for one in fen),
            Cell(texts.cny(each.cny_per_account_year), f"{figure}/cny_per_account_year"),
        ]
        if accounts:
            row += [Cell(each.accounts), Cell(texts.cny(each.year_cny_per_account))]
            row += [Cell(texts.cny(each.cny_per_1000_transactions))]
        if more:
            row.append(Cell(texts.words(f"costs.origin.{each.origin}") if each.origin else None))
        cells.append(tuple(row))
    words = texts.words
    return Table(id_, words(f"costs.table.{id_}"), shape, tuple(cells), empty=words("costs.empty"))


def not_borne(texts: Texts) -> Table:
    """What no product bears, with its reason."""
    shape = texts.columns(("name", Kind.TEXT), ("reason", Kind.TEXT), ("driver", Kind.TEXT), ("ledger", Kind.DECIMAL))
    words = texts.words
    rows = tuple(
        (
            Cell(texts.category(each.category)),
            Cell(words(f"costs.reason.{each.reason}")),
            Cell(each.driver),
            Cell(texts.amount(each.fen)),
        )
        for each in texts.report.not_borne
    )
    return Table("not_borne", words("costs.table.not_borne"), shape, rows, empty=words("costs.all_borne"))


def left_out(texts: Texts) -> Table:
    """What is in both origins and counts once."""
    shape = texts.columns(("month", Kind.TEXT), ("name", Kind.TEXT), ("counted", Kind.TEXT), ("ledger", Kind.DECIMAL))
    words = texts.words
    rows = tuple(
        (
            Cell(each.month),
            Cell(texts.category(each.category)),
            Cell(words(f"costs.origin.{each.counted}")),
            Cell(texts.amount(each.fen)),
        )
        for each in texts.report.left_out
    )
    return Table("left_out", words("costs.table.left_out"), shape, rows, empty=words("costs.nothing_left_out"))


def bridge(texts: Texts) -> Table | Paragraph:
    """Bank and products, each row and column adding up; why not, when there is none."""
    found, words = texts.report.bridge, texts.words
    if found is None:
        return Paragraph(words("costs.no_bridge", why=texts.reasons((texts.report.bridge_reason,))), Tone.UNKNOWN)
    effects = ("cost", "volume", "mix", "together")
    shape = texts.columns(("name", Kind.TEXT), *((key, Kind.DECIMAL) for key in effects))
    rows = [_effects(texts, found.bank, words("costs.all"))]
    rows += [_effects(texts, each, texts.name(each.id, each.names)) for each in found.products]
    title = words("costs.bridge", before=found.before, after=found.after, first=found.from_month, last=found.to_month)
    return Table("bridge", title, shape, tuple(rows), note=words("costs.bridge_note"))


def _effects(texts: Texts, each: Effects, name: str) -> tuple[Cell, ...]:
    figure = f"bridge/{each.id or 'bank'}"
    return (
        Cell(name),
        Cell(each.cost, f"{figure}/cost"),
        Cell(each.volume, f"{figure}/volume"),
        Cell(each.mix, f"{figure}/mix"),
        Cell(each.total, f"{figure}/total"),
    )


def unusual(texts: Texts) -> Table:
    """Cost lines that are not as they were."""
    words, report = texts.words, texts.report
    shape = texts.columns(
        ("name", Kind.TEXT), ("product", Kind.TEXT), ("now", Kind.DECIMAL), ("usually", Kind.DECIMAL),
        ("score", Kind.DECIMAL),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(texts.category(each.category)),
            Cell(texts.product(each.product) if each.product else words("costs.nobody")),
            Cell(texts.amount(each.fen)),
            Cell(texts.amount(each.median_fen)),
            Cell(each.score),
        )
        for each in report.unusual
    )
    note = words("costs.unusual_note", lines=report.lines_judged)
    return Table("unusual", words("costs.table.unusual"), shape, rows, note=note, empty=words("costs.nothing_unusual"))


def invoices(texts: Texts) -> Table:
    """Each invoice beside what the ledger has billed."""
    words = texts.words
    shape = texts.columns(
        ("account", Kind.TEXT), ("currency", Kind.TEXT), ("invoice", Kind.DECIMAL), ("billed", Kind.DECIMAL),
        ("difference", Kind.DECIMAL), ("agrees", Kind.TEXT),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(each.account),
            Cell(each.currency),
            Cell(each.total),
            Cell(each.billed),
            Cell(each.difference),
            Cell(words(f"costs.agrees.{each.agrees}".lower()), tone=Tone.GOOD if each.agrees else Tone.BAD),
        )
        for each in texts.report.invoices
    )
    return Table("invoices", words("costs.table.invoices"), shape, rows, empty=words("costs.no_invoices"))


def peers(texts: Texts) -> Table:
    """Others, with what they mean by an account; the own figure first."""
    words, report = texts.words, texts.report
    shape = texts.columns(("name", Kind.TEXT), ("cny", Kind.DECIMAL), ("definition", Kind.TEXT), ("source", Kind.TEXT))
    own = (
        Cell(words("costs.ours")),
        Cell(texts.cny(report.headline.cny)),
        Cell(words(f"costs.of.{report.headline.of}")),
        Cell(words("costs.this_report")),
    )
    rows = tuple(
        (
            Cell(texts.name("peer", each.names)),
            Cell(each.cny),
            Cell(words(f"costs.accounts.{each.accounts}")),
            Cell(each.source),
        )
        for each in report.peers
    )
    return Table("peers", words("costs.table.peers"), shape, (own, *rows))


def trend(texts: Texts) -> Trend:
    """Thirteen months, each drawn out to a year, against the target."""
    words, report = texts.words, texts.report
    values = [None if e.cny_per_account_year is None else Fraction(e.cny_per_account_year) for e in report.trend]
    target = None if report.goal.target_cny is None else Fraction(report.goal.target_cny)
    highest = max([each for each in (*values, target) if each is not None], default=Fraction(1)) * CEILING or Fraction(
        1
    )
    points = tuple(
        Point(
            each.month,
            None if value is None else float(value / highest),
            words("unknown") if value is None else str(texts.cny(each.cny_per_account_year)),
            Tone.UNKNOWN if value is None else Tone.PLAIN if each.closed else Tone.WARNING,
        )
        for each, value in zip(report.trend, values, strict=True)
    )
    return Trend(
        "trend",
        words("costs.chart.trend"),
        (Line(words("costs.chart.line"), points),),
        unit=words("costs.chart.unit"),
        limit=None if target is None else float(target / highest),
        limit_text="" if target is None else words("costs.chart.target", target=report.goal.target_cny or ""),
        note=words("costs.chart.note"),
    )


def assumptions(texts: Texts) -> Table:
    """What a what-if supposes of each category."""
    words = texts.words
    shape = texts.columns(
        ("name", Kind.TEXT), ("with_accounts", Kind.DECIMAL), ("per_data_center", Kind.TEXT), ("servers", Kind.TEXT)
    )
    rows = tuple(
        (
            Cell(texts.category(each.category)),
            Cell(each.with_accounts),
            Cell(words(f"costs.agrees.{each.per_data_center}".lower())),
            Cell(words(f"costs.agrees.{each.servers}".lower())),
        )
        for each in texts.report.assumptions
    )
    return Table("assumptions", words("costs.table.assumptions"), shape, rows, empty=words("costs.empty"))
