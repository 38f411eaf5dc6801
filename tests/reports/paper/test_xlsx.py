"""A workbook as another program reads it: sheets, digits, texts that stay texts, the same bytes again."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from reports.paper import sheets as planning
from reports.paper.model import Cell, Column, Kind, Paper, Table, Tone
from reports.paper.table_sheet import LONGEST_TEXT, number_places, shortened
from reports.paper.xlsx import xlsx
from tests.reports.paper.papers import paper, row, table, trend

ROOT = Path(__file__).parents[3]


def read(made: Paper) -> Workbook:
    return load_workbook(BytesIO(xlsx(made)))


def column(book: Workbook, sheet: str, letter: str) -> list[object]:
    return [cell.value for cell in book[sheet][letter]]


def test_a_cover_comes_first_then_every_table_then_the_data() -> None:
    book = read(paper(more_data=(table("days", "日"),)))
    assert book.sheetnames == ["cover", "产品", "趋势", "热图", "data", "days"]
    cover = [cell.value for line in book["cover"].iter_rows() for cell in line if cell.value is not None]
    for said in ("=可用率报告", "DEMO", "结论", "未达标", "一句话。", "bank.verdict", "=1+1 是正文", "热图", "ab" * 32):
        assert said in cover


def test_a_table_has_headings_that_stay_and_filter_and_the_data_has_keys() -> None:
    book = read(paper())
    assert [cell.value for cell in book["产品"][1]] == ["产品", "日", "成功", "可用率", "预算", "停机"]
    assert [cell.value for cell in book["data"][1]][:3] == ["product", "day", "good"]
    for sheet, last in (("产品", "F2"), ("data", "F2")):
        assert (book[sheet].freeze_panes, book[sheet].auto_filter.ref) == ("A2", f"A1:{last}")
    assert column(book, "产品", "A") == ["产品", "weilidai", None, "=注", "DEMO"]
    assert column(book, "data", "A") == ["product", "weilidai"]


def test_an_empty_table_says_so() -> None:
    assert column(read(paper(Table("none", "空", (Column("a", "甲"),), (), empty="没有"))), "空", "A")[:2] == [
        "甲",
        "没有",
    ]


def test_numbers_are_numbers_that_show_their_digits() -> None:
    cells = {cell.column_letter: cell for cell in read(paper())["data"][2]}
    shown = {letter: (cell.data_type, str(cell.value), cell.number_format) for letter, cell in cells.items()}
    assert shown["C"] == ("n", "12345", "#,##0")
    assert shown["D"] == ("n", "99.998", '0.0000"%"')
    assert shown["E"] == ("n", "-1.5", "0.00")
    assert shown["F"] == ("n", "90", "#,##0")


@pytest.mark.parametrize(
    ("value", "kind", "places"),
    [
        (10**15 - 1, Kind.INTEGER, 0),
        (-(10**15), Kind.INTEGER, None),
        (7, Kind.TEXT, 0),
        ("7", Kind.TEXT, None),
        ("7", Kind.INTEGER, None),
        ("99.9999999999999", Kind.PERCENT, 13),
        ("99.99999999999999", Kind.PERCENT, None),
        ("0.000000000000001", Kind.DECIMAL, 15),
        ("0.0000000000000001", Kind.DECIMAL, None),
        ("-0.00", Kind.DECIMAL, None),
        ("-0.01", Kind.DECIMAL, 2),
        ("00.1", Kind.DECIMAL, None),
        ("1e5", Kind.DECIMAL, None),
        ("٣", Kind.DECIMAL, None),
        ("1\n", Kind.DECIMAL, None),
    ],
)
def test_a_number_stays_one_only_while_a_spreadsheet_shows_all_of_it(
    value: int | str, kind: Kind, places: int | None
) -> None:
    assert number_places(value, kind) == places
    if places is not None:
        assert f"{Decimal(repr(float(value))):.{places}f}" == f"{Decimal(value):.{places}f}"


HOSTILE = (
    "=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.com", "123", "<r><t>x</t></r>", "<r>", "_x0041_",
    "a\r\nb", " kept ", "]]>&<>\"'", "{=1}", "😀",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_the_text_that_it_was(text: str) -> None:
    made = paper(table("t", text, row(text)), data=table("data", text, row(text)), title=text, marks=(text,))
    book = load_workbook(BytesIO(xlsx(made)), rich_text=False)
    assert book["data"]["A2"].data_type == "s"
    assert unescaped(book["data"]["A2"].value) == text
    assert unescaped(book["cover"]["A1"].value) == text


def unescaped(value: object) -> str:
    """What Excel shows: openpyxl leaves its escapes in inline texts."""
    return str(value).replace("_x000D_", "\r").replace("_x005F_", "_")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_part_of_the_file_is_a_formula_or_a_link(text: str) -> None:
    made = paper(
        table("t", text, row(text)), trend(title=text, limit_text=text), title=text, subtitle=text, marks=(text,)
    )
    with ZipFile(BytesIO(xlsx(made))) as parts:
        worksheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert worksheets
    assert not any(b"<f" in page.replace(b"<filter", b"") or b"<hyperlink" in page for page in worksheets)


def test_what_no_file_can_hold_shows_as_missing_and_a_long_text_as_cut() -> None:
    made = paper(data=table("data", "", row("a\0\ud800b"), row("长" * 40_000), row("😀" * 20_000)))
    values = column(read(made), "data", "A")
    assert values[1] == "a\ufffd\ufffdb"
    assert values[2] == "长" * (LONGEST_TEXT - 1) + "…"
    assert values[3] == "😀" * ((LONGEST_TEXT - 1) // 2) + "…"
    assert shortened("长" * LONGEST_TEXT) == "长" * LONGEST_TEXT


def test_what_is_not_known_is_empty_and_hatched_and_never_zero() -> None:
    """In data, where most columns say nothing of most rows, it is empty alone."""
    gap = row(good=None)
    book = read(paper(table("t", "表", gap), data=table("data", "", gap)))
    found = [(book[name]["C2"].value, book[name]["C2"].fill.patternType) for name in ("表", "data")]
    assert found == [(None, "lightUp"), (None, None)]


def test_a_tone_is_a_fill_beside_the_words() -> None:
    rows = ((Cell("未达标", tone=Tone.BAD),), (Cell("达标"),))
    sheet = read(paper(Table("t", "表", (Column("a", "甲"),), rows)))["表"]
    assert (sheet["A2"].fill.patternType, sheet["A3"].fill.patternType) == ("solid", None)


def test_names_of_sheets_are_short_allowed_and_differ_in_any_case() -> None:
    titles = ["a/b:c*d?e[f]g\\h", "'quoted'", "COVER", "Data", "History", "长" * 40, "长" * 40, "", "😀" * 20, "t", "T"]
    blocks = [table(f"id{at}", title) for at, title in enumerate(titles)]
    names = read(paper(*blocks)).sheetnames
    assert len({name.casefold() for name in names}) == len(titles) + 2
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)
    assert not any(set(name) & set("[]:*?/\\") or name.strip("'") != name for name in names)
    assert {"a b c d e f g h", "quoted", "COVER (2)", "data (2)", "长" * 27 + " (2)"} <= set(names)


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MOST_ROWS", 2)
    book = read(paper(data=table("data", "", *(row(str(at)) for at in range(5)))))
    assert [column(book, name, "A")[1:] for name in ("data", "data (2)", "data (3)")] == [["0", "1"], ["2", "3"], ["4"]]


def test_a_trend_is_a_chart_over_its_own_sheet_with_holes() -> None:
    book = read(paper(trend(), trend(id="c", title="柱", columns=True)))
    for name in ("趋势", "柱"):
        sheet = book[name]
        (chart,) = sheet._charts
        assert (chart.display_blanks, [cell.value for cell in sheet["C"]][1:4]) == ("gap", [0.99998, None, 1])
        assert sheet.column_dimensions["C"].hidden
        assert (
            chart.series[0].val.numRef.f == f"'{name}'!$C$2:$C$4" or chart.series[0].val.numRef.f == f"{name}!$C$2:$C$4"
        )


def test_a_trend_without_lines_has_no_chart() -> None:
    assert read(paper(trend(lines=(), limit=None)))["趋势"]._charts == []


def test_the_same_paper_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys; from reports.paper.csv import csv; from reports.paper.xlsx import xlsx;"
        "from tests.reports.paper.papers import paper; sys.stdout.buffer.write(xlsx(paper()) + csv(paper()))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    assert len(made) == 1
    assert len(made.pop()) > 1000
