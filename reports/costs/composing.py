"""Composes the cost report from its material."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from reports.availability.model import PeriodText
from reports.costs import figuring
from reports.costs.figuring import cny, reasons_of
from reports.costs.material import Figures, Material
from reports.costs.model import (
    DEFINITION_VERSION,
    KIND,
    SCHEMA,
    Assumption,
    CostReport,
    InvoiceText,
    LeftOutText,
    MonthFigures,
    NotBorne,
    Part,
    Parts,
    PeerText,
    Rows,
    sealed,
)
from reports.costs.policy import OTHER
from slo.allocation import NOBODY, Share, summed, totals
from slo.allocation import Part as Kind
from slo.allocation import Parts as Summed
from slo.formatting import percent, truncated
from slo.unit_cost import DAYS_A_YEAR, Basis, per_unit
from store.invoices import reconcile

THOUSAND = 1000
NO_NAMES: Mapping[str, str] = {}


def compose(material: Material) -> CostReport:
    """Everything that is printed, and what it can be recomputed from."""
    month, policy = material.month, material.policy
    headline = figuring.year_figure(material, Basis.EFFECTIVE)
    before = figuring.compared_with(material)
    names = figuring.names_of(material)
    moved = None if before is None else figuring.between(before, month, names)
    unusual, judged = figuring.unusual(material)
    per_loan = figuring.unit_figure(material, month.counted.loans, "loans", 1, "loans_not_counted")
    return sealed(
        CostReport(
            kind=KIND,
            schema=SCHEMA,
            definition_version=DEFINITION_VERSION,
            catalog_version=material.catalog.version,
            policy_version=policy.version,
            code_version=material.code_version,
            made_at=_utc(material.now_s),
            demo=material.demo,
            simulated=material.simulated,
            period=_period(material),
            headline=headline,
            goal=figuring.goal(policy, headline),
            cash=figuring.year_figure(material, Basis.BILLED),
            run_rate=figuring.run_rate_figure(material),
            per_1000_transactions=figuring.unit_figure(
                material, month.counted.transactions, "1000_transactions", THOUSAND, "transactions_not_on_every_day"
            ),
            per_loan=per_loan,
            marginal=figuring.marginal_figure(material),
            ledger=month_figures(month),
            allocation=_parts(totals(month.shares)),
            methods=tuple(sorted(_methods(month))),
            not_borne=tuple(_not_borne(month.shares)),
            categories=_categories(material),
            products=_products(material, names),
            data_centers=_data_centers(material, names),
            left_out=tuple(_left_out(material)),
            trend=tuple(month_figures(each) for each in material.months),
            bridge=moved,
            bridge_reason="" if moved else "; ".join(reasons_of(material.months[-2:])) or "no_month_before",
            unusual=tuple(unusual),
            lines_judged=judged,
            invoices=tuple(_invoices(material)),
            peers=tuple(PeerText(p.names, p.cny, p.accounts.value, p.source) for p in policy.peers),
            assumptions=tuple(_assumptions(material)),
            rows=_rows(material),
        )
    )


def month_figures(figures: Figures) -> MonthFigures:
    """One month of the trend."""
    known, days = figures.period, len(figures.month.days)
    total = figures.account_days
    return MonthFigures(
        month=figures.month.key,
        closed=figures.month.closed,
        days=days,
        fen=figures.ledger.fen,
        billed_fen=figures.ledger.billed_fen,
        known_fen=figures.ledger.known_fen,
        accounts=None if total is None else total // days,
        account_days=total,
        cny_per_account_year=None if known is None else cny(known.per_account_and_year_cny),
        reasons=reasons_of([figures]),
    )


def _utc(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%S}Z"


def _period(material: Material) -> PeriodText:
    period, month = material.period, material.month.month
    window = period.window
    return PeriodText(
        period.kind,
        period.key,
        _utc(window.from_s),
        _utc(window.to_s),
        _utc(month.until_s),
        period.zone,
        not month.closed,
    )


def _parts(parts: Summed) -> Parts:
    return Parts(parts.direct, parts.shared, parts.idle, parts.unallocated, parts.total)


def _methods(figures: Figures) -> set[str]:
    used = {share.driver for share in figures.shares if share.driver}
    return {driver.method for driver in figures.counted.drivers if driver.name in used}


def _not_borne(shares: Iterable[Share]) -> Iterator[NotBorne]:
    """What no product bears, by category and reason."""
    nobodys = (share for share in shares if share.product == NOBODY)
    kept = summed(nobodys, lambda share: (share.category, share.reason.value or Kind.IDLE.value, share.driver))
    for (category, reason, driver), parts in kept.items():
        if parts.total:
            yield NotBorne(category, reason, driver, parts.total)


def _of(material: Material, key: Callable[[Share], str]) -> Iterator[tuple[str, Summed, int | None]]:
    """Parts of the month by category, product or data center, and what each cost the month before."""
    earlier = material.months[-2] if len(material.months) > 1 else None
    known = earlier is not None and earlier.ledger.fen is not None
    before = summed(earlier.shares, key) if earlier is not None and known else {}
    for name, parts in summed(material.month.shares, key).items():
        was = before.get(name)
        yield name, parts, (0 if was is None else was.total) if known else None


def _per_account(material: Material, fen: int, accounts: int | None) -> str | None:
    """CNY per account, drawn out to a year; ``accounts``: a sum of daily ones."""
    days = len(material.month.month.days)
    if not accounts or material.month.ledger.fen is None:
        return None
    return cny(per_unit(Fraction(fen * DAYS_A_YEAR, days), Fraction(accounts, days)))


def _share(material: Material, fen: int) -> str | None:
    total = material.month.ledger.known_fen
    return percent(Fraction(fen, total), 2) if total > 0 and 0 <= fen <= total else None


def _part(material: Material, name: str, names: Mapping[str, str], parts: Summed, before: int | None) -> Part:
    everybody = material.month.account_days
    days = len(material.month.month.days)
    return Part(
        id=name,
        names=names,
        parts=_parts(parts),
        share=_share(material, parts.total),
        before_fen=before,
        accounts=None if everybody is None else everybody // days,
        cny_per_account_year=_per_account(material, parts.total, everybody),
    )


def _categories(material: Material) -> tuple[Part, ...]:
    origins = {each.line.category: each.origin.value for each in material.month.ledger.entries}
    order = [each.id for each in material.policy.categories]
    found = []
    for name, parts, before in _of(material, lambda share: share.category):
        made = _part(material, name, material.policy.category(name).names, parts, before)
        found.append(_with(made, origin=origins.get(name, "")))
    return tuple(sorted(found, key=lambda each: (_place(order, each.id), each.id)))


def _products(material: Material, names: Mapping[str, Mapping[str, str]]) -> tuple[Part, ...]:
    """With accounts of their own; the last row is what no product bears."""
    order = [each.id for each in material.catalog.products]
    accounts, transactions = material.month.counted.accounts, material.month.counted.transactions
    days, found = len(material.month.month.days), []
    for name, parts, before in _of(material, lambda share: share.product):
        own = None if accounts is None or not name else accounts.get(name, 0)
        made = _part(material, name, names.get(name, NO_NAMES), parts, before)
        count = None if transactions is None else transactions.get(name, 0)
        per_1000 = None if not count or material.month.ledger.fen is None else per_unit(parts.total, count, THOUSAND)
        made = _with(
            made,
            accounts=None if own is None else own // days,
            cny_per_account_year=_per_account(material, parts.total, own),
            year_cny_per_account=_year_of(material, name),
            cny_per_1000_transactions=cny(per_1000),
        )
        found.append(made)
    return tuple(sorted(found, key=lambda each: (_place(order, each.id), each.id)))


def _with(part: Part, **changes: Any) -> Part:
    return replace(part, **changes)


def _year_of(material: Material, product: str) -> str | None:
    """A product's cost per account of the last twelve closed months."""
    months = material.year
    if not product or len(months) < figuring.MONTHS or any(each.period is None for each in months):
        return None
    fen = sum(each.fen_by_product.get(product, 0) for each in months)
    accounts = sum((each.counted.accounts or {}).get(product, 0) for each in months)
    days = sum(len(each.month.days) for each in months)
    return cny(per_unit(fen, Fraction(accounts, days)))


