"""A bank's own costs as a simple CSV: hardware (straight-line depreciation), staff, facilities, licences, others.

    kind,id,revision,name,from,to,amount,currency,product,data_center,months,residual
    hardware,srv-17,1,database servers,2026-01-01,,120000.00,CNY,,dc1,60,6000
    staff,ops-2026,1,operations team,2026-01-01,2027-01-01,3600000.00,CNY,,,,

A row becomes charges like those of a bill: hardware is a purchase, billed whole in the month it went into service, and
usage with an effective cost of (amount - residual) / months in each of its months (given away before, on ``to``: what
is left of it in the month of its last day); everything else is billed and effective alike, spread over the months of
its period by their days. Sums are exact to the hundredth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from collectors.costs.charge import NO_REVISION, About, Charge, Period
from collectors.costs.defects import Defect, Finding, Tally
from collectors.costs.errors import NotCosts
from collectors.costs.focus.cells import FIRST_YEAR, LAST_YEAR, amount, currency, revision, text
from slo.windows import day_window, month_window
from store.costs import Amounts

COLUMNS = (
    "kind", "id", "revision", "name", "from", "to", "amount", "currency",
    "product", "data_center", "months", "residual",
)  # fmt: skip
NEEDED = ("kind", "id", "from", "amount", "currency")
HARDWARE = "hardware"
KINDS = (HARDWARE, "staff", "facilities", "licences", "third_party")
PROVIDER = "own"
MOST_MONTHS = 600
_CENTS = 100
_MONTHS_A_YEAR = 12
_MONTHS_DIGITS = 9
_LEFT_EMPTY: Mapping[str, tuple[str, ...]] = {HARDWARE: ()}
_LEFT_EMPTY_ELSE = ("months", "residual")


class _Refused(Exception):
    """A row that is no cost; the finding says why."""

    def __init__(self, rule: str, column: str, example: str) -> None:
        super().__init__(example)
        self.finding = Finding(rule, column, example, left_out=True)


@dataclass(frozen=True, slots=True)
class Own:
    """One row. ``to_day`` is exclusive, of hardware the day on which it was given away; ``months`` counts only for
    hardware."""

    kind: str
    id: str
    revision: int
    name: str
    from_day: date
    to_day: date | None
    amount: Decimal
    currency: str
    product: str
    data_center: str
    months: int
    residual: Decimal


def is_own(header: Sequence[str]) -> bool:
    """Whether a table is a bank's own costs."""
    return {"kind", "amount", "from"} <= {cell.strip() for cell in header}


