"""Any file of costs, recognized by its contents: FOCUS as CSV, gzip or Parquet, what OpenCost says, a bank's own
costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collectors.costs.charge import Charge
from collectors.costs.defects import Defect
from collectors.costs.errors import NotCosts
from collectors.costs.focus.cells import currency
from collectors.costs.focus.columns import Header, read_header
from collectors.costs.focus.reading import FocusReader
from collectors.costs.opencost import Cluster, OpenCostReader, read_document
from collectors.costs.own import OwnReader, is_own, place_of
from collectors.costs.parquet import parquet_table
from collectors.costs.sources import UTF_8, is_json, is_parquet
from collectors.costs.table import Table, csv_table

_AMOUNTS = ("BilledCost", "EffectiveCost")
_TIMES = ("ChargePeriodStart", "BillingPeriodStart")


@dataclass(frozen=True, slots=True)
class CostFile:
    """A file whose charges are taken once from front to back; the functions tell how far that is, and at the end what
    was found. ``version``: of FOCUS, or ``own``, or ``opencost``; ``in_turns``: the reader of one whose
    rows several processes can read in turns: a text whose charges have no ids, which must all be seen together."""

    path: Path
    version: str
    charges: Iterator[Charge]
    rows: Callable[[], int]
    left_out: Callable[[], int]
    defects: Callable[[], list[Defect]]
    position: Callable[[], int]
    size_bytes: int
    in_turns: FocusReader | None = None


@dataclass(frozen=True, slots=True)
class How:
    """How a file is read: the zone of the ledger's days, the text's encoding, columns that number charges, the currency
    of a document that names none."""

    zone: str
    encoding: str = UTF_8
    id_column: str = ""
    revision_column: str = ""
    currency: str = ""


@contextmanager
def open_costs(path: Path, how: How) -> Iterator[CostFile]:
    """Opens a file of costs. Raises CostFileError (also while charges are taken), OSError."""
    if is_json(path):
        yield _opencost(path, how)
        return
    with parquet_table(path) if is_parquet(path) else csv_table(path, how.encoding) as table:
        if is_own(table.header):
            yield _own(path, table, how.zone)
            return
        header = read_header(table.header, how.id_column, how.revision_column)
        _refuse(path, header, table.header, (how.id_column, how.revision_column))
        reader = FocusReader(header)
        in_turns = None if header.id_column or is_parquet(path) else reader
        yield CostFile(
            path, header.version, reader.charges(table.rows),
            lambda: reader.rows, lambda: reader.left_out, reader.defects, table.position, table.size_bytes,
            in_turns,
        )  # fmt: skip


def _own(path: Path, table: Table, zone: str) -> CostFile:
    reader = OwnReader(place_of(path, table.header), zone)
    return CostFile(
        path, "own", reader.charges(table.rows),
        lambda: reader.rows, lambda: reader.left_out, reader.defects, table.position, table.size_bytes,
    )  # fmt: skip


def _opencost(path: Path, how: How) -> CostFile:
    sets, size_bytes = read_document(path, how.encoding), path.stat().st_size
    code, _ = currency(how.currency)
    if not code:
        raise NotCosts(path, "OpenCost names no currency; say that of its prices, such as --currency USD")
    reader = OpenCostReader(Cluster(code, how.zone))
    return CostFile(
        path, "opencost", reader.charges(sets), lambda: reader.rows, lambda: reader.left_out, reader.defects,
        lambda: size_bytes, size_bytes,
    )  # fmt: skip


def _refuse(path: Path, header: Header, given: tuple[str, ...], chosen: tuple[str, str]) -> None:
    if not any(name in header.names for name in _AMOUNTS) or not any(name in header.names for name in _TIMES):
        shown = ", ".join(given[:5])[:120]
        raise NotCosts(path, f"no FOCUS columns ({' or '.join(_AMOUNTS)}) and no own costs; its columns: {shown}")
    for column in filter(None, chosen):
        if column not in header.names:
            raise NotCosts(path, f"no column {column!r}")
