"""The cost report as one document: every format is drawn from it, and nothing else is needed to draw it again.

Fen are integers; CNY are texts: per account truncated to six places, effects of a bridge so that they add up. None is
"not known", and ``reasons`` say why. Field names are the JSON contract (docs/costs.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from reports.availability.model import PeriodText, canonical

DEFINITION_VERSION = "1"
"""Of docs/cost-figures.md; grows when a formula changes."""
SCHEMA = 1
KIND = "costs"
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """Cost divided by a count. ``count``: mean of the daily accounts truncated to whole ones, or a number of units;
    ``account_days``: sum of the daily accounts, of which it is exact. ``days``: of the period; ``first``, ``after``:
    its first day, and the day after its last."""

    cny: str | None
    fen: int | None
    count: int | None
    days: int
    first: str
    after: str
    basis: str
    of: str
    account_days: int | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """``verdict``: met, missed or not proven."""

    target_cny: str | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Fen by part; they add up to ``ledger_fen``."""

    direct_fen: int
    shared_fen: int
    idle_fen: int
    unallocated_fen: int
    ledger_fen: int


@dataclass(frozen=True, slots=True)
class Part:
    """A category, product or data center in the month. ``share``: of the ledger, per cent. ``cny_per_account_year``:
    drawn out to 365 days; of a product over its own accounts, else over all. ``origin``: of a category."""

    id: str
    names: Names
    parts: Parts
    share: str | None
    before_fen: int | None
    accounts: int | None
    cny_per_account_year: str | None
    year_cny_per_account: str | None = None
    cny_per_1000_transactions: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class NotBorne:
    """What no product bears, and why (``reason``: no_driver, not_used, not_measured; idle)."""

    category: str
    reason: str
    driver: str
    fen: int


@dataclass(frozen=True, slots=True)
class LeftOutText:
    """A category that both origins have in a month: ``counted`` counts, the other's ``fen`` do not."""

    month: str
    category: str
    counted: str
    fen: int


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of the trend. ``cny_per_account_year``: drawn out to 365 days."""

    month: str
    closed: bool
    days: int
    fen: int | None
    billed_fen: int | None
    known_fen: int
    accounts: int | None
    account_days: int | None
    cny_per_account_year: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """CNY per account and year, by what moved it. ``exact``: the same three as fractions."""

    id: str
    names: Names
    cost: str
    volume: str
    mix: str
    total: str
    exact: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class BridgeText:
    """``before + bank.total = after``; the products add up to the bank, in each column."""

    from_month: str
    to_month: str
    before: str
    after: str
    exact_before: str
    exact_after: str
    bank: Effects
    products: tuple[Effects, ...]


@dataclass(frozen=True, slots=True)
class Unusual:
    """A cost line that is not as it was: all drawn to 30 days."""

    category: str
    product: str
    fen: int
    median_fen: int
    score: str
    months: int


@dataclass(frozen=True, slots=True)
class InvoiceText:
    """An invoice beside what the ledger has billed; ``charges`` 0: nothing of it was imported."""

    account: str
    period: str
    currency: str
    total: str
    billed: str
    difference: str
    charges: int
    agrees: bool


@dataclass(frozen=True, slots=True)
class PeerText:
    """What others are said to cost; ``accounts``: what they mean by one, "unknown" when they do not say."""

    names: Names
    cny: str
    accounts: str
    source: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """How a category moves in a what-if."""

    category: str
    with_accounts: str
    per_data_center: bool
    servers: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """What every figure is recomputed from. Records: cost (a share of the ledger), accounts, transactions, loans."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int | str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class CostReport:
    """The whole document. ``snapshot_sha256``: of its canonical bytes without this field and ``made_at``."""

    kind: str
    schema: int
    definition_version: str
    catalog_version: str
    policy_version: str
    code_version: str
    made_at: str
    demo: bool
    simulated: bool
    period: PeriodText
    headline: Figure
    goal: Goal
    cash: Figure
    run_rate: Figure
    per_1000_transactions: Figure
    per_loan: Figure
    marginal: Figure
    ledger: MonthFigures
    allocation: Parts
    methods: tuple[str, ...]
    not_borne: tuple[NotBorne, ...]
    categories: tuple[Part, ...]
    products: tuple[Part, ...]
    data_centers: tuple[Part, ...]
    left_out: tuple[LeftOutText, ...]
    trend: tuple[MonthFigures, ...]
    bridge: BridgeText | None
    bridge_reason: str
    unusual: tuple[Unusual, ...]
    lines_judged: int
    invoices: tuple[InvoiceText, ...]
    peers: tuple[PeerText, ...]
    assumptions: tuple[Assumption, ...]
    rows: Rows
    snapshot_sha256: str = ""


@cache
def _adapter() -> TypeAdapter[CostReport]:
    """Made at the first use: nobody who starts the dashboard waits for it."""
    return TypeAdapter(CostReport)


def document(report: CostReport) -> dict[str, Any]:
    """The report as the JSON object that scripts rely on."""
    found: dict[str, Any] = _adapter().dump_python(report, mode="json", by_alias=True)
    return found


def cost_report_of(document: dict[str, Any]) -> CostReport:
    """The report that a document holds. Raises pydantic.ValidationError when it holds none."""
    return _adapter().validate_python(document, by_alias=True)


def sealed(report: CostReport) -> CostReport:
    """The report with the hash of everything that it says; when it was made is no part of that."""
    body = document(report)
    del body["snapshot_sha256"], body["made_at"]
    return replace(report, snapshot_sha256=hashlib.sha256(canonical(body)).hexdigest())
