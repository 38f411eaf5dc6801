"""config/costs.yaml: categories of costs and where each comes from, prices by the hour, drivers, what-if assumptions,
target, peers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from collectors.costs.hourly import HOLD_S, HourlyRate
from configuration.catalog import Names
from configuration.prometheus import MetricName
from configuration.types import Identifier, Strict
from reports.costs.policy import OTHER, Category, CostPolicy, DriverRule, Given, Match, Measure, Origin, Peer
from slo.unit_cost import Accounts, Behavior

Amount = Annotated[str, Field(pattern=r"^[0-9]{1,20}(\.[0-9]{1,9})?$")]
ShareText = Annotated[str, Field(pattern=r"^(1(\.0{1,6})?|0(\.[0-9]{1,6})?)$")]
LabelName = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
MonthText = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
ServiceCategory = Literal[
    "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
    "Multicloud", "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration",
    "Mobile", "Networking", "Security", "Storage", "Web", "Other",
]  # fmt: skip
"""Words of the FOCUS specification, 1.4."""


class MatchSettings(Strict):
    """Which charges; a field that is left out means any."""

    provider: str = ""
    account: str = ""
    category: str = ""
    service: str = ""
    kind: Literal["", "usage", "purchase", "tax", "credit", "adjustment"] = ""

    def value(self) -> Match:
        """The same as reports name it."""
        return Match(self.provider, self.account, self.category, self.service, self.kind)


class BehaviorSettings(Strict):
    """How a category moves in a what-if."""

    with_accounts: ShareText = "0"
    per_data_center: bool = False
    servers: bool = False

    def value(self) -> Behavior:
        """The same as exact numbers."""
        return Behavior(Fraction(self.with_accounts), self.per_data_center, self.servers)


class CategorySettings(Strict):
    """One category."""

    id: Identifier
    names: Names
    prefer: Origin = Origin.METRICS
    metrics: tuple[str, ...] = ()
    imported: tuple[MatchSettings, ...] = ()
    driver: Identifier | None = None
    behavior: BehaviorSettings = BehaviorSettings()
    focus: ServiceCategory = "Other"

    def value(self) -> Category:
        """The same as reports name it."""
        return Category(
            self.id,
            self.names.model_dump(),
            self.prefer,
            self.metrics,
            tuple(each.value() for each in self.imported),
            self.driver or "",
            self.behavior.value(),
            self.focus,
        )


class RowSettings(Strict):
    """What was used in a month, by product."""

    month: MonthText
    data_center: Identifier | None = None
    capacity: Amount | None = None
    used: dict[Identifier, Amount] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> RowSettings:
        used = sum((Fraction(each) for each in self.used.values()), Fraction(0))
        if self.capacity is not None and used > Fraction(self.capacity):
            raise ValueError(
                f"{self.month}: {float(used):g} used of a capacity of {self.capacity}; correct one of them"
            )
        return self

    def value(self) -> Given:
        """The same as exact numbers."""
        used = {product: Fraction(amount) for product, amount in self.used.items()}
        return Given(used, None if self.capacity is None else Fraction(self.capacity))


class DriverSettings(Strict):
    """One driver: read from the store, or given month by month."""

    id: Identifier
    measure: Measure
    unit: str = Field(min_length=1, max_length=60)
    steps: tuple[Identifier, ...] = ()
    shares_idle: bool = False
    table: tuple[RowSettings, ...] = ()

    @model_validator(mode="after")
    def _says_what_it_reads(self) -> DriverSettings:
        for field, measure in (("steps", Measure.STEPS), ("table", Measure.TABLE)):
            if bool(getattr(self, field)) and self.measure is not measure:
                raise ValueError(
                    f"driver {self.id}: {field} belong to measure {measure.value}, not {self.measure.value}"
                )
        if self.measure is Measure.STEPS and not self.steps:
            raise ValueError(f"driver {self.id}: measure steps needs steps: [drawdown, ...]")
        if self.shares_idle and self.measure is not Measure.TABLE:
            raise ValueError(f"driver {self.id}: only a table gives a capacity, of which something can be idle")
        _refuse_repeated(f"driver {self.id}: month", ((each.month, each.data_center or "") for each in self.table))
        return self

    def value(self) -> DriverRule:
        """The same as reports name it."""
        table = {(each.month, each.data_center or ""): each.value() for each in self.table}
        return DriverRule(self.id, self.unit, self.measure, self.steps, self.shares_idle, table)


class PeerSettings(Strict):
    """What others are said to cost."""

    names: Names
    cny: Amount
    accounts: Accounts = Accounts.UNKNOWN
    source: str = Field(min_length=1)


class MeteredLabels(Strict):
    """Which label of a metric says what."""

    service: LabelName | None = None
    sub_account: LabelName | None = None
    product: LabelName | None = None
    data_center: LabelName | None = None

    def value(self) -> dict[str, str]:
        """Those that are given."""
        found: dict[str, str] = self.model_dump(exclude_none=True)
        return found


class MeteredSettings(Strict):
    """A metric of a Prometheus source whose samples are a price by the hour."""

    id: Identifier
    source: Identifier
    metric: MetricName
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    provider: str = Field(default="OpenCost", min_length=1, max_length=60)
    category: str = Field(default="Compute", min_length=1, max_length=60)
    where: dict[LabelName, str] = Field(default_factory=dict)
    labels: MeteredLabels = MeteredLabels()
    hold_seconds: int = Field(default=HOLD_S, ge=1, le=3600)

    def value(self) -> HourlyRate:
        """The same as the collector takes it."""
        return HourlyRate(
            self.id,
            self.source,
            self.metric,
            self.currency,
            self.provider,
            self.category,
            self.where,
            self.labels.value(),
            self.hold_seconds * 1000,
        )


class CostSettings(Strict):
    """The whole file."""

    version: str = Field(min_length=1)
    accounts: Literal["registered", "open", "active"] = "active"
    target_cny: Amount | None = None
    loan_steps: tuple[Identifier, ...] = ()
    categories: tuple[CategorySettings, ...] = ()
    drivers: tuple[DriverSettings, ...] = ()
    peers: tuple[PeerSettings, ...] = ()
    metered: tuple[MeteredSettings, ...] = ()

    @model_validator(mode="after")
    def _parts_fit(self) -> CostSettings:
        _refuse_repeated("category", (each.id for each in self.categories))
        _refuse_repeated("driver", (each.id for each in self.drivers))
        _refuse_repeated("metered", (each.id for each in self.metered))
        _refuse_repeated("metric", (name for each in self.categories for name in each.metrics))
        known = sorted(each.id for each in self.drivers)
        for category in self.categories:
            if category.driver and category.driver not in known:
                choice = ", ".join(known) or "none"
                raise ValueError(f"category {category.id}: no driver {category.driver!r}; known: {choice}")
            if category.id == OTHER and category.imported:
                raise ValueError(f"category {OTHER}: takes what no other takes; leave its imported out")
        return self

    def value(self) -> CostPolicy:
        """The same as reports name it."""
        return CostPolicy(
            version=self.version,
            accounts=Accounts(self.accounts),
            target_cny=None if self.target_cny is None else Fraction(self.target_cny),
            loan_steps=self.loan_steps,
            categories=tuple(each.value() for each in self.categories),
            drivers=tuple(each.value() for each in self.drivers),
            peers=tuple(Peer(each.names.model_dump(), each.cny, each.accounts, each.source) for each in self.peers),
        )

    def strangers(self, products: Iterable[str], data_centers: Iterable[str]) -> list[str]:
        """One line for each product and data center that the catalog does not have."""
        known = (("product", set(products)), ("data center", set(data_centers)))
        found = []
        for driver in self.drivers:
            for row in driver.table:
                for (what, names), said in zip(known, (row.used, [row.data_center or ""]), strict=True):
                    strange = sorted(name for name in said if name and name not in names)
                    found += [
                        f"drivers: {driver.id}: {row.month}: no {what} {name!r} in the catalog; "
                        f"known: {', '.join(sorted(names))}"
                        for name in strange
                    ]
        return found


def _refuse_repeated(what: str, names: Iterable[object]) -> None:
    for name, seen in Counter(names).items():
        if seen > 1:
            said = " ".join(filter(None, name)) if isinstance(name, tuple) else name
            raise ValueError(f"{what} {said!r} is used {seen} times")
