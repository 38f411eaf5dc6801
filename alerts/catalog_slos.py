"""Objectives as the catalog has them, when no OpenSLO files say more: one for the bank and one per product."""

from __future__ import annotations

from alerts.policy import Policy, Slo
from slo.catalog import Catalog

PERIOD_SECONDS = 30 * 86400
BANK_NAMES = {"zh": "全行", "en": "Whole bank"}


def slos_of_catalog(catalog: Catalog, policy: Policy, period_seconds: int = PERIOD_SECONDS) -> tuple[Slo, ...]:
    """The bank's objective first, then those of the products in the catalog's order."""
    bank = Slo("bank-availability", "", catalog.objective, period_seconds, policy, BANK_NAMES)
    return (
        bank,
        *(
            Slo(f"{each.id}-availability", each.id, each.objective, period_seconds, policy, each.names)
            for each in catalog.products
        ),
    )
