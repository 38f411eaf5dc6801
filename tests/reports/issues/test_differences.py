"""Every figure that changed, by its path; rows by what names them."""

from __future__ import annotations

from typing import Any

import pytest

from reports.issues.differences import difference_json, differences


def table(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(each.figure, each.change, each.was, each.now) for each in differences(was, now)]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": "99.9"}}, {"a": {"b": "99.8"}}, [("a.b", "changed", "99.9", "99.8")]),
        ({"a": 1}, {"a": True}, [("a", "changed", 1, True)]),
        ({"a": None}, {"a": 0}, [("a", "changed", None, 0)]),
        ({"a": None}, {}, [("a", "removed", None, None)]),
        ({}, {"a": None}, [("a", "added", None, None)]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("a[1]", "changed", 2, 3), ("a[2]", "added", None, 4)]),
        ({"a": {}}, {"a": []}, [("a", "changed", {}, [])]),
        ({"a": [{"id": 1}, 2]}, {"a": [{"id": 1}]}, [("a[1]", "removed", 2, None)]),
        ({"made_at": "1"}, {"made_at": "2"}, []),
    ],
)
def test_each_leaf_is_compared(was: dict[str, Any], now: dict[str, Any], found: list[Any]) -> None:
    assert table(was, now) == found


def test_rows_are_told_apart_by_as_many_names_as_it_takes() -> None:
    was = [{"product": p, "data_center": d, "day": "2026-10-01", "bad": 0} for p in "ab" for d in ("dc1", "dc2")]
    now = [{**row, "bad": int(row["product"] == "b" and row["data_center"] == "dc1")} for row in reversed(was)]
    assert table({"rows": was}, {"rows": now}) == [("rows[b,dc1].bad", "changed", 0, 1)]


def test_rows_with_one_name_twice_are_told_apart_by_their_place() -> None:
    was, now = [{"id": "a", "n": 1}, {"id": "a", "n": 2}], [{"id": "a", "n": 1}, {"id": "a", "n": 3}]
    assert table({"rows": was}, {"rows": now}) == [("rows[1].n", "changed", 2, 3)]


def test_a_table_in_short_is_compared_like_its_rows() -> None:
    """A row that came in between moves no other."""
    was = {"columns": ["id", "slice", "bad"], "rows": [["wld", "2026-10-01", 0], ["wld", "2026-10-03", 1]]}
    now = {"columns": ["id", "slice", "bad"], "rows": [["wld", "2026-10-01", 0], ["wld", "2026-10-02", 5]]}
    now["rows"].append(["wld", "2026-10-03", 2])
    assert table({"rows": was}, {"rows": now}) == [
        ("rows[wld,2026-10-03].bad", "changed", 1, 2),
        ("rows[wld,2026-10-02]", "added", None, {"id": "wld", "slice": "2026-10-02", "bad": 5}),
    ]


@pytest.mark.parametrize("rows", [[["a"]], ["ab"], "ab", [["a", 1, 2]]])
def test_what_only_looks_like_a_table_is_compared_as_it_is(rows: Any) -> None:
    was, now = {"columns": ["id", "bad"], "rows": rows}, {"columns": ["id", "bad"], "rows": []}
    assert [each[0].startswith("t.rows") for each in table({"t": was}, {"t": now})]


def test_a_name_that_is_a_list_names_nothing() -> None:
    assert table({"rows": [{"id": ["a"]}]}, {"rows": [{"id": ["b"]}]}) == [("rows[0].id[0]", "changed", "a", "b")]


def test_a_difference_is_a_row_for_a_document() -> None:
    (found,) = differences({"a": 1}, {"a": 2})
    assert difference_json(found) == {"figure": "a", "change": "changed", "was": 1, "now": 2}
