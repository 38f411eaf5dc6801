"""What rows of a bill share, read once for all of them: their periods, and who was charged for what by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from collectors.costs.charge import About, Period
from collectors.costs.defects import Finding, Tally
from collectors.costs.focus.cells import currency, instant, is_null, tags, text, word

MOST_KEPT = 50_000
"""Distinct values that are remembered; a file with more is read as well, only slower."""
T = TypeVar("T")
Key = tuple[str, ...]

PERIOD_COLUMNS = ("ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd")
ABOUT_COLUMNS = (
    "ServiceProviderName", "ProviderName", "BillingAccountId", "SubAccountId", "BillingCurrency", "ChargeCategory",
    "ChargeClass", "ChargeFrequency", "PricingCategory", "CommitmentDiscountStatus", "ServiceCategory", "ServiceName",
    "Tags",
)  # fmt: skip
PRODUCT_TAGS = ("product", "x_product")
DATA_CENTER_TAGS = ("data_center", "data-center", "datacenter")
UNUSED = "unused"


@dataclass(slots=True)
class Entry(Generic[T]):
    """A value that rows share, what is odd about it, and how many rows had it, the first of which was ``row``."""

    value: T
    findings: tuple[Finding, ...]
    row: int
    rows: int = 0


@dataclass(slots=True)
class Shared(Generic[T]):
    """Values by the cells that they were read from."""

    read: Callable[[Key], tuple[T, list[Finding]]]
    tally: Tally
    entries: dict[Key, Entry[T]] = field(default_factory=dict)

    def entry(self, cells: Key, row: int) -> Entry[T]:
        """What these cells say."""
        if len(self.entries) >= MOST_KEPT:
            self.count()
        value, findings = self.read(cells)
        entry = self.entries[cells] = Entry(value, tuple(findings), row)
        return entry

    def count(self) -> None:
        """Counts the findings of all rows so far, and forgets."""
        for entry in self.entries.values():
            for finding in entry.findings:
                self.tally.add(finding, entry.row, entry.rows)
        self.entries.clear()


def read_period(cells: Key) -> tuple[Period | None, list[Finding]]:
    """Periods of a row; None when nothing says when it was. A begin that cannot be read gives way to the billing
    period's, an end that cannot be read is unknown; both are findings."""
    found = [instant(column, cell) for column, cell in zip(PERIOD_COLUMNS, cells, strict=True)]
    (begin, _), (end, _), (billing_from, _), (billing_to, _) = found
    findings = [each for _, said in found for each in said]
    # One finding a row, however many of its times lack their zone.
    zoneless = [each for each in findings if each.rule == "time_without_zone"]
    findings = [each for each in findings if each.rule != "time_without_zone"] + zoneless[:1]
    from_s = begin if begin is not None else billing_from
    if from_s is None:
        return None, [*findings, Finding("period_unknown", "", "neither charge period nor billing period", True)]
    to_s = from_s if end is None or begin is None else end
    if end is not None and begin is not None and end <= begin:
        findings.append(Finding("period_reversed", "", f"{cells[0]} to {cells[1]}"))
        to_s = from_s
    if billing_from is not None and billing_to is not None and billing_to <= billing_from:
        findings.append(Finding("period_reversed", "BillingPeriodEnd", f"{cells[2]} to {cells[3]}"))
    elif begin is not None and _outside(begin, billing_from, billing_to):
        findings.append(Finding("outside_billing_period", "", f"{cells[0]} is not in {cells[2]} to {cells[3]}"))
    return Period(from_s, to_s, billing_from, billing_to), findings


def _outside(begin: int, billing_from: int | None, billing_to: int | None) -> bool:
    return (billing_from is not None and begin < billing_from) or (billing_to is not None and begin >= billing_to)


def read_about(cells: Key) -> tuple[About, list[Finding]]:
    """Who charged whom for what; values that are not FOCUS's are findings."""
    said = dict(zip(ABOUT_COLUMNS, cells, strict=True))
    kind, findings = word("ChargeCategory", said["ChargeCategory"], nullable=False)
    class_, odd = word("ChargeClass", said["ChargeClass"], nullable=True)
    findings += odd
    for column in ("ChargeFrequency", "PricingCategory", "CommitmentDiscountStatus"):
        findings += word(column, said[column], nullable=True)[1]
    code, odd = currency(said["BillingCurrency"])
    labels, bad = tags(said["Tags"])
    provider = text(said["ServiceProviderName"]) or text(said["ProviderName"])
    for column, value in (
        ("ServiceProviderName", provider),
        ("BillingAccountId", said["BillingAccountId"]),
        ("ServiceCategory", said["ServiceCategory"]),
        ("ServiceName", said["ServiceName"]),
    ):
        if is_null(value):
            findings.append(Finding("value_missing", column, f"{column} is {value or 'empty'}"))
    about = About(
        provider, text(said["BillingAccountId"]), text(said["SubAccountId"]), code, kind.lower(),
        class_ == "Correction", text(said["ServiceCategory"]), text(said["ServiceName"]),
        tagged(labels, PRODUCT_TAGS), tagged(labels, DATA_CENTER_TAGS),
        said["CommitmentDiscountStatus"].strip().casefold() == UNUSED,
    )  # fmt: skip
    return about, [*findings, *odd, *bad]


def tagged(labels: Mapping[str, str], keys: tuple[str, ...]) -> str:
    """What the first of these labels says; empty without any."""
    return next((labels[key] for key in keys if key in labels), "")
