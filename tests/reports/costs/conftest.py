"""A small bank with fourteen months of costs: two products, two data centers, 1,000 and 3,000 accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from configuration.costs import CostSettings
from reports.availability.period import month
from reports.costs.composing import compose
from reports.costs.gathering import Desk, gather
from reports.costs.material import Material
from reports.costs.model import CostReport
from reports.costs.policy import CostPolicy
from settings import load_catalog
from slo.counts import Counts
from slo.windows import day_window
from store.costs import Line
from store.memory import MemoryStore
from store.port import Store
from store.records import Accounts, Cost, HistoryChunk, Level, Scope, Span, Unit

ZONE = "Asia/Shanghai"
CONFIG = Path(__file__).parents[3] / "config"
CATALOG = load_catalog(CONFIG / "catalog.yaml")
FIRST, LAST = date(2025, 9, 1), date(2026, 11, 10)
NOW_S = int(datetime(2026, 11, 10, 4, tzinfo=UTC).timestamp())
ACCOUNTS = {"weilidai": 1000, "bank_app": 3000}


def settings(**more: object) -> CostPolicy:
    """A policy: compute and staff from metrics, everything imported is cloud, by transactions."""
    names = {"zh": "甲", "en": "A"}
    given: dict[str, object] = {
        "version": "1",
        "target_cny": "5",
        "categories": [
            {"id": "compute", "names": names, "metrics": ["compute"], "behavior": {"servers": True}},
            {
                "id": "staff", "names": names, "metrics": ["staff"], "prefer": "imported",
                "imported": [{"provider": "own", "category": "staff"}],
            },
            {"id": "cloud", "names": names, "imported": [{}], "driver": "transactions", "focus": "Multicloud"},
        ],
        "drivers": [{"id": "transactions", "measure": "transactions", "unit": "transactions"}],
        "peers": [{"names": names, "cny": "20", "source": "a talk"}],
    }  # fmt: skip
    return CostSettings.model_validate({**given, **more}).value()


def days(first: date = FIRST, last: date = LAST) -> Iterable[date]:
    """From the first to the last."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def fill(store: Store, dates: Iterable[date], *, without: str = "") -> None:
    """Each day costs 2,800 fen; weilidai has one transaction for three of bank_app. ``without``: a category whose
    metrics nobody read."""
    costs, accounts, counts = [], [], {}
    windows = [day_window(each, ZONE) for each in dates]
    for at_s in (window.from_s for window in windows):
        costs += [
            Cost(at_s, category, product, center, fen)
            for category, fen in (("compute", 500), ("staff", 200))
            if category != without
            for product in ACCOUNTS
            for center in ("dc1", "dc2")
        ]
        accounts += [Accounts(at_s, product, "active", "dc1", count) for product, count in ACCOUNTS.items()]
        counts[Level.DAY, at_s, Unit(Scope.BANK)] = Counts(400, 0, 0, 400)
        counts[Level.DAY, at_s, Unit(Scope.PRODUCT, "weilidai")] = Counts(100, 0, 0, 100)
        counts[Level.DAY, at_s, Unit(Scope.PRODUCT, "bank_app")] = Counts(300, 0, 0, 300)
    span = Span(windows[0].from_s, windows[-1].to_s)
    store.add_history(HistoryChunk(span, counts, tuple(costs), tuple(accounts)))


def charge(store: Store, key: str, day: date, amounts: tuple[str, str], **more: str) -> None:
    """Posts one charge of a day; ``amounts``: billed and effective."""
    window = day_window(day, ZONE)
    said = {
        "provider": "cloud", "account": "a", "sub_account": "", "kind": "usage", "category": "Compute", "service": "vm",
        "currency": "CNY", "product": "", "data_center": "", **more,
    }  # fmt: skip
    line = Line(window.from_s, window.to_s, window.from_s, **said)
    store.post([(key.encode().ljust(16), 0, -1, line.number, *amounts, amounts[1])], {line.number: line})


def material_of(store: Store, policy: CostPolicy, key: str = "2026-10") -> Material:
    """Of one month."""
    with store.reading() as reader:
        return gather(reader, Desk(CATALOG, policy, "1"), month(key, ZONE), NOW_S)


def report_of(store: Store, policy: CostPolicy, key: str = "2026-10") -> CostReport:
    """Of one month."""
    return compose(material_of(store, policy, key))


@pytest.fixture
def bank() -> Store:
    """With all of its days."""
    store = MemoryStore(ZONE)
    fill(store, days())
    return store
