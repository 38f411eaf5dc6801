"""config/costs.yaml: what ships is sound; each defect is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.costs.policy import Measure
from settings import SettingsError, load_catalog, load_costs

CONFIG = Path(__file__).parents[2] / "config"
CATALOG = load_catalog(CONFIG / "catalog.yaml")
GOOD = """version: "1"
categories:
  - {id: compute, names: {zh: 计算, en: Compute}, metrics: [compute], driver: cpu}
drivers:
  - {id: cpu, measure: table, unit: CPU-seconds, table: [
     {month: "2026-10", capacity: "100", used: {weilidai: "60"}}]}
"""


def test_what_ships_is_sound() -> None:
    policy = load_costs(CONFIG / "costs.yaml", CATALOG)
    assert policy.target_cny is not None
    assert {each.id for each in policy.categories} > {"compute", "staff", "cloud"}
    assert {each.accounts.value for each in policy.peers} == {"unknown"}


def test_a_table_gives_use_and_capacity_of_a_month(tmp_path: Path) -> None:
    path = tmp_path / "costs.yaml"
    path.write_text(GOOD, encoding="utf-8")
    (driver,) = load_costs(path, CATALOG).drivers
    assert driver.measure is Measure.TABLE
    assert (driver.table or {})["2026-10", ""].capacity == 100


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("driver: cpu", "driver: gpu", "no driver 'gpu'; known: cpu"),
        ("weilidai:", "loans:", "no product 'loans' in the catalog"),
        ('capacity: "100"', 'capacity: "10"', "60 used of a capacity of 10"),
        ('weilidai: "60"', 'weilidai: "-60"', "pattern"),
        ('month: "2026-10"', 'month: "2026-13"', "pattern"),
        ("measure: table", "measure: calls", "belong to measure table"),
        ("metrics: [compute]", "metrics: [compute, compute]", "metric 'compute' is used 2 times"),
        ("metrics: [compute]", "metric: [compute]", "Extra inputs"),
        ('month: "2026-10",', 'month: "2026-10", data_center: dc9,', "no data center 'dc9'"),
    ],
)
def test_a_defect_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "costs.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_costs(path, CATALOG)
    assert said in str(error.value)
    assert str(path) in str(error.value)
