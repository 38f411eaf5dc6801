"""The bank's own allocation as a FOCUS 1.4 Cost and Usage dataset: one row for each share of a month's ledger.

The bank is who bills and the products are who pays: sub accounts. What no product bears is a row without one. Amounts
are CNY to the fen; the rows of a month add up to its ledger, effective and billed alike.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from io import StringIO

from reports.costs.errors import NotExported
from reports.costs.ledger import Entry
from reports.costs.material import Figures
from reports.costs.policy import CostPolicy
from slo.allocation import NOBODY, Driver, Share
from slo.allocation import Part as Kind
from slo.catalog import Catalog
from slo.formatting import truncated
from slo.money import FEN_PER_CNY, split

VERSIONS = ("1.4",)
ACCOUNT = "lending-control-center"
COLUMNS = (
    "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags",
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "ContractedCost", "EffectiveCost", "HostProviderName", "InvoiceIssuerName", "ListCost", "PricingQuantity",
    "PricingUnit", "RegionId", "RegionName", "ResourceId", "ResourceName", "ServiceCategory", "ServiceName",
    "ServiceProviderName", "ServiceSubcategory", "SubAccountId", "SubAccountName", "Tags", "x_AllocationPart",
    "x_AllocationReason", "x_ChargeId", "x_CostCategory",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Books:
    catalog: Catalog
    policy: CostPolicy
    figures: Figures
    drivers: Mapping[tuple[str, str], Driver]
    used: Mapping[tuple[str, str], Fraction]


def focus_csv(months: Iterable[Figures], catalog: Catalog, policy: CostPolicy) -> bytes:
    """The dataset. Raises NotExported when a month's ledger is not known, or nothing is there."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    rows = 0
    for figures in months:
        _refuse_unknown(figures)
        for row in _rows(figures, catalog, policy):
            writer.writerow(row)
            rows += 1
    if not rows:
        raise NotExported("costs export: these months hold no costs; nothing was written")
    return text.getvalue().encode()


def _refuse_unknown(figures: Figures) -> None:
    problems = (*figures.ledger.problems, *figures.ledger.billed_problems)
    if problems:
        raise NotExported(f"costs export: {figures.month.key} is not known: {problems[0].text}; import what is missing")


def _rows(figures: Figures, catalog: Catalog, policy: CostPolicy) -> Iterator[dict[str, str]]:
    drivers = {(each.name, each.data_center): each for each in figures.counted.drivers}
    used = {key: Fraction(sum((each.used or {}).values())) for key, each in drivers.items()}
    books = _Books(catalog, policy, figures, drivers, used)
    by_line: dict[str, list[Share]] = {}
    for share in figures.shares:
        by_line.setdefault(share.line, []).append(share)
    entries = {each.line.name: each for each in figures.ledger.entries}
    number = 0
    for name, entry in entries.items():
        shares = by_line.get(name) or _nobodys(entry)
        for share, billed_fen in zip(shares, _billed(entry.billed_fen, shares), strict=True):
            number += 1
            yield _row(books, share, billed_fen, f"{figures.month.key}-{number:06d}", entry.service or entry.provider)


def _nobodys(entry: Entry) -> list[Share]:
    """Of a line that is billed now and costs nothing yet (hardware that goes into service), no product bears a fen."""
    line = entry.line
    if not entry.billed_fen:
        return []
    return [Share(line.name, line.category, line.data_center, NOBODY, Kind.UNALLOCATED, line.driver, 0)]


def _billed(fen: int, shares: list[Share]) -> list[int]:
    """What was billed of a line, divided as its effective cost was; all to the first when that says nothing."""
    weights = {at: abs(share.fen) for at, share in enumerate(shares)}
    if not any(weights.values()):
        return [fen if at == 0 else 0 for at in range(len(shares))]
    found = split(fen, weights)
    return [found[at] for at in range(len(shares))]


def _row(books: _Books, share: Share, billed_fen: int, charge_id: str, service: str) -> dict[str, str]:
    category = books.policy.category(share.category)
    product, center = _names(books.catalog, share.product), _names(books.catalog, share.data_center)
    begin, end = (_instant(at_s) for at_s in (books.figures.month.window.from_s, books.figures.month.window.to_s))
    cost, billed = _cny(share.fen), _cny(billed_fen)
    allocated = share.part in (Kind.SHARED, Kind.IDLE) and bool(share.product)
    name = category.names.get("en", share.category)
    return {
        **dict.fromkeys(COLUMNS, ""),
        "AllocatedMethodDetails": _details(books, share) if allocated else "",
        "AllocatedMethodId": f"{share.driver}-{books.policy.version}" if allocated else "",
        "AllocatedResourceId": share.product if allocated else "",
        "AllocatedResourceName": product if allocated else "",
        "BilledCost": billed, "EffectiveCost": cost, "ContractedCost": cost, "ListCost": cost,
        "BillingAccountId": ACCOUNT, "BillingAccountName": "IT costs of the bank", "BillingCurrency": "CNY",
        "BillingPeriodStart": begin, "BillingPeriodEnd": end, "ChargePeriodStart": begin, "ChargePeriodEnd": end,
        "ChargeCategory": "Usage" if share.fen >= 0 else "Adjustment", "ChargeFrequency": "Recurring",
        "ChargeDescription": f"{name}, {share.part.value}" + (f", by {share.driver}" if share.driver else ""),
        "HostProviderName": "", "InvoiceIssuerName": "IT", "ServiceProviderName": "IT",
        "RegionId": share.data_center, "RegionName": center,
        "ResourceId": f"{share.category}/{share.line}"[:1000], "ResourceName": service or name,
        "ServiceCategory": category.focus, "ServiceName": name, "ServiceSubcategory": f"Other ({category.focus})",
        "SubAccountId": share.product, "SubAccountName": product,
        "Tags": json.dumps({"category": share.category}), "x_AllocationPart": share.part.value,
        "x_AllocationReason": share.reason.value, "x_ChargeId": charge_id, "x_CostCategory": share.category,
    }  # fmt: skip


def _details(books: _Books, share: Share) -> str:
    """Which part of the driver's use the product had."""
    place = (share.driver, share.data_center)
    place = place if place in books.drivers else (share.driver, "")
    driver, total = books.drivers[place], books.used[place]
    own = Fraction((driver.used or {}).get(share.product, 0))
    ratio = truncated(own / total, 9) if total else "0"
    # Written as text: JSON knows numbers of any length, and a float would not hold them.
    return (
        f'{{"Elements":[{{"AllocatedRatio":{ratio},"UsageUnit":{json.dumps(driver.unit)},'
        f'"UsageQuantity":{truncated(own, 9)}}}]}}'
    )


def _names(catalog: Catalog, name: str) -> str:
    known = {**{each.id: each.names for each in catalog.products}, **{d.id: d.names for d in catalog.data_centers}}
    return known.get(name, {}).get("en", name)


def _cny(fen: int) -> str:
    return truncated(Fraction(fen, FEN_PER_CNY), 2)


def _instant(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
