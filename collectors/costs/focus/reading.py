"""Rows of a FOCUS table to charges, one after the other: a bill of any length in little memory.

A bank's bill has millions of rows, so what happens to each of them is little: cells that rows share are read once for
all of them, plain amounts are looked up, and only a row that has something odd goes the long way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from collectors.costs.charge import NO_REVISION, About, Charge, Period
from collectors.costs.defects import Defect, Finding, Tally
from collectors.costs.focus.cells import PlainAmounts, amount, is_null, revision, text
from collectors.costs.focus.columns import COSTS, Header
from collectors.costs.focus.judging import Judge
from collectors.costs.focus.shared import ABOUT_COLUMNS, PERIOD_COLUMNS, Key, Shared, read_about, read_period
from store.costs import Amounts

_NULL_TEXTS = ("NULL", "null")
_DIGEST_BYTES = 16
_TURN_BITS = 10
_ABSENT_ANYWAY = ("cost_missing", "value_missing", "time_missing")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader found in its rows."""

    left_out: int
    tally: Tally
    judge: Judge
    nulls: int
    first_null: tuple[int, str] | None


class FocusReader:
    """Reads the rows of one file. ``rows``: how many there were, ``left_out``: how many of them are no charge because
    they cannot be read; ``defects`` once all charges were taken. ``turn`` n of m: of every m thousand rows only the
    n-th thousand is read; others read the rest."""

    def __init__(self, header: Header) -> None:
        self.rows = self.left_out = 0
        self.turn = (0, 1)
        self._header = header
        self._tally = Tally()
        self._judge = Judge(self._tally)
        self._periods: Shared[Period | None] = Shared(read_period, self._tally)
        self._abouts: Shared[About] = Shared(read_about, self._tally)
        self._pick_period = _picker(header, PERIOD_COLUMNS)
        self._pick_about = _picker(header, ABOUT_COLUMNS)
        self._pick_costs = _picker(header, COSTS)
        self._pick_all = _picker(header, sorted(header.names))
        self._id_place = _place(header, header.id_column)
        self._revision_place = _place(header, header.revision_column)
        self._commitment_place = _place(header, "CommitmentDiscountId")
        self._plain = PlainAmounts()
        self._nulls = 0
        self._first_null: tuple[int, str] | None = None

    def charges(self, rows: Iterator[list[str]]) -> Iterator[Charge]:
        """Every row that can be read as a charge; what cannot is among the defects."""
        width, charge_of, look = len(self._header.names), self._charge, self._judge.look
        turn, turns = self.turn
        for row in rows:
            self.rows += 1
            if (self.rows >> _TURN_BITS) % turns != turn:
                continue
            if len(row) != width:
                self._leave_out(Finding("cells_differ", "", f"{len(row)} cells; the header has {width}", left_out=True))
                continue
            charge = charge_of(row)
            if charge is None:
                self.left_out += 1
                continue
            look(charge)
            yield charge

    def seen(self) -> Seen:
        """What this one found, for the one that reads the other rows."""
        self._periods.count()
        self._abouts.count()
        return Seen(self.left_out, self._tally, self._judge, self._nulls, self._first_null)

    def take(self, other: Seen) -> None:
        """Adds what another one found in the other rows of the same file."""
        self.left_out += other.left_out
        self._tally.take(other.tally)
        self._judge.take(other.judge)
        self._nulls += other.nulls
        firsts = [first for first in (self._first_null, other.first_null) if first is not None]
        self._first_null = min(firsts, default=None)

    def defects(self) -> list[Defect]:
        """What is odd about the file."""
        self._periods.count()
        self._abouts.count()
        self._judge.close()
        if self._first_null is not None:
            row, example = self._first_null
            self._tally.add(Finding("literal_null", "", example), row, self._nulls)
        for finding in self._header.findings:
            self._tally.add(finding, 0, self.rows)
        absent = {each.column for each in self._header.findings if each.rule == "column_missing"}
        found = self._tally.defects()
        return [each for each in found if not (each.rule in _ABSENT_ANYWAY and each.column in absent)]

    def _leave_out(self, finding: Finding) -> None:
        self.left_out += 1
        self._tally.add(finding, self.rows)

    def _charge(self, row: list[str]) -> Charge | None:
        row.append("")  # what a column says that is not there
        digest = self._digest(row)
        period_cells, about_cells = self._pick_period(row), self._pick_about(row)
        period = self._periods.entries.get(period_cells) or self._periods.entry(period_cells, self.rows)
        about = self._abouts.entries.get(about_cells) or self._abouts.entry(about_cells, self.rows)
        period.rows += 1
        about.rows += 1
        amounts = self._costs(self._pick_costs(row))
        number = NO_REVISION if self._revision_place < 0 else self._revision(row[self._revision_place])
        if period.value is None or amounts is None or number is None:
            return None
        commitment = row[self._commitment_place]
        return Charge(
            self.rows, amounts, period.value, about.value,
            "" if self._id_place < 0 else text(row[self._id_place]), number, digest,
            "" if commitment == "" or is_null(commitment) else commitment,
        )  # fmt: skip

    def _digest(self, row: list[str]) -> bytes:
        """Of everything that a row says, whatever the order of its columns and its spelling of nothing."""
        said = "\x1f" + "\x1f\x1f".join(self._pick_all(row)) + "\x1f"
        if "\x1fNULL\x1f" in said or "\x1fnull\x1f" in said:
            self._nulls += 1
            self._first_null = self._first_null or (self.rows, self._null_column(row))
            for null in _NULL_TEXTS:
                said = said.replace(f"\x1f{null}\x1f", "\x1f\x1f")
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()

    def _null_column(self, row: Sequence[str]) -> str:
        cells = zip(self._header.names, row, strict=False)  # the row has a cell more
        return next((f"{name} is {cell}" for name, cell in cells if cell in _NULL_TEXTS), "NULL")

    def _costs(self, cells: Key) -> Amounts | None:
        """Amounts; None when one cannot be read, or all that counts is missing."""
        try:
            billed, effective, listed, _ = map(self._plain.__getitem__, cells)
        except KeyError:
            return self._odd_costs(cells)
        return Amounts(billed, effective, listed)

    def _odd_costs(self, cells: Key) -> Amounts | None:
        costs: list[Decimal | None] = []
        for column, cell in zip(COSTS, cells, strict=True):
            value = amount(column, cell)
            if isinstance(value, Finding):
                self._tally.add(value, self.rows)
                if value.left_out:
                    return None
                costs.append(None)
            else:
                costs.append(value)
        if costs[:3] == [None, None, None]:
            nothing = Finding("no_cost", "", "neither billed nor effective nor list cost", left_out=True)
            self._tally.add(nothing, self.rows)
            return None
        return Amounts(*costs[:3])

    def _revision(self, cell: str) -> int | None:
        if is_null(cell):
            return NO_REVISION
        number = revision(cell)
        if isinstance(number, Finding):
            self._tally.add(number, self.rows)
            return None
        return number


def _picker(header: Header, names: Sequence[str]) -> Callable[[Sequence[str]], Key]:
    """Takes these columns out of a row that has one empty cell more than the header."""
    return itemgetter(*(header.place(name) for name in names))


def _place(header: Header, column: str) -> int:
    """Position of a column as the file spells it; -1 when there is none."""
    return header.place(column) if column else -1
