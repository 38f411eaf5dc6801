"""`report`: a bank of two days, drawn in every format, frozen, signed and explained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app import main
from slo.counts import Counts
from store.opening import open_store
from store.records import HistoryChunk, Level, Scope, Span, Unit

ZONE = "Asia/Shanghai"
BEGIN_S = 1_790_784_000  # 2026-10-01 00:00 in Shanghai
DAY_S = 86_400


def fill(path: Path) -> None:
    """Two days of two products: the first loses 12 of a million a day, the second 50."""
    store = open_store(path, ZONE, read_only=False, upgrade=True)
    counts = {}
    for day_s in (BEGIN_S, BEGIN_S + DAY_S):
        for product, bad in (("weilidai", 12), ("risk", 50)):
            cell = Counts(1_000_000 - bad, bad, 0, 1_000_000)
            for unit in (Unit(Scope.CELL, product, "dc1"), Unit(Scope.PRODUCT, product)):
                counts[Level.DAY, day_s, unit] = cell
        counts[Level.DAY, day_s, Unit(Scope.BANK)] = Counts(1_999_938, 62, 0, 2_000_000)
    store.add_history(HistoryChunk(Span(BEGIN_S, BEGIN_S + 2 * DAY_S), counts))
    store.close()


@pytest.fixture
def bank(tmp_path: Path) -> list[str]:
    """Options that name it."""
    catalog = json.dumps(str(Path(__file__).parents[2] / "config" / "catalog.yaml"))
    source = "{id: dc1, kind: exposition, data_center: dc1, url: 'http://127.0.0.1:9/metrics'}"
    (tmp_path / "site.yaml").write_text(f"catalog: {catalog}\nsources: [{source}]\n", encoding="utf-8")
    fill(tmp_path / "store.sqlite")
    return ["--data", str(tmp_path), "--config", str(tmp_path / "site.yaml")]


RANGE = ["--from", "2026-10-01", "--to", "2026-10-03"]


def test_json_holds_what_scripts_rely_on(bank: list[str], capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Counts, truncated texts, verdicts, composite, and the hash of all of it."""
    assert main(["report", "availability", *RANGE, "--products", "weilidai,risk", *bank]) == 0
    made = json.loads(capsysbinary.readouterr().out)
    loans, risk = made["products"]
    assert (loans["bad"], loans["total"], loans["availability"], loans["verdict"]) == (
        24,
        2_000_000,
        "99.99880",
        "missed",
    )
    assert (risk["bad"], risk["availability"]) == (100, "99.99500")
    assert made["composite"]["pooled"] == "99.99690"
    assert made["composite"]["worst"] == {"id": "risk", "availability": "99.99500"}
    assert made["composite"]["mean"] == "99.99690"
    assert made["period"]["from"] == "2026-09-30T16:00:00Z"
    assert len(made["snapshot_sha256"]) == 64


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "csv", "html", "json"])
def test_every_format_is_written_whole(
    bank: list[str], ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name's ending says which."""
    file = tmp_path / f"report.{ending}"
    assert main(["report", "availability", *RANGE, *bank, "-o", str(file), "--lang", "en"]) == 0
    assert file.stat().st_size > 1000
    assert "bytes" in capsys.readouterr().out
    assert [each for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_frozen_issue_is_drawn_again_byte_for_byte(
    bank: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whenever (of PDF the tests of paper say so); freezing the same again makes no second issue."""
    freeze = ["report", "availability", *RANGE, *bank, "--freeze", "--by", "Li Wei"]
    assert main(freeze) == 0
    assert main(freeze) == 0
    assert "says the same already" in capsys.readouterr().err
    issue = "availability-2026-10-01_2026-10-03-r1"
    for ending in ("json", "csv", "xlsx", "html"):
        drawn = []
        for number in (1, 2):
            file = tmp_path / f"{number}.{ending}"
            assert main(["report", "availability", "--issue", issue, *bank, "-o", str(file)]) == 0
            drawn.append(file.read_bytes())
        assert drawn[0] == drawn[1]


def test_an_issue_is_signed_by_three_people(bank: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """And the same one is refused twice."""
    assert main(["report", "availability", *RANGE, *bank, "--freeze", "--by", "Li Wei"]) == 0
    approve = ["report", "approve", "availability-2026-10-01_2026-10-03-r1", *bank]
    assert main([*approve, "--step", "prepared", "--by", "Li Wei"]) == 0
    assert main([*approve, "--step", "reviewed", "--by", "Li Wei"]) == 2
    assert "needs another person" in capsys.readouterr().err
    assert main([*approve, "--step", "reviewed", "--by", "Wang Fang"]) == 0
    assert main(["report", "issues", *bank]) == 0
    assert "prepared by Li Wei, reviewed by Wang Fang" in capsys.readouterr().out


def test_a_figure_is_explained_by_its_rows(bank: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every id that is listed can be explained; sums of its rows are the figure."""
    explain = ["report", "explain", *RANGE, "--products", "weilidai,risk", *bank]
    assert main([*explain, "--list"]) == 0
    listed = capsys.readouterr().out.split()
    assert "product/weilidai/availability" in listed
    assert main([*explain, "product/weilidai/bad", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    bad = found["columns"].index("bad")
    mine = [row for row in found["rows"] if row[bad]]
    assert found["value"] == sum(row[bad] for row in mine) == found["counted"]["bad"] == 24


def test_the_csv_has_one_table_with_the_same_columns_in_every_language(
    bank: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts read it."""
    found = []
    for language in ("zh", "en"):
        file = tmp_path / f"{language}.csv"
        assert main(["report", "availability", *RANGE, *bank, "-o", str(file), "--lang", language]) == 0
        with file.open(encoding="utf-8", newline="") as lines:
            found.append(list(csv.DictReader(lines)))
    assert found[0] == found[1]
    period = [row for row in found[0] if row["record"] == "period" and row["product"] == "weilidai"]
    assert sum(int(row["bad"]) for row in period) == 24


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--month", "2026-13"], "month '2026-13'"),
        (["--month", "2126-01"], "begins 2126-01-01; choose one that has begun"),
        ([], "name one period"),
        (["--month", "2026-10", "--year", "2026"], "name one period"),
        (["--from", "2026-10-01"], "--from and --to go together"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], "is not after --from"),
        (["--month", "2026-10", "--products", "nope"], "product 'nope': not in the catalog"),
        (["--month", "2026-10", "-o", "x.doc"], "say --format or let the name end in"),
        (["--month", "2026-10", "--freeze"], "--freeze needs --by NAME"),
        (["--issue", "availability-1999-01-r1"], "availability-1999-01-r1"),
    ],
)
def test_bad_input_gets_one_line(
    bank: list[str], given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2."""
    assert main(["report", "availability", *given, *bank]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_mistyped_folder_makes_no_store(bank: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither for a signature nor for what is frozen or sent."""
    empty = tmp_path / "empty"
    empty.mkdir()
    there = ["--data", str(empty), *bank[2:]]
    freeze = ["availability", *RANGE, "--freeze", "--by", "Li Wei"]
    for given in (["send", "--list"], ["approve", "x", "--step", "prepared", "--by", "Li Wei"], freeze):
        assert main(["report", *given, *there]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert list(empty.iterdir()) == []


def test_peaks_of_a_month_to_come_are_refused(bank: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As availability and costs are."""
    assert main(["report", "peaks", "--month", "2126-01", *bank]) == 2
    assert "begins 2126-01-01; choose one that has begun" in capsys.readouterr().err
