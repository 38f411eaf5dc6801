"""How columns share a page."""

from __future__ import annotations

import pytest

from reports.paper.cells import clock, shown
from reports.paper.model import Cell, Column, Kind, Table
from reports.paper.widths import em, setting, word_em


def table(*texts: str, kind: Kind = Kind.TEXT) -> Table:
    """One row of such texts."""
    columns = tuple(Column(f"c{i}", f"c{i}", kind) for i in range(len(texts)))
    return Table("t", "t", columns, (tuple(Cell(text) for text in texts),))


def test_a_chinese_character_is_as_wide_as_its_size_and_breaks_anywhere() -> None:
    assert em("可用性") == 3.0
    assert word_em("可用性") == 1.0
    assert word_em("可用性DCN") == em("DCN")


@pytest.mark.parametrize("count", [1, 5, 12, 40])
def test_columns_share_the_whole_row_whatever_their_number(count: int) -> None:
    assert sum(setting(table(*["word"] * count)).percents) == pytest.approx(100, abs=0.05)


def test_a_few_short_columns_stay_upright() -> None:
    assert not setting(table("a", "b", "c")).wide


def test_many_instants_turn_the_page_rather_than_break() -> None:
    how = setting(table(*["2026-10-17 03:12:45"] * 8, kind=Kind.INSTANT))
    assert how.wide


def test_a_long_text_gets_more_of_the_row_than_a_short_one() -> None:
    short, long = setting(table("ok", "a long story of what happened " * 3)).percents
    assert long > 3 * short


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1_234_567, Kind.INTEGER, "1,234,567"),
        (-1_234, Kind.INTEGER, "-1,234"),
        ("99.99899", Kind.PERCENT, "99.99899%"),
        (0, Kind.INTEGER, "0"),
        (None, Kind.INTEGER, "?"),
        (3_723, Kind.SECONDS, "1:02:03"),
        (2026, Kind.TEXT, "2026"),
    ],
)
def test_cells_read_the_same_in_every_language(value: int | str | None, kind: Kind, text: str) -> None:
    assert shown(Cell(value), kind) == text


def test_hours_do_not_become_days_and_negative_times_keep_their_sign() -> None:
    assert clock(90_000) == "25:00:00"
    assert clock(-61) == "-0:01:01"