def place_of(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Position of each column. Raises NotCosts."""
    given = [cell.strip() for cell in header]
    for column in NEEDED:
        if column not in given:
            raise NotCosts(path, f"own costs need a column {column!r}; columns: {', '.join(COLUMNS)}")
    strangers = [name for name in given if name not in COLUMNS and not name.startswith("x_")]
    if strangers:
        raise NotCosts(path, f"column {strangers[0]!r} means nothing here; columns: {', '.join(COLUMNS)}, x_...")
    return {name: given.index(name) for name in given}


class OwnReader:
    """Reads the rows of one file; ``defects`` once all charges were taken. ``zone``: whose months they are."""

    def __init__(self, places: dict[str, int], zone: str) -> None:
        self.rows = self.left_out = 0
        self._places = places
        self._zone = zone
        self._tally = Tally()
        self._by_id: dict[tuple[str, int], Own] = {}

    def charges(self, rows: Iterator[list[str]]) -> Iterator[Charge]:
        """The charges of every row that can be read; what cannot is among the defects."""
        for row in rows:
            self.rows += 1
            try:
                found = list(own_charges(self._own(row), self._zone, self.rows))
            except _Refused as refused:
                self.left_out += 1
                self._tally.add(refused.finding, self.rows)
                continue
            yield from found

    def defects(self) -> list[Defect]:
        """What is odd about the file."""
        return self._tally.defects()

    def _own(self, row: list[str]) -> Own:
        if len(row) != len(self._places):
            raise _Refused("cells_differ", "", f"{len(row)} cells; the header has {len(self._places)}")
        said = {name: text(row[place]) for name, place in self._places.items()}
        kind = _one_of(said["kind"])
        if not said["id"]:
            raise _Refused("value_missing", "id", "id is empty; a charge needs one, to be counted once")
        from_day, to_day = _day("from", said["from"]), _end(said.get("to", ""))
        code, odd = currency(said["currency"])
        if odd:
            raise _Refused("value_unknown", "currency", f"currency is {said['currency']!r}; three letters, such as CNY")
        number = revision(said["revision"]) if said.get("revision") else NO_REVISION
        if isinstance(number, Finding):
            raise _Refused(number.rule, number.column, number.example)
        own = Own(
            kind, said["id"], number, said.get("name", ""), from_day, to_day, _money("amount", said["amount"]), code,
            said.get("product", ""), said.get("data_center", ""), _months(kind, said.get("months", "")),
            _money("residual", said.get("residual") or "0"),
        )  # fmt: skip
        _refuse_senseless(own)
        if self._by_id.setdefault((own.id, number), own) != own:
            example = f"{own.id} comes again with other content; the first one counts: raise the revision"
            raise _Refused("charge_id_repeated", "id", example)
        for column in _LEFT_EMPTY.get(kind, _LEFT_EMPTY_ELSE):
            if said.get(column):
                example = f"{column} is {said[column]!r}, which means nothing for {kind}; leave it empty"
                self._tally.add(Finding("cell_ignored", column, example), self.rows)
        return own


def own_charges(own: Own, zone: str, row: int) -> Iterator[Charge]:
    """Charges of one row, month by month; parts are numbered from 0."""
    said = "\x1f".join(map(str, (own.kind, own.id, own.revision, own.from_day, own.to_day, own.amount, own.months)))
    digest = hashlib.blake2b(f"{said}\x1f{own.residual}".encode(), digest_size=16).digest()
    months = list(_month_periods(own, zone))
    nothing = Decimal(0)
    parts: list[tuple[str, Period, Amounts]] = []
    if own.kind == HARDWARE:
        shares = _until_given_away(own, straight_line(own.amount - own.residual, [1] * len(months)))
        parts.append(("purchase", months[0], Amounts(own.amount, nothing, nothing)))
        parts += [("usage", at, Amounts(nothing, share, share)) for at, share in zip(months, shares, strict=False)]
    else:
        shares = straight_line(own.amount, [at.to_s - at.from_s for at in months])
        parts += [("usage", at, Amounts(share, share, share)) for at, share in zip(months, shares, strict=True)]
    for part, (kind, at, amounts) in enumerate(parts):
        yield Charge(row, amounts, at, _about(own, kind), own.id, own.revision, digest, part=part)


def _until_given_away(own: Own, shares: list[Decimal]) -> list[Decimal]:
    """Depreciation by month; what is left when hardware is given away costs in the month of its last day."""
    if own.to_day is None:
        return shares
    last, first = own.to_day - timedelta(days=1), own.from_day
    served = (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month
    return [*shares[:served], sum(shares[served:], Decimal(0))] if served < len(shares) else shares


def _about(own: Own, kind: str) -> About:
    service = own.name or own.kind
    return About(PROVIDER, PROVIDER, "", own.currency, kind, False, own.kind, service, own.product, own.data_center)


def straight_line(total: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """A total split by weights to the hundredth: shares add up to it exactly; what is left over goes to the largest
    remainders, of equal ones to the earliest."""
    cents = int(total * _CENTS)
    whole = sum(weights)
    shares = [cents * weight // whole for weight in weights]
    left = cents - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(cents * weights[place] % whole), place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return [Decimal(share) / _CENTS for share in shares]


def _month_periods(own: Own, zone: str) -> Iterator[Period]:
    year, month = own.from_day.year, own.from_day.month
    end_s = None if own.to_day is None else day_window(own.to_day, zone).from_s
    for number in count():
        window = month_window(year, month, zone)
        begin_s = window.from_s if number or own.kind == HARDWARE else day_window(own.from_day, zone).from_s
        over = number >= own.months if own.kind == HARDWARE else number > 0 and (end_s is None or begin_s >= end_s)
        if over:
            return
        to_s = window.to_s if own.kind == HARDWARE or end_s is None else min(window.to_s, end_s)
        yield Period(begin_s, to_s, window.from_s, window.to_s)
        year, month = (year, month + 1) if month < _MONTHS_A_YEAR else (year + 1, 1)


def _one_of(kind: str) -> str:
    if kind not in KINDS:
        raise _Refused("value_unknown", "kind", f"kind is {kind!r}; one of {', '.join(KINDS)}")
    return kind


def _day(column: str, cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError as error:
        raise _Refused("time_unreadable", column, f"{column} is {cell!r}; write 2026-01-31") from error
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise _Refused("time_out_of_range", column, f"{column} is {cell!r}; {FIRST_YEAR} to {LAST_YEAR - 1}")
    return day


def _end(cell: str) -> date | None:
    return _day("to", cell) if cell else None


def _money(column: str, cell: str) -> Decimal:
    value = amount(column, cell)
    if isinstance(value, Finding):
        raise _Refused("cost_unreadable", column, value.example)
    if value * _CENTS != int(value * _CENTS):
        raise _Refused("cost_unreadable", column, f"{column} is {cell!r}; at most two digits after the point")
    return value


def _months(kind: str, cell: str) -> int:
    if kind != HARDWARE:
        return 1
    if not (cell.isascii() and cell.isdigit() and len(cell) <= _MONTHS_DIGITS and 1 <= int(cell) <= MOST_MONTHS):
        raise _Refused("value_unknown", "months", f"months is {cell!r}; hardware needs 1 to {MOST_MONTHS}")
    return int(cell)


def _refuse_senseless(own: Own) -> None:
    if own.to_day is not None and own.to_day <= own.from_day:
        raise _Refused("period_reversed", "to", f"to is {own.to_day}, not after {own.from_day}; it is exclusive")
    if own.residual < 0 or own.residual > max(own.amount, Decimal(0)):
        raise _Refused("cost_unreadable", "residual", f"residual is {own.residual}, the amount {own.amount}")
