"""`costs show|bridge|what-if|export` and `report costs` over a small bank."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app import main
from store.opening import open_store
from tests.reports.costs.conftest import ZONE, days, fill


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that name it."""
    folder = tmp_path_factory.mktemp("costs")
    store = open_store(folder / "store.sqlite", ZONE, upgrade=True)
    fill(store, days())
    store.close()
    return ["--data", str(folder)]


def test_a_month_is_shown_for_people_and_scripts(bank: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["costs", "show", *bank, "--month", "2026-10"]) == 0
    assert "2.555000 CNY  10,220.00 / 4,000 active_accounts" in capsys.readouterr().out
    assert main(["costs", "show", *bank, "--month", "2026-10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["headline"]["fen"] == 1_022_000


def test_a_bridge_and_a_what_if(bank: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["costs", "bridge", *bank, "--from", "2026-02", "--to", "2026-10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bank"]["total"] == "0.000000"
    asked = ["--accounts", "+10%", "--data-centers", "+1", "--servers", "-10%", "--month", "2026-10", "--json"]
    assert main(["costs", "what-if", *bank, *asked]) == 0
    assert json.loads(capsys.readouterr().out)["accounts_after"] == 4400
    assert main(["costs", "bridge", *bank, "--from", "2024-02", "--to", "2026-10"]) == 2
    assert "2024-02 cannot be compared: 2024-02: neither metrics nor imported" in capsys.readouterr().err
    assert main(["costs", "what-if", *bank, "--accounts", "many"]) == 2
    assert "write per cent, such as +10%" in capsys.readouterr().err


def test_the_allocation_is_exported(bank: list[str], tmp_path: Path) -> None:
    file = tmp_path / "focus.csv"
    asked = ["--focus", "1.4", "--from", "2026-09", "--to", "2026-10", "-o", str(file)]
    assert main(["costs", "export", *bank, *asked]) == 0
    with file.open(encoding="utf-8", newline="") as text:
        assert len(list(csv.DictReader(text))) == 16
    assert main(["costs", "export", *bank, "--month", "2024-10", "-o", str(file)]) == 2


def test_a_frozen_report_is_drawn_again(bank: list[str], tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    asked = ["--month", "2026-10", "--freeze", "--by", "Li Wei", "-o", str(first)]
    assert main(["report", "costs", *bank, *asked]) == 0
    assert main(["report", "costs", *bank, "--issue", "costs-2026-10-r1", "-o", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert main(["report", "costs", *bank, "--from", "2026-10-01", "--to", "2026-10-09"]) == 2
