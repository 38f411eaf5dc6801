"""config/sla.yaml: what was promised to partner banks, and what they are owed when it was missed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from configuration.catalog import Names
from configuration.types import Identifier, Strict
from reports.sla.model import Credit, Tenant
from slo.errors import BadObjective
from slo.objective import Objective


def _target(text: str) -> str:
    try:
        Objective.parse(text)
    except BadObjective as error:
        raise ValueError(str(error)) from error
    return text


TargetText = Annotated[str, AfterValidator(_target)]
PercentText = Annotated[str, Field(pattern=r"^(100|[0-9]{1,2}(\.[0-9]{1,6})?)$")]


class CreditSettings(Strict):
    """One line of a table of credits: below so much availability, so much of the fee."""

    below: TargetText
    credit_percent: PercentText

    def value(self) -> Credit:
        """The same as exact numbers."""
        return Credit(Objective.parse(self.below), Fraction(self.credit_percent))


class TenantSettings(Strict):
    """One tenant and its contract."""

    id: Identifier
    names: Names
    product: Identifier
    data_center: Identifier | None = None
    target: TargetText
    measure: Literal["consecutive", "requests"] = "consecutive"
    credits: str = "standard"

    def value(self, tables: dict[str, tuple[Credit, ...]]) -> Tenant:
        """The same as reports name it."""
        return Tenant(
            id=self.id,
            names=self.names.model_dump(),
            product=self.product,
            data_center=self.data_center or "",
            objective=Objective.parse(self.target),
            measure=self.measure,
            credits=tables[self.credits],
        )


class SlaSettings(Strict):
    """The whole file."""

    version: str = Field(min_length=1)
    credits: dict[Identifier, tuple[CreditSettings, ...]]
    tenants: tuple[TenantSettings, ...] = ()

    @model_validator(mode="after")
    def _tables_fall(self) -> SlaSettings:
        for name, table in self.credits.items():
            for earlier, later in pairwise(each.value() for each in table):
                if later.below.target >= earlier.below.target or later.percent <= earlier.percent:
                    raise ValueError(
                        f"credits {name!r}: below {later.below.text} must lie under {earlier.below.text} and give more"
                    )
        return self

    @model_validator(mode="after")
    def _tenants_fit(self) -> SlaSettings:
        for name, seen in Counter(each.id for each in self.tenants).items():
            if seen > 1:
                raise ValueError(f"tenant id {name!r} is used {seen} times")
        for each in self.tenants:
            if each.credits not in self.credits:
                known = ", ".join(sorted(self.credits)) or "none"
                raise ValueError(f"tenant {each.id}: no table of credits {each.credits!r}; known: {known}")
        return self

    def values(self) -> tuple[Tenant, ...]:
        """The same as reports name them."""
        tables = {name: tuple(each.value() for each in table) for name, table in self.credits.items()}
        return tuple(each.value(tables) for each in self.tenants)
