"""Invoices, kept in the journal, and what the ledger has billed beside each: to the hundredth, by billing account,
billing period and currency."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal

from slo.windows import DAY_S
from store.costs import EXACT, LedgerLine, total_of
from store.journal import Change, Document, JournalReader

KIND = "cost_invoice"
MOST = 10_000
ROUNDING = Decimal("0.005")
"""Half of a hundredth: an invoice is rounded, its rows are not."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """The payable amount of one billing account and period (``2026-01``, UTC)."""

    account: str
    period: str
    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Reconciled:
    """An invoice beside what the ledger has billed; ``charges`` 0 means that nothing of it was imported."""

    invoice: Invoice
    billed: Decimal
    charges: int

    @property
    def difference(self) -> Decimal:
        """Billed less invoiced."""
        return EXACT.subtract(self.billed, self.invoice.total)

    @property
    def agrees(self) -> bool:
        """Whether rounding explains the difference."""
        return self.charges > 0 and abs(self.difference) <= ROUNDING


def bills(lines: Iterable[LedgerLine]) -> dict[tuple[str, str, str], list[LedgerLine]]:
    """Lines by billing account, period and currency."""
    found: dict[tuple[str, str, str], list[LedgerLine]] = {}
    for each in lines:
        # Half a day later it is the month's first day in every zone, whichever midnight a provider begins it at.
        at_s = each.line.billing_from_s + DAY_S // 2
        period = "" if each.line.billing_from_s < 0 else datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m")
        found.setdefault((each.line.account, period, each.line.currency), []).append(each)
    return found


def reconcile(invoices: Iterable[Invoice], lines: Iterable[LedgerLine]) -> list[Reconciled]:
    """Each invoice beside what is billed."""
    billed = bills(lines)
    found = []
    for invoice in invoices:
        total = total_of(billed.get((invoice.account, invoice.period, invoice.currency), ()))
        found.append(Reconciled(invoice, total.billed, total.charges))
    return found


def kept(invoices: Sequence[Invoice], journal: JournalReader, now_ms: int) -> Change:
    """What has to be written so that invoices are kept; a later one of the same account and period replaces."""
    documents = []
    for invoice in invoices:
        name = "|".join((invoice.account, invoice.period, invoice.currency))
        body = json.dumps({**asdict(invoice), "total": str(invoice.total)}, ensure_ascii=False)
        before = journal.document(KIND, name)
        if before is None or before.body != body:
            version = 0 if before is None else before.version
            documents.append(Document(KIND, name, version, now_ms, True, body))
    return Change(documents=tuple(documents))


def kept_invoices(journal: JournalReader) -> list[Invoice]:
    """Every invoice that is kept, by period and account."""
    found = [json.loads(each.body) for each in journal.documents(KIND, most=MOST)]
    invoices = [Invoice(**{**each, "total": Decimal(each["total"])}) for each in found]
    return sorted(invoices, key=lambda each: (each.period, each.account, each.currency))
