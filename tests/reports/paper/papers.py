"""A small report as the writers of workbooks and CSV get it."""

from __future__ import annotations

from dataclasses import replace

from reports.paper.model import (
    Cell,
    Column,
    Fact,
    Facts,
    HeatCell,
    HeatMap,
    Kind,
    Line,
    Paper,
    Paragraph,
    Point,
    Section,
    Table,
    Tone,
    Trend,
)  # fmt: skip

COLUMNS = (
    Column("product", "产品"),
    Column("day", "日", Kind.DAY),
    Column("good", "成功", Kind.INTEGER),
    Column("availability", "可用率", Kind.PERCENT),
    Column("budget", "预算", Kind.DECIMAL),
    Column("downtime_seconds", "停机", Kind.SECONDS),
)
VERDICT = Fact("结论", "未达标", "综合 99.998 %", "bank.verdict", Tone.BAD)


def row(title: str = "weilidai", **changed: int | str | None) -> tuple[Cell, ...]:
    """One row; ``changed`` names columns."""
    values = {"day": "2026-10-01", "good": 12_345, "availability": "99.9980", "budget": "-1.50", "downtime_seconds": 90}
    return (Cell(title), *(Cell(value) for value in {**values, **changed}.values()))


def table(id_: str = "products", title: str = "产品", *rows: tuple[Cell, ...]) -> Table:
    """A table of these rows, of one when none is given."""
    return Table(id_, title, COLUMNS, rows or (row(),), note="=注", empty="没有")


def trend(**changed: object) -> Trend:
    """Three months, the second not known."""
    points = (Point("2026-08", 0.99998, "99.998"), Point("2026-09", None, "?"), Point("2026-10", 1.0, "100"))
    made = Trend("trend", "趋势", (Line("=SUM(A1)", points),), "%", 0.99999, "目标 99.999 %")
    return replace(made, **changed)  # type: ignore[arg-type]


def paper(*blocks: object, data: Table | None = None, **changed: object) -> Paper:
    """A paper of one section with these blocks."""
    heat = HeatMap("heat", "热图", ("1", "2"), (("wld", (HeatCell(0, "100"), HeatCell(None, "?", Tone.UNKNOWN))),))
    said = (Paragraph("=1+1 是正文"), Facts((VERDICT,)))
    section = Section("s", "产品可用率", blocks or (*said, table(), trend(), heat))  # type: ignore[arg-type]
    made = Paper(
        "availability", "zh", "=可用率报告", "2026-10", VERDICT, "一句话。", (VERDICT,), (section,),
        data or table("data", "数据"), "ab" * 32, 1_795_231_219, "制于 2026-11-21", "目录", "{page}/{pages}", ("DEMO",),
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]