def _data_centers(material: Material, names: Mapping[str, Mapping[str, str]]) -> tuple[Part, ...]:
    order = [each.id for each in material.catalog.data_centers]
    found = [
        _part(material, name, names.get(name, NO_NAMES), parts, before)
        for name, parts, before in _of(material, lambda share: share.data_center)
    ]
    return tuple(sorted(found, key=lambda each: (_place(order, each.id), each.id)))


def _place(order: list[str], name: str) -> int:
    """Known ones in their order, others behind, nobody's last."""
    if name in order:
        return order.index(name)
    return len(order) + (name in (NOBODY, OTHER))


def _left_out(material: Material) -> Iterator[LeftOutText]:
    for each in material.months:
        for left in each.ledger.left_out:
            yield LeftOutText(each.month.key, left.category, left.counted.value, left.fen)


def _invoices(material: Material) -> Iterator[InvoiceText]:
    for each in reconcile(material.invoices, material.lines):
        invoice = each.invoice
        yield InvoiceText(
            invoice.account,
            invoice.period,
            invoice.currency,
            f"{invoice.total:f}",
            f"{each.billed:f}",
            f"{each.difference:f}",
            each.charges,
            each.agrees,
        )


def _assumptions(material: Material) -> Iterator[Assumption]:
    for name in sorted({each.line.category for each in material.month.ledger.entries}):
        moves = material.policy.category(name).behavior
        yield Assumption(name, truncated(moves.with_accounts, 2), moves.per_data_center, moves.servers)


_COLUMNS = (
    "record",
    "month",
    "origin",
    "category",
    "provider",
    "service",
    "product",
    "data_center",
    "part",
    "driver",
    "reason",
    "fen",
    "count",
)


def _rows(material: Material) -> Rows:
    rows = [row for each in material.months for row in _rows_of(each, shares=each is material.month)]
    return Rows(_COLUMNS, tuple(rows))


def _rows_of(figures: Figures, *, shares: bool) -> Iterator[tuple[int | str | None, ...]]:
    """Of the report's own month every share; of each month the cost and counts of every product."""
    key = figures.month.key
    if shares:
        entries = {each.line.name: each for each in figures.ledger.entries}
        for each in figures.shares:
            entry = entries[each.line]
            yield (
                "share", key, entry.origin.value, each.category, entry.provider, entry.service, each.product,
                each.data_center, each.part.value, each.driver, each.reason.value, each.fen, None,
            )  # fmt: skip
        for entry in figures.ledger.entries:
            line = entry.line
            yield (
                "billed", key, entry.origin.value, line.category, entry.provider, entry.service, line.product,
                line.data_center, "", line.driver, "", entry.billed_fen, None,
            )  # fmt: skip
    for product, fen in figures.fen_by_product.items():
        yield ("cost", key, "", "", "", "", product, "", "", "", "", fen, None)
    for record, counts in (
        ("account_days", figures.counted.accounts),
        ("transactions", figures.counted.transactions),
        ("loans", figures.counted.loans),
    ):
        for product, count in sorted((counts or {}).items()):
            yield (record, key, "", "", "", "", product, "", "", "", "", None, count)
    yield ("days", key, "", "", "", "", "", "", "", "", "", None, len(figures.month.days))
