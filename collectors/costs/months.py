"""Which accounts' which months a file is a bill of, so that it can replace what the ledger has of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from collectors.costs.errors import NotRestatable
from collectors.costs.own import PROVIDER as OWN
from slo.windows import DAY_S, month_window
from store.costs import Bill, LedgerLine

_HALF_DAY_S = DAY_S // 2
"""Providers begin a month at some midnight of the world; half a day later it has begun everywhere."""


def bills_of(path: Path, lines: Sequence[LedgerLine], left_out: int) -> list[Bill]:
    """Every account and month of a file. Raises NotRestatable when the file cannot stand for them whole."""
    if left_out:
        raise NotRestatable(path, f"{left_out:,} rows cannot be read, so that it is not the whole month; mend them")
    if any(each.line.provider == OWN for each in lines):
        raise NotRestatable(path, "own costs have ids; raise the revision of what changed instead")
    if any(each.line.billing_from_s < 0 for each in lines):
        raise NotRestatable(path, "some charges name no billing period, so that nothing says which month they restate")
    return sorted({_bill(each) for each in lines})


def _bill(each: LedgerLine) -> Bill:
    at = datetime.fromtimestamp(each.line.billing_from_s + _HALF_DAY_S, UTC)
    month = month_window(at.year, at.month, "UTC")
    return Bill(each.line.provider, each.line.account, month.from_s - _HALF_DAY_S, month.to_s - _HALF_DAY_S)
