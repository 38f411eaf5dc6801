"""What is watched: products, data centers, objectives and the outcome table, as the operator configured them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slo.objective import Objective
from slo.outcomes import OutcomeTable


@dataclass(frozen=True, slots=True)
class Product:
    """One lending product. ``names``: language tag (zh, en) -> name."""

    id: str
    names: Mapping[str, str]
    objective: Objective


@dataclass(frozen=True, slots=True)
class DataCenter:
    """One data center. ``names``: language tag -> name."""

    id: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that is watched, in the order in which screens and reports show it."""

    version: str
    products: tuple[Product, ...]
    data_centers: tuple[DataCenter, ...]
    outcomes: OutcomeTable
    objective: Objective
    zone: str
