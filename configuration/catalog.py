"""config/catalog.yaml: products, data centers, outcomes, and which metrics mean what."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from configuration.metrics import MetricsSettings
from configuration.types import Identifier, Strict
from slo.catalog import Catalog, DataCenter, Product
from slo.errors import BadObjective
from slo.objective import Objective
from slo.outcomes import Kind, OutcomeTable


def _checked_objective(text: str) -> str:
    try:
        Objective.parse(text)
    except BadObjective as error:
        raise ValueError(str(error)) from error
    return text


ObjectiveText = Annotated[str, AfterValidator(_checked_objective)]


class Names(Strict):
    """A name in every language of the screens."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class ProductSettings(Strict):
    """One product of the catalog."""

    id: Identifier
    names: Names
    objective: ObjectiveText | None = None


class DataCenterSettings(Strict):
    """One data center of the catalog."""

    id: Identifier
    names: Names


class OutcomeSettings(Strict):
    """The versioned table outcome -> good, bad or not an event."""

    version: str
    good: tuple[str, ...] = Field(min_length=1)
    bad: tuple[str, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_outcome_means_one_thing(self) -> OutcomeSettings:
        for name, seen in Counter((*self.good, *self.bad, *self.ignored)).items():
            if seen > 1:
                raise ValueError(f"outcome {name!r} is listed {seen} times")
        return self

    def table(self) -> OutcomeTable:
        """The same as a look-up."""
        rows = [(Kind.GOOD, self.good), (Kind.BAD, self.bad), (Kind.IGNORED, self.ignored)]
        return OutcomeTable(self.version, {name: kind for kind, names in rows for name in names})


class CatalogSettings(Strict):
    """config/catalog.yaml."""

    version: str
    time_zone: str = "Asia/Shanghai"
    objective: ObjectiveText
    products: tuple[ProductSettings, ...] = Field(min_length=1)
    data_centers: tuple[DataCenterSettings, ...] = Field(min_length=1)
    outcomes: OutcomeSettings
    metrics: MetricsSettings | None = None

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"time zone {value!r} is not known; write for example Asia/Shanghai") from error
        return value

    @field_validator("products", "data_centers")
    @classmethod
    def _ids_are_unique(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        for name, seen in Counter(item.id for item in value).items():
            if seen > 1:
                raise ValueError(f"id {name!r} is used {seen} times")
        return value

    def catalog(self) -> Catalog:
        """The same as the rooms use it."""
        return Catalog(
            version=self.version,
            products=tuple(
                Product(p.id, p.names.model_dump(), Objective.parse(p.objective or self.objective))
                for p in self.products
            ),
            data_centers=tuple(DataCenter(d.id, d.names.model_dump()) for d in self.data_centers),
            outcomes=self.outcomes.table(),
            objective=Objective.parse(self.objective),
            zone=self.time_zone,
        )
