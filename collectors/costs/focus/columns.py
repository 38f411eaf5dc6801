"""Columns of FOCUS 1.0 to 1.4 and what a header says about its version.

Source: the specification's column library (focus.finops.org/focus-specification) and its changelog; 1.3 renamed
ProviderName and PublisherName, 1.4 removed the old names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collectors.costs.defects import Finding

_ADDED = {
    "1.0": (
        "AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd "
        "BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd "
        "ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName "
        "CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost "
        "ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity "
        "PricingUnit RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId "
        "SkuPriceId SubAccountId SubAccountName Tags"
    ),
    "1.1": (
        "CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit "
        "ServiceSubcategory SkuMeter SkuPriceDetails"
    ),
    "1.2": (
        "BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice "
        "PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType"
    ),
    "1.3": (
        "AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags "
        "ContractApplied HostProviderName ServiceProviderName"
    ),
    "1.4": "CommitmentProgramEligibilityDetails InvoiceDetailId",
}
VERSION_OF = {name: version for version, names in _ADDED.items() for name in names.split()}
"""Column -> the version that brought it."""

PROVIDER, HOST = "ServiceProviderName", "HostProviderName"
OLD_NAMES = {"ProviderName": PROVIDER, "PublisherName": HOST}
"""Names before 1.3; 1.3 still takes them, 1.4 does not."""
PREVIEW_NAMES = {
    "Provider": PROVIDER,
    "Publisher": HOST,
    "InvoiceIssuer": "InvoiceIssuerName",
    "ChargeType": "ChargeCategory",
    "Region": "RegionName",
    "UsageQuantity": "ConsumedQuantity",
    "UsageUnit": "ConsumedUnit",
}
"""Names of the previews before 1.0, which some exports still carry."""

MANDATORY = (
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity"),
    *("PricingUnit", "ServiceCategory", "ServiceName", PROVIDER, HOST),
)
COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
CUSTOM = ("x_", "x-", "oci_")
"""Prefixes of a provider's own columns; FOCUS has x_, Oracle writes oci_ by its own documentation."""

_ID_NAMES = {"chargeid", "chargekey", "chargeuid", "lineitemid"}
_REVISION_NAMES = {"revision", "chargerevision", "chargeversion", "rowrevision"}


@dataclass(frozen=True, slots=True)
class Header:
    """What a header means. ``names``: FOCUS name (or its own) of each column in order; ``id_column`` and
    ``revision_column``: where charges are numbered, empty when nowhere."""

    names: tuple[str, ...]
    version: str
    id_column: str
    revision_column: str
    findings: tuple[Finding, ...]

    def place(self, name: str) -> int:
        """Position of a column; -1 when there is none."""
        return self.names.index(name) if name in self.names else -1


def read_header(cells: Sequence[str], id_column: str = "", revision_column: str = "") -> Header:
    """Names of columns as 1.4 has them, and what is odd about them."""
    given = [cell.strip() for cell in cells]
    known = {name.casefold(): name for name in VERSION_OF}
    names, findings = [], []
    for cell in given:
        name, finding = _meant(cell, known, given)
        names.append(name)
        findings += [finding] if finding else []
    version = _version(given)
    findings += _missing(names)
    if version == "1.4":
        findings += [
            Finding("column_renamed", old, f"{old} is {new} since 1.3 and gone in 1.4")
            for old, new in OLD_NAMES.items()
            if old in given
        ]
    revision = revision_column or _first(given, _REVISION_NAMES)
    id_ = id_column or _first(given, _ID_NAMES | ({"id"} if revision else set()))
    return Header(tuple(names), version, id_, revision, tuple(findings))


def _meant(cell: str, known: dict[str, str], given: Sequence[str]) -> tuple[str, Finding | None]:
    if cell in VERSION_OF:
        return cell, None
    if cell in OLD_NAMES:
        return (cell if OLD_NAMES[cell] in given else OLD_NAMES[cell]), None
    if cell in PREVIEW_NAMES:
        new = PREVIEW_NAMES[cell]
        taken = new in given or any(old in given for old, of in OLD_NAMES.items() if of == new)
        return (cell if taken else new), Finding("column_renamed", cell, f"{cell} is {new} since 1.0")
    if known.get(cell.casefold(), cell) not in (cell, *given):
        meant = known[cell.casefold()]
        return meant, Finding("column_spelling", cell, f"{cell} is spelt {meant}")
    if cell.startswith(CUSTOM):
        return cell, None
    return cell, Finding("column_unknown", cell, f"{cell or '(empty)'}: a custom column begins with x_")


def _missing(names: Sequence[str]) -> list[Finding]:
    absent = [name for name in MANDATORY if name not in names]
    return [Finding("column_missing", name, f"{name} is mandatory") for name in absent]


def _version(given: Sequence[str]) -> str:
    """The newest version any of whose columns is there; only 1.4 has the new name of the provider without the old."""
    newest = max((VERSION_OF[name] for name in given if name in VERSION_OF), default="1.0")
    return "1.4" if PROVIDER in given and "ProviderName" not in given else newest


def _first(given: Sequence[str], wanted: set[str]) -> str:
    for cell in given:
        if cell.casefold().removeprefix("x_").replace("_", "") in wanted:
            return cell
    return ""
