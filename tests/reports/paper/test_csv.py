"""The data as CSV: keys first, digits as they are, no formula for a spreadsheet to run."""

from __future__ import annotations

import csv as standard
from io import StringIO

import pytest

from reports.paper.csv import csv, table_csv
from reports.paper.model import Cell, Column, Table
from tests.reports.paper.papers import paper, row, table


def read(content: bytes) -> list[dict[str, str]]:
    return list(standard.DictReader(StringIO(content.decode("utf-8"), newline="")))


def test_the_first_line_holds_the_keys_in_every_language() -> None:
    content = csv(paper())
    assert content.startswith(b"product,day,good,availability,budget,downtime_seconds\r\n")
    assert read(content) == [
        {
            "product": "weilidai", "day": "2026-10-01", "good": "12345", "availability": "99.9980", "budget": "-1.50",
            "downtime_seconds": "90",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "'plain"])
def test_a_text_that_could_be_a_formula_gets_one_apostrophe(text: str) -> None:
    """Taking one apostrophe away gives the text back."""
    (found,) = read(csv(paper(data=table("data", "", row(text)))))
    assert found["product"] == f"'{text}"


def test_quotes_commas_and_line_ends_come_back_as_they_were() -> None:
    text = 'a "b", c\r\nd\rе\n,'
    assert read(csv(paper(data=table("data", "", row(text)))))[0]["product"] == text


def test_what_is_not_known_is_an_empty_field_and_zero_is_zero() -> None:
    (found,) = read(csv(paper(data=table("data", "", row(good=None, downtime_seconds=0)))))
    assert (found["good"], found["downtime_seconds"]) == ("", "0")


def test_a_column_of_decimals_guards_what_is_no_decimal() -> None:
    (found,) = read(csv(paper(data=table("data", "", row(availability="-1+1", budget="99.99999999999999999999")))))
    assert (found["availability"], found["budget"]) == ("'-1+1", "99.99999999999999999999")


def test_half_a_character_shows_as_one_that_is_missing() -> None:
    assert table_csv(Table("t", "", (Column("k", ""),), ((Cell("a\ud800\0b"),),))) == "k\r\na\ufffd\ufffdb\r\n".encode()
