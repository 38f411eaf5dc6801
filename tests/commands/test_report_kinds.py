"""`report` with every kind: drawn, frozen, drawn again, explained; and never one for another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import main
from dashboard.reporting.kinds import NAMES
from store.opening import open_store
from tests.reports.costs.conftest import ZONE, days, fill

FIGURES = {
    "availability": "bank/availability",
    "incidents": "incidents/n",
    "costs": "products/weilidai/ledger",
    "peaks": "total",
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that name one with an issue of each kind, of October."""
    folder = tmp_path_factory.mktemp("kinds")
    store = open_store(folder / "store.sqlite", ZONE, upgrade=True)
    fill(store, days())
    store.close()
    options = ["--data", str(folder)]
    for kind in NAMES:
        assert main(["report", kind, *options, "--month", "2026-10", "--freeze", "--by", "Li Wei"]) == 0
    return options


@pytest.mark.parametrize("kind", NAMES)
def test_an_issue_is_drawn_as_it_was_frozen(kind: str, bank: list[str], tmp_path: Path) -> None:
    assert main(["report", kind, *bank, "--issue", f"{kind}-2026-10-r1", "--format", "html", "-o", str(tmp_path)]) == 0
    (file,) = tmp_path.iterdir()
    assert file.name == f"{kind}-2026-10-r1-zh.html"
    first = file.read_bytes()
    assert main(["report", kind, *bank, "--month", "2026-10", "-o", str(tmp_path / "now.html")]) == 0
    assert main(["report", kind, *bank, "--issue", f"{kind}-2026-10-r1", "-o", str(file)]) == 0
    assert file.read_bytes() == first


@pytest.mark.parametrize("kind", NAMES)
def test_a_figure_is_explained_of_a_period_and_of_an_issue(
    kind: str, bank: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An issue says its kind itself."""
    figure, found = FIGURES[kind], []
    for asked in (["--kind", kind, "--month", "2026-10"], ["--issue", f"{kind}-2026-10-r1"]):
        capsys.readouterr()
        assert main(["report", "explain", *bank, *asked, "--list"]) == 0
        assert figure in capsys.readouterr().out.split()
        assert main(["report", "explain", *bank, *asked, figure, "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0]["formula"]
    assert main(["report", "explain", *bank, "--kind", kind, "--month", "2026-10", "no/such"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("kind", NAMES)
def test_an_issue_of_another_kind_is_refused_in_one_line(
    kind: str, bank: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for other in set(NAMES) - {kind}:
        capsys.readouterr()
        assert main(["report", kind, *bank, "--issue", f"{other}-2026-10-r1"]) == 2
        said = capsys.readouterr().err
        assert f"issue {other}-2026-10-r1: is no report of {kind}; report {other} --issue" in said
        assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["costs", "--from", "2026-10-01", "--to", "2026-10-09"], "costs are closed by the month"),
        (["costs"], "report costs: name one month"),
        (["explain", "--kind", "costs", "--month", "2026-10", "--products", "weilidai", "--list"], "of the whole bank"),
        (["peaks", "--month", "2026-10", "--product", "weilidai,bank_app"], "name one, or none for the whole bank"),
        (["peaks", "--month", "2026-10", "--product", "nobody"], "no product 'nobody'"),
        (["peaks", "--issue", "peaks-2026-10-r1", "--month", "2026-10"], "leave the others out"),
        (["costs", "--issue", "costs-2026-10-r1", "--freeze", "--by", "Li"], "is frozen already"),
        (["costs", "--issue", "costs-1999-10-r1"], "costs-1999-10-r1"),
    ],
)
def test_what_a_kind_cannot_be_about_is_one_line(
    asked: list[str], said: str, bank: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *asked, *bank]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_days_that_are_a_month_are_that_month(bank: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["report", "costs", *bank, "--from", "2026-10-01", "--to", "2026-11-01"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["period"]["key"] == "2026-10"
