"""`reconcile` for people and scripts."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from collectors.reconcile import Key, Reconciliation, Row
from commands import reconcile as command
from commands.errors import CommandError
from commands.reconcile import table
from slo.windows import Window

CONFIG = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:1/metrics"}
catalog: %s
"""
CATALOG = Path(__file__).resolve().parent.parent.parent / "config" / "catalog.yaml"


def test_only_rows_that_differ_are_listed() -> None:
    """The sums say the rest."""
    same = Row(Key("weilidai", "dc1", "ok", "customer"), 5000, 5000, 0)
    less = Row(Key("weilidai", "dc2", "ok", "customer"), 5000, 4998, 7)
    lines = table(Reconciliation(Window(0, 60), (same, less))).splitlines()
    assert lines[1] == "  weilidai dc2 ok customer: truth 5,000, stored 4,998, difference 2"
    assert lines[-2:] == ["difference  2", "unobserved  7"]


def test_without_an_estate_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """One clear line."""
    config = tmp_path / "control-center.yaml"
    config.write_text(CONFIG % CATALOG, encoding="utf-8")
    with pytest.raises(CommandError, match="truth: no address of an estate is given"):
        command.run(argparse.Namespace(config=config, data=tmp_path, json=True))


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    """Nothing is made by asking."""
    config = tmp_path / "control-center.yaml"
    config.write_text(CONFIG % CATALOG + 'truth: {dc1: "http://127.0.0.1:1"}\n', encoding="utf-8")
    with pytest.raises(CommandError, match=r"store\.sqlite"):
        command.run(argparse.Namespace(config=config, data=tmp_path, json=True))
    assert not (tmp_path / "store.sqlite").exists()
