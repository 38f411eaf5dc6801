"""What evaluation is made from: values of the configuration, put together once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from alerts.desk.records import DeskPolicy
from alerts.incidents.facts import FoldingRules
from alerts.incidents.figures import Promise, Watched
from alerts.kinds.facts import Estate
from alerts.kinds.policy import KindPolicy
from alerts.policy import Policy, Slo
from slo.catalog import Catalog
from store.records import Level, Retention


@dataclass(frozen=True, slots=True)
class AlertSetting:
    """``slos``: objectives that burn-rate rules are made of; ``estate``: what other kinds of alerts look at;
    ``slots_kept_s``: for how long seconds are kept."""

    catalog: Catalog
    policy: Policy
    slos: tuple[Slo, ...]
    estate: Estate
    slots_kept_s: int
    kinds: KindPolicy = field(default_factory=KindPolicy)
    desk: DeskPolicy = field(default_factory=DeskPolicy)

    @property
    def automation_rules(self) -> frozenset[str]:
        """Tiers that tell the automation hook."""
        return frozenset(tier.name for tier in self.policy.tiers if tier.automation)

    @property
    def runbooks(self) -> dict[str, str]:
        """Address for people by objective."""
        sliced = {slo.id: slo.runbook for slo in self.estate.sliced if slo.runbook}
        return {slo.id: slo.runbook for slo in self.slos if slo.runbook} | sliced

    def folding(self) -> FoldingRules:
        """How incidents are folded."""
        return FoldingRules(slo_runbooks=self.runbooks)

    def watched(self) -> Watched:
        """What was promised, for the figures of incidents: the objective that is named first."""
        promises = _promises(self.slos)
        whole = Promise(self.catalog.objective, max((s.period_seconds for s in self.slos), default=30 * 86400))
        bank = promises.pop("", whole)
        return Watched(bank, promises, self.slots_kept_s)


def slots_kept_s(retention: Retention) -> int:
    """For how long a retention keeps seconds; a year where it keeps them for ever."""
    kept = retention.seconds.get(Level.SLOT)
    return 366 * 86400 if kept is None else kept


def _promises(slos: Iterable[Slo]) -> dict[str, Promise]:
    found: dict[str, Promise] = {}
    for slo in slos:
        found.setdefault(slo.product, Promise(slo.objective, slo.period_seconds))
    return found
