"""What an import tells: the whole of several files, as JSON and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from collectors.costs.defects import Defect, Finding, Tally
from collectors.costs.importing import Reading
from slo.windows import day_of
from store.costs import EXACT, NOTHING, LedgerLine, Posted, Total
from store.invoices import Reconciled
from store.rates import Rates

PLACES = Decimal("0.000001")
_FEN = 100


@dataclass(frozen=True, slots=True)
class Whole:
    """Several files together. ``cny``: effective cost in CNY, None as soon as a rate is missing; ``posted``: None on a
    dry run."""

    readings: tuple[Reading, ...]
    total: Total
    by_currency: dict[str, Total]
    defects: tuple[Defect, ...]
    invoices: tuple[Reconciled, ...]
    cny: Fraction | None
    posted: Posted | None

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(reading.rows for reading in self.readings)

    @property
    def left_out(self) -> int:
        """Rows that are in no sum."""
        return sum(reading.left_out for reading in self.readings)


def whole(readings: Sequence[Reading], invoices: Iterable[Reconciled], rates: Rates, zone: str, *, kept: bool) -> Whole:
    """Puts files together; ``zone``: whose days rates are looked up by."""
    lines = [each for reading in readings for each in reading.lines]
    by_currency: dict[str, Total] = {}
    for each in lines:
        by_currency[each.line.currency] = by_currency.get(each.line.currency, NOTHING).and_also(each.total)
    total, posted = NOTHING, Posted()
    for part in by_currency.values():
        total = total.and_also(part)
    for reading in readings:
        posted = posted.plus(reading.posted)
    tally = Tally()
    cny = _in_cny(lines, rates, zone, tally)
    _unsettled(posted, tally)
    found = list(invoices)
    defects = _together([*(each for reading in readings for each in reading.defects), *tally.defects()])
    currencies = dict(sorted(by_currency.items()))
    return Whole(tuple(readings), total, currencies, defects, tuple(found), cny, posted if kept else None)


def is_sound(result: Whole) -> bool:
    """Whether every row counts, no revision contradicts and every invoice agrees."""
    contradicted = result.posted is not None and result.posted.contradicted
    return not result.left_out and not contradicted and all(each.agrees for each in result.invoices)


def _in_cny(lines: Iterable[LedgerLine], rates: Rates, zone: str, tally: Tally) -> Fraction | None:
    """Effective cost at the rates of its days; what has no rate is a defect."""
    worth, known = Fraction(0), True
    for line, total in lines:
        day = day_of(line.from_s, zone)
        rate = rates.rate(line.currency, day)
        if rate is None:
            example = f"no rate of {line.currency or 'an unknown currency'} for {day} or the 31 days before"
            column = f"BillingCurrency={line.currency or 'unknown'}"  # each currency is named
            tally.add(Finding("rate_missing", column, example), 0, total.charges)
        known = known and rate is not None and not total.effective_unknown
        worth += Fraction(total.effective) * (rate or 0)
    return worth if known else None


def _unsettled(posted: Posted, tally: Tally) -> None:
    if posted.older:
        tally.add(Finding("revision_older", "", "the ledger has a later revision; it stays"), 0, posted.older)
    if posted.contradicted:
        example = "the ledger has other content under the same revision; it stays: raise the revision"
        tally.add(Finding("revision_contradicts", "", example), 0, posted.contradicted)


def _together(defects: Iterable[Defect]) -> tuple[Defect, ...]:
    """Of several files: the same kind of defect once, with the first file's example."""
    found: dict[tuple[str, str], Defect] = {}
    for each in defects:
        known = found.get((each.rule, each.column))
        rows = each.rows + (known.rows if known else 0)
        first = known or each
        left_out = first.left_out or each.left_out
        found[each.rule, each.column] = Defect(each.rule, each.column, rows, first.row, first.example, left_out)
    return tuple(found[key] for key in sorted(found))


def import_json(result: Whole) -> dict[str, object]:
    """The document that scripts rely on (fields may be added, not renamed). Sums have six places; ``exact`` has all."""
    total = result.total
    return {
        "rows": result.rows,
        "billed": shown(total.billed),
        "effective": shown(total.effective),
        "list": shown(total.list),
        "exact": {"billed": plain(total.billed), "effective": plain(total.effective), "list": plain(total.list)},
        "unknown": dict(zip(("billed", "effective", "list"), total[4:], strict=True)),
        "currency": {code or "unknown": part.charges for code, part in result.by_currency.items()},
        "by_currency": {code or "unknown": _sums(part) for code, part in result.by_currency.items()},
        "cny": {"effective": None if result.cny is None else _cny(result.cny)},
        "left_out": result.left_out,
        "defects": [
            {
                "rule": each.rule, "rows": each.rows, "example": each.example, "column": each.column, "row": each.row,
                "left_out": each.left_out,
            }
            for each in result.defects
        ],
        "invoices": [_invoice(each) for each in result.invoices],
        "commitments": [_commitment(reading) for reading in result.readings if reading.commitments],
        "restated": [
            {
                "currency": code, "billed_before": plain(was.billed), "billed": plain(now.billed),
                "difference": plain(EXACT.subtract(now.billed, was.billed)),
                "charges_before": was.charges, "charges": now.charges,
            }
            for code, was, now in _restated(result)
        ],
        "files": [{"file": str(each.path), "focus": each.version, "rows": each.rows} for each in result.readings],
        "ledger": None if result.posted is None else {
            "new": result.posted.new, "unchanged": result.posted.unchanged, "replaced": result.posted.replaced,
            "older": result.posted.older, "contradicted": result.posted.contradicted,
        },
    }  # fmt: skip


