"""Single cells: amounts, times, words and tags; what cannot be read is a finding, never a guess."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from collectors.costs.defects import Finding

NULLS = frozenset({"", "null", "\\n"})
"""Spellings of "nothing", folded; only the empty cell is FOCUS's own."""
MOST_DIGITS = 20
"""Digits before the point: more than any bank's yearly cost in any currency."""
MOST_PLACES = 30
FIRST_YEAR, LAST_YEAR = 2000, 2100
_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,30})?").fullmatch
"""What nearly every amount looks like, and needs no further look."""
_MOST_PLAIN = 10_000
_UTC = " UTC"
"""As BigQuery and others write Z."""

ALLOWED = {
    "ChargeCategory": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "ChargeClass": ("Correction",),
    "ChargeFrequency": ("One-Time", "Recurring", "Usage-Based"),
    "PricingCategory": ("Standard", "Dynamic", "Committed", "Other"),
    "CommitmentDiscountStatus": ("Used", "Unused"),
}
_SPELT = {column: {word.casefold(): word for word in words} for column, words in ALLOWED.items()}


def is_null(cell: str) -> bool:
    """Whether a cell says nothing."""
    return cell == "" or cell.strip().casefold() in NULLS


def text(cell: str) -> str:
    """A word, empty for nothing."""
    return "" if is_null(cell) else cell.strip()


class PlainAmounts(dict[str, Decimal]):
    """Text to amount, for text that needs no further look: KeyError for any other. Rows repeat their own amounts
    (billed, effective and contracted cost are mostly the same), so that half of them are known already."""

    def __missing__(self, cell: str) -> Decimal:
        """Reads an amount, and remembers it for a while."""
        if not _PLAIN(cell):
            raise KeyError(cell)
        if len(self) >= _MOST_PLAIN:
            self.clear()
        value = self[cell] = Decimal(cell)
        return value


def amount(column: str, cell: str) -> Decimal | Finding:
    """Money as it is written, exact; a finding for what is no number or no sensible one."""
    if _PLAIN(cell):
        return Decimal(cell)
    try:
        value = Decimal(cell)
    except InvalidOperation:
        if is_null(cell):
            return Finding("cost_missing", column, f"{column} is {cell or 'empty'}")
        return Finding("cost_unreadable", column, f"{column} is {cell!r}, no number", left_out=True)
    if not value.is_finite() or "_" in cell:
        return Finding("cost_unreadable", column, f"{column} is {cell!r}, no number", left_out=True)
    if (value and not -MOST_PLACES <= value.adjusted() < MOST_DIGITS) or _places(value) > MOST_PLACES:
        return Finding("cost_unreadable", column, f"{column} is {cell!r}, beyond any cost", left_out=True)
    return value if value else Decimal(0)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def instant(column: str, cell: str) -> tuple[int | None, list[Finding]]:
    """Epoch seconds of a time. One without a zone is UTC, as FOCUS demands of all of them, and a finding."""
    if is_null(cell):
        return None, [Finding("time_missing", column, f"{column} is {cell or 'empty'}")]
    said = cell.strip()
    odd = [Finding("value_spelling", column, f"{column} is {cell!r}; write Z")] if said.endswith(_UTC) else []
    try:
        at = datetime.fromisoformat(f"{said.removesuffix(_UTC)}Z" if odd else said)
    except ValueError:
        return None, [Finding("time_unreadable", column, f"{column} is {cell!r}; write 2026-01-31T00:00:00Z")]
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        return None, [Finding("time_out_of_range", column, f"{column} is {cell!r}; {FIRST_YEAR} to {LAST_YEAR - 1}")]
    if at.tzinfo is None:
        finding = Finding("time_without_zone", "", f"{column} is {cell!r}; read as UTC")
        return int(at.replace(tzinfo=UTC).timestamp()), [finding]
    return int(at.timestamp()), odd


def word(column: str, cell: str, *, nullable: bool) -> tuple[str, list[Finding]]:
    """One of the allowed words of a column; a word that is only spelt differently is understood, and a finding."""
    if is_null(cell):
        return "", [] if nullable else [Finding("value_missing", column, f"{column} is {cell or 'empty'}")]
    if cell in ALLOWED[column]:
        return cell, []
    meant = _SPELT[column].get(cell.strip().casefold())
    if meant is not None:
        return meant, [Finding("value_spelling", column, f"{column} is {cell!r}, spelt {meant!r}")]
    return cell.strip(), [Finding("value_unknown", column, f"{column} is {cell!r}; {', '.join(ALLOWED[column])}")]


def currency(cell: str) -> tuple[str, list[Finding]]:
    """Three capital letters, else empty."""
    code = text(cell)
    if code == "":
        return "", [Finding("value_missing", "BillingCurrency", f"BillingCurrency is {cell or 'empty'}")]
    if len(code) == len("CNY") and code.isascii() and code.isalpha():
        spelt = (
            [] if code.isupper() else [Finding("value_spelling", "BillingCurrency", f"{code!r} is {code.upper()!r}")]
        )
        return code.upper(), spelt
    return "", [Finding("value_unknown", "BillingCurrency", f"BillingCurrency is {cell!r}; three letters, such as CNY")]


def tags(cell: str) -> tuple[dict[str, str], list[Finding]]:
    """Tags by folded key; a value that is no text is written as JSON, a null says nothing."""
    if is_null(cell):
        return {}, []
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return {}, [Finding("tags_unreadable", "Tags", f"Tags is {cell!r}, no JSON")]
    if not isinstance(found, dict):
        return {}, [Finding("tags_unreadable", "Tags", f"Tags is {cell!r}, no JSON object")]
    said = {key.strip().casefold(): _tag(value) for key, value in found.items() if value is not None}
    if not all(map(can_be_kept, said.values())):
        return {}, [Finding("tags_unreadable", "Tags", f"Tags is {cell!r}: letters that no text has")]
    return said, []


def _tag(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def can_be_kept(said: str) -> bool:
    """Whether a store takes it: JSON can spell halves of letters and NUL, which no text has."""
    return "\0" not in said and not any("\ud800" <= letter <= "\udfff" for letter in said)


def revision(cell: str) -> int | Finding:
    """A whole number, or a time; later is higher."""
    said = cell.strip()
    if said.isascii() and said.isdigit() and len(said) < MOST_DIGITS - 1:
        return int(said)
    at, _ = instant("revision", said)
    return at if at is not None else Finding("revision_unreadable", "revision", f"revision is {cell!r}", left_out=True)
