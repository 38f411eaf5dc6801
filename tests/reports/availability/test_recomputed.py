"""Fifty months drawn at random, through the store and the CSV: an independent script finds every printed figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.reporting.given import given_of
from dashboard.reporting.making import drawn
from reports.availability.composing import compose
from reports.availability.explaining import figures
from reports.availability.gathering import gather
from reports.availability.model import Report, document
from reports.availability.printing.laying import paper
from reports.paper.model import Fact, Facts, Paper, Table
from reports.words import report_words
from store.memory import MemoryStore
from store.opening import open_store
from store.port import Store
from tests.reports.availability.months import Bank, truth, written, zone_of
from tests.reports.availability.recomputed import figures_of, seconds

UNITS = ("good", "bad", "total", "missing_estimate", "availability", "low", "high", "verdict", "completeness")
MORE = (
    "transactions",
    "downtime_seconds",
    "time_availability",
    "time_availability_low",
    "allowed_events",
    "remaining_events",
    "budget_spent_percent",
    "budget_seconds",
)
SHARES = ("availability", "low", "high")


def reported(store: Store, bank: Bank) -> Report:
    """The report of a bank's month as the product makes it, with the incidents that were drawn."""
    with store.reading() as reader:
        given = given_of(reader, bank.catalog, bank.period, bank.now_ms, code_version="1", demo=False)
        return compose(gather(reader, bank.period, replace(given, incidents=bank.incidents), bank.now_ms))


@pytest.fixture(params=range(50))
def month(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Bank, Report]:
    """The bank of a seed, and its report; every fourth goes through SQLite."""
    seed = int(request.param)
    zone = zone_of(seed)
    store: Store = MemoryStore(zone)
    if seed % 4 == 0:
        store = open_store(tmp_path / "store.sqlite", zone, read_only=False, upgrade=True)
    bank = written(store, seed)
    made = reported(store, bank)
    store.close()
    return bank, made


def test_every_figure_of_a_month_is_found_from_its_csv_alone(month: tuple[Bank, Report]) -> None:
    """Those of the JSON, those of every table, and those that people read on the cover: to the last digit."""
    bank, made = month
    found = figures_of(drawn(made, "csv", "zh").decode())
    stated = dict(in_json(document(made)))
    assert {id_: value for id_, value in stated.items() if found.get(id_, absent(id_)) != value} == {}
    assert set(found) - set(stated) == set()
    assert set(figures(made)) <= set(stated)
    for language in ("zh", "en"):
        laid = paper(made, language)
        wrong = [(id_, value) for id_, value in on_paper(laid) if value not in shown(id_, stated[id_], language)]
        assert wrong == []
    happened = truth(bank, seconds(made.period.until))
    counted = {each.id: (each.good, each.bad, each.transactions) for each in made.products if each.total}
    assert counted == {product: sums for product, sums in happened.items() if sums[0] + sums[1]}


def absent(id_: str) -> Any:
    """What a figure says that no row speaks of: a month of the trend without data."""
    name = id_.rsplit("/", 1)[-1]
    if not id_.startswith("month/"):
        return "a figure that the CSV does not tell"
    return {"verdict": "not proven", "availability": None, "low": None, "high": None, "completeness": None}.get(name, 0)


def in_json(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every figure of the JSON under its id."""
    places = [("bank", body["bank"])]
    places += [(f"product/{each['id']}", each) for each in body["products"]]
    places += [(f"data_center/{each['id']}", each) for each in body["data_centers"]]
    for place, unit in places:
        yield from ((f"{place}/{name}", unit[name]) for name in (*UNITS, *MORE))
        beside = unit["with_maintenance"] or {}
        yield from ((f"{place}/with_maintenance.{name}", beside[name]) for name in beside)
    for each in body["trend"]:
        yield from ((f"month/{each['month']}/{each['id']}/{name}", each[name]) for name in UNITS)
    for each in body["slices"]:
        names = [name for name in UNITS if name in each]
        yield from ((f"slice/{each['slice']}/{each['id']}/{name}", each[name]) for name in names)
    worst = body["composite"]["worst"]
    yield "composite/pooled", body["composite"]["pooled"]
    yield "composite/worst", worst and worst["availability"]
    yield "composite/mean", body["composite"]["mean"]
    yield from _beside(body)


def _beside(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "incidents/n", len(body["incidents"])
    for name in ("mttd", "mtta", "mttr"):
        yield from ((f"incidents/{name}/{key}", value) for key, value in body["incident_statistics"][name].items())
    for each in body["incidents"]:
        yield from ((f"incident/{each['id']}/{name}", each[name]) for name in ("mttr_ms", "failed"))
    for each in body["worst_windows"]:
        yield from ((f"worst/{each['seconds']}/{name}", each[name]) for name in ("availability", "bad", "total"))
    names = ("gaps", "lost_seconds", "unwatched_seconds", "longest_gap_seconds", "completeness")
    for each in body["data_quality"]:
        yield from ((f"source/{each['id']}/{name}", each[name]) for name in names)


def on_paper(laid: Paper) -> Iterator[tuple[str, Any]]:
    """Every cell and headline that names a figure."""
    blocks = [block for section in laid.sections for block in section.blocks]
    facts: list[Fact] = [laid.verdict, *laid.facts]
    for block in blocks:
        if isinstance(block, Facts):
            facts += block.facts
        if isinstance(block, Table):
            yield from ((cell.figure, cell.value) for row in block.rows for cell in row if cell.figure)
    yield from ((fact.figure, fact.value) for fact in facts if fact.figure)


def shown(id_: str, value: Any, language: str) -> tuple[Any, ...]:
    """How a figure may stand on paper: in a cell, or as a headline."""
    words = report_words(language)
    name = id_.rsplit("/", 1)[-1]
    if value is None or (id_.startswith("month/") and not value):
        return value, None, words("unknown")
    if name == "verdict":
        return (words(f"verdict.{value.replace(' ', '_')}"), None)
    if name.endswith("_ms"):
        tenths = int(str(value).split(".", maxsplit=1)[0]) // 100
        return (f"{tenths // 10}.{tenths % 10}",)
    if name == "downtime_seconds":
        return value, words("fact.seconds", seconds=f"{value:,}")
    return value, f"{value} %", f"{value:,}" if isinstance(value, int) else value
