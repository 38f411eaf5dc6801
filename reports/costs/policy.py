"""What the bank decided about its costs: categories and where each comes from, drivers, what moves with what, the
target, the peers (``config/costs.yaml``)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from slo.unit_cost import Accounts, Behavior
from store.costs import Line

STAYS = Behavior()
"""Moves with nothing."""


class Origin(enum.Enum):
    """Where a cost comes from: counters that accrue, or charges that were imported."""

    METRICS = "metrics"
    IMPORTED = "imported"


class Measure(enum.Enum):
    """What a driver divides by: counts of the store, or figures that somebody gives."""

    TRANSACTIONS = "transactions"
    CALLS = "calls"
    STEPS = "steps"
    ACCOUNTS = "accounts"
    PEAK = "peak"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Match:
    """Charges that a category takes; an empty field means any."""

    provider: str = ""
    account: str = ""
    category: str = ""
    service: str = ""
    kind: str = ""

    def takes(self, line: Line) -> bool:
        """Whether a line of the ledger is meant."""
        wanted = (self.provider, self.account, self.category, self.service, self.kind)
        said = (line.provider, line.account, line.category, line.service, line.kind)
        return all(not want or want.casefold() == is_.casefold() for want, is_ in zip(wanted, said, strict=True))


@dataclass(frozen=True, slots=True)
class Category:
    """One category of costs. ``prefer``: which origin counts in a month in which both have it; ``driver``: divides what
    names no product, empty for none; ``focus``: its ServiceCategory in an export."""

    id: str
    names: Mapping[str, str]
    prefer: Origin = Origin.METRICS
    metrics: tuple[str, ...] = ()
    imported: tuple[Match, ...] = ()
    driver: str = ""
    behavior: Behavior = STAYS
    focus: str = "Other"


@dataclass(frozen=True, slots=True)
class Given:
    """What a table says of one month (and one data center, if named)."""

    used: Mapping[str, Fraction]
    capacity: Fraction | None = None


@dataclass(frozen=True, slots=True)
class DriverRule:
    """Where the use of a driver is read. ``table``: (month, data center) -> figures; ``steps``: for STEPS."""

    id: str
    unit: str
    measure: Measure
    steps: tuple[str, ...] = ()
    shares_idle: bool = False
    table: Mapping[tuple[str, str], Given] | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """What others are said to cost, with which accounts they mean by it."""

    names: Mapping[str, str]
    cny: str
    accounts: Accounts
    source: str


@dataclass(frozen=True, slots=True)
class CostPolicy:
    """Everything that was decided. ``loan_steps``: steps whose good events are loans."""

    version: str
    accounts: Accounts
    target_cny: Fraction | None
    loan_steps: tuple[str, ...]
    categories: tuple[Category, ...]
    drivers: tuple[DriverRule, ...]
    peers: tuple[Peer, ...]

    def category_of_metric(self, name: str) -> str:
        """Category of a metric's own; one that nobody claims is a category by itself."""
        return next((each.id for each in self.categories if name in each.metrics), name)

    def category_of_line(self, line: Line) -> str:
        """Category of a line of the ledger: the first that takes it, else OTHER."""
        found = (each.id for each in self.categories for match in each.imported if match.takes(line))
        return next(found, OTHER)

    def category(self, name: str) -> Category:
        """A category; of one that nobody described, a plain one."""
        plain = Category(name, {"zh": name, "en": name})
        return next((each for each in self.categories if each.id == name), plain)


OTHER = "other"
NO_POLICY = CostPolicy("none", Accounts.ACTIVE, None, (), (), (), ())
"""Of a bank that decided nothing: categories as metrics name them, nothing divided."""
