"""The objectives that commands speak of, as the configuration gives them."""

from __future__ import annotations

from alerts.policy import Slo
from commands.options import Configuration

PERIOD_SECONDS = 30 * 86400
"""What a budget lasts when nothing else is said: rolling 30 days (definitions.md section 3)."""


def objectives(chosen: Configuration) -> tuple[Slo, ...]:
    """One objective of the bank, then one per product, under the configured policy."""
    catalog, policy = chosen.catalog, chosen.policy
    bank = Slo("bank", "", catalog.objective, PERIOD_SECONDS, policy, {"zh": "全行", "en": "Bank"})
    products = (Slo(p.id, p.id, p.objective, PERIOD_SECONDS, policy, p.names) for p in catalog.products)
    return (bank, *products)
