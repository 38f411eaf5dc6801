"""What a new revision says otherwise: every figure that changed, and every row that came or went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.issues.canonical import Json

CHANGED, ADDED, REMOVED = "changed", "added", "removed"
NOT_CONTENT = frozenset({"made_at"})
"""Fields at the top of a document that say when it was made, not what is so."""
NAMES = (
    "record", "id", "product", "data_center", "source", "slice", "year", "month", "day", "date", "from", "name",
    "label", "key",
)  # fmt: skip
"""Fields that name a row of a list: the first of them, in this order, that tell all rows apart."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``figure``: path of the value, such as ``products[weilidai].bad``; ``was`` and ``now``: figures, or whole rows;
    None for what was not there (``change`` tells it from a null)."""

    figure: str
    change: str
    was: Json
    now: Json


def differences(was: Mapping[str, Json], now: Mapping[str, Json]) -> list[Difference]:
    """Every difference, in the order of the paths in ``was``, then what is new."""
    return list(_values("", content(was), content(now)))


def difference_json(difference: Difference) -> dict[str, Json]:
    """For a document."""
    return {"figure": difference.figure, "change": difference.change, "was": difference.was, "now": difference.now}


def content(document: Mapping[str, Json]) -> dict[str, Json]:
    """The document without ``NOT_CONTENT``."""
    return {key: value for key, value in document.items() if key not in NOT_CONTENT}


def _values(path: str, was: Json, now: Json) -> Iterator[Difference]:
    if _is_table(was) and _is_table(now):
        yield from _values(path, _spelled_out(was), _spelled_out(now))
    elif isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _pairs(_fields(path, was), _fields(path, now))
    elif isinstance(was, list) and isinstance(now, list):
        names = _naming_fields(was, now)
        yield from _pairs(_rows(path, was, names), _rows(path, now, names))
    elif type(was) is not type(now) or was != now:  # 1 == True in Python, not in a report
        yield Difference(path, CHANGED, was, now)


def _is_table(value: Json) -> bool:
    """Whether an object is a table in short: columns named once, and rows of as many values."""
    if not isinstance(value, Mapping) or set(value) != {"columns", "rows"}:
        return False
    columns, rows = value["columns"], value["rows"]
    if (
        not isinstance(columns, list)
        or not isinstance(rows, list)
        or not all(isinstance(each, str) for each in columns)
    ):
        return False
    return len(set(map(str, columns))) == len(columns) and all(
        isinstance(row, list) and len(row) == len(columns) for row in rows
    )


def _spelled_out(table: Any) -> list[Json]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _pairs(was: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Difference]:
    for path, value in was.items():
        if path in now:
            yield from _values(path, value, now[path])
        else:
            yield Difference(path, REMOVED, value, None)
    yield from (Difference(path, ADDED, None, value) for path, value in now.items() if path not in was)


def _fields(path: str, values: Mapping[str, Json]) -> dict[str, Json]:
    return {f"{path}.{key}" if path else key: value for key, value in sorted(values.items())}


def _rows(path: str, rows: list[Json], names: tuple[str, ...]) -> dict[str, Json]:
    """Rows by what names them, by their place when nothing does."""
    keys = [_key(row, names) if isinstance(row, Mapping) and names else str(at) for at, row in enumerate(rows)]
    return {f"{path}[{key}]": row for key, row in zip(keys, rows, strict=True)}


def _key(row: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return ",".join(str(row[name]) for name in names)


def _naming_fields(was: list[Json], now: list[Json]) -> tuple[str, ...]:
    """Fields that every row of both has and that tell the rows of each apart; none when there are no such."""
    rows = [row for row in (*was, *now) if isinstance(row, Mapping)]
    if len(rows) < len(was) + len(now):
        return ()
    chosen: tuple[str, ...] = ()
    for name in NAMES:
        if all(isinstance(row.get(name), str | int) for row in rows):
            chosen = (*chosen, name)
            keys = [_key(row, chosen) for row in rows]
            if all(len(set(part)) == len(part) for part in (keys[: len(was)], keys[len(was) :])):
                return chosen
    return ()
