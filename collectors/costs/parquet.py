"""Parquet to the same rows of text that CSV has, piece by piece. pyarrow is loaded only by who reads such a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from collectors.costs.errors import NotCosts, UnreadableFile
from collectors.costs.table import MOST_COLUMNS, Table

_PIECE = 2_000


@contextmanager
def parquet_table(path: Path) -> Iterator[Table]:
    """Opens a Parquet file. Raises UnreadableFile (also while rows are read), NotCosts, OSError."""
    try:
        import pyarrow as arrow  # type: ignore[import-untyped]  # noqa: PLC0415  a third of a second and 40 MB
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UnreadableFile(path, "Parquet needs the package pyarrow; run: make setup (or save it as CSV)") from error
    try:
        with _opened(path, parquet) as file:
            header = tuple(file.schema_arrow.names)
            _refuse_header(path, header)
            done = [0]
            size_bytes, rows = path.stat().st_size, max(1, file.metadata.num_rows)
            yield Table(header, _rows(path, file, done, arrow), lambda: done[0] * size_bytes // rows, size_bytes)
    except (arrow.ArrowException, arrow.ArrowInvalid) as error:
        raise UnreadableFile(path, f"is damaged Parquet: {' '.join(str(error).split())[:200]}") from error


def _opened(path: Path, parquet: Any) -> Any:
    try:
        return parquet.ParquetFile(path)
    except OSError as error:  # what pyarrow says of a footer that lies, too
        if error.errno is not None:
            raise
        raise UnreadableFile(path, f"is damaged Parquet: {' '.join(str(error).split())[:200]}") from error


def _refuse_header(path: Path, header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise NotCosts(path, f"{len(header):,} columns; at most {MOST_COLUMNS:,}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise NotCosts(path, f"column {twice[0]!r} comes twice; which one counts?")


def _rows(path: Path, file: Any, done: list[int], arrow: Any) -> Iterator[list[str]]:
    try:
        for piece in file.iter_batches(batch_size=_PIECE):
            columns = [[_text(cell) for cell in _plain(column, arrow).to_pylist()] for column in piece.columns]
            done[0] += piece.num_rows
            yield from map(list, zip(*columns, strict=True))
    except (arrow.ArrowException, OSError, OverflowError, ValueError) as error:  # ValueError: text that is no UTF-8
        raise UnreadableFile(path, f"after row {done[0]}: {' '.join(str(error).split())[:200]}") from error


def _plain(column: Any, arrow: Any) -> Any:
    """A column whose values Python has: nanoseconds, which it has not, become microseconds, or a plain number."""
    if getattr(column.type, "unit", "") != "ns":
        return column
    if arrow.types.is_timestamp(column.type):
        return column.cast(arrow.timestamp("us", column.type.tz), safe=False)
    return column.cast(arrow.int64())


def _text(cell: object) -> str:
    """A value as CSV would have it: decimals plain, times with their zone, maps (lists of pairs) as JSON; bytes as the
    text that older writers mean by them."""
    if isinstance(cell, bytes):
        return cell.decode(errors="backslashreplace")
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.isoformat() if cell.tzinfo is None else f"{cell.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    if isinstance(cell, list | dict):
        return json.dumps(_pairs(cell), ensure_ascii=False, default=str)
    return str(cell)


def _pairs(cell: list[Any] | dict[str, Any]) -> object:
    is_map = isinstance(cell, list) and all(isinstance(each, tuple) for each in cell)
    return dict(cell) if is_map else cell