def _restated(result: Whole) -> list[tuple[str, Total, Total]]:
    """By currency, what months had before they were replaced whole, and what they have now."""
    before: dict[str, Total] = {}
    for each in (each for reading in result.readings for each in reading.before):
        before[each.line.currency] = before.get(each.line.currency, NOTHING).and_also(each.total)
    if not before:
        return []
    codes = sorted(before.keys() | result.by_currency.keys())
    return [(c or "unknown", before.get(c, NOTHING), result.by_currency.get(c, NOTHING)) for c in codes]


def _sums(total: Total) -> dict[str, str]:
    return {"billed": shown(total.billed), "effective": shown(total.effective), "list": shown(total.list)}


def _invoice(each: Reconciled) -> dict[str, object]:
    invoice = each.invoice
    return {
        "account": invoice.account, "period": invoice.period, "currency": invoice.currency,
        "total": plain(invoice.total), "billed": plain(each.billed), "difference": plain(each.difference),
        "charges": each.charges, "agrees": each.agrees,
    }  # fmt: skip


def _commitment(reading: Reading) -> dict[str, object]:
    return {
        "file": str(reading.path),
        "commitments": [
            {
                "id": each.id, "currency": each.currency or "unknown", "purchased": plain(each.purchased),
                "used": plain(each.used), "unused": plain(each.unused), "remainder": plain(each.remainder),
                "per_hour": None if each.per_hour is None else _hundredth(each.per_hour),
            }
            for each in reading.commitments
        ],
    }  # fmt: skip


def import_lines(result: Whole) -> list[str]:
    """The same for a terminal."""
    lines = [f"{each.path}: {each.rows:,} rows, {_format(each.version)}" for each in result.readings]
    for code, part in result.by_currency.items():
        sums = f"billed {shown(part.billed)}  effective {shown(part.effective)}  list {shown(part.list)}"
        lines.append(f"{code or 'unknown':<9} {part.charges:,} charges  {sums}")
    if result.cny is not None:
        lines.append(f"{'CNY':<9} effective {_cny(result.cny)}")
    for code, was, now in _restated(result):
        lines.append(
            f"restated  {code}: billed {shown(was.billed)} -> {shown(now.billed)}, difference "
            f"{shown(EXACT.subtract(now.billed, was.billed))}; {was.charges:,} -> {now.charges:,} charges"
        )
    for each in result.invoices:
        said = "agrees" if each.agrees else f"differs by {plain(each.difference)}"
        invoice = each.invoice
        place = f"{invoice.account} {invoice.period} {invoice.currency}"
        lines.append(f"invoice   {place}: {plain(invoice.total)}, billed {shown(each.billed)}: {said}")
    for defect in result.defects:
        where = f" (first in row {defect.row})" if defect.row else ""
        left_out = "; LEFT OUT" if defect.left_out else ""
        lines.append(f"defect    {defect.rule:<22} {defect.rows:>9,} rows  {defect.example}{where}{left_out}")
    return [*lines, _kept(result.posted)]


def _format(version: str) -> str:
    return {"own": "own costs", "opencost": "allocations of OpenCost"}.get(version) or f"FOCUS {version}"


def _kept(posted: Posted | None) -> str:
    if posted is None:
        return "ledger    nothing kept (--dry-run)"
    later = (
        f", {posted.older:,} older, {posted.contradicted:,} contradict" if posted.older + posted.contradicted else ""
    )
    return f"ledger    {posted.new:,} new, {posted.replaced:,} replaced, {posted.unchanged:,} unchanged{later}"


def shown(value: Decimal) -> str:
    """Money with at most six places, halves to the even one."""
    return plain(value.quantize(PLACES, rounding=ROUND_HALF_EVEN, context=EXACT))


def plain(value: Decimal) -> str:
    """Money with all of its places, without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cny(worth: Fraction) -> str:
    fen = round(worth * _FEN)
    return plain(Decimal(fen) / _FEN)


def _hundredth(value: Fraction) -> str:
    return shown(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
