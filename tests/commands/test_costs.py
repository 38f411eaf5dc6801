"""`costs import` prints the document that scripts rely on, and exits by what it found."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app import main
from tests.collectors.costs.conftest import SOUND


def write(folder: Path, name: str, *rows: dict[str, str]) -> str:
    """A bill."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(SOUND))
        writer.writeheader()
        writer.writerows({**SOUND, **row} for row in rows)
    return str(path)


def test_the_document_has_the_promised_fields_and_a_dry_run_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data")]
    file = write(tmp_path, "bill.csv", {"ContractedCost": ""}, {"BillingCurrency": "USD"})
    assert main(["costs", "import", "--dry-run", "--json", *data, file]) == 0
    assert json.loads(capsys.readouterr().out)["ledger"] is None
    for ledger in ({"new": 2, "unchanged": 0}, {"new": 0, "unchanged": 2}):
        assert main(["costs", "import", "--json", *data, file]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["rows"], found["billed"], found["effective"], found["list"]) == (2, "3", "3", "4")
        assert found["currency"] == {"CNY": 1, "USD": 1}
        assert [(each["rule"], each["rows"]) for each in found["defects"]] == [("cost_missing", 1), ("rate_missing", 1)]
        assert found["ledger"].items() >= ledger.items()


def test_an_invoice_that_does_not_agree_is_exit_code_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Set beside everything that the ledger has of that account and period, not beside the file alone."""
    data = ["--data", str(tmp_path / "data")]
    assert main(["costs", "import", *data, write(tmp_path, "a.csv", {})]) == 0
    second = write(tmp_path, "b.csv", {"BilledCost": "2.504"})
    assert main(["costs", "import", *data, second, "--invoice", "4.00"]) == 0
    assert main(["costs", "import", *data, second, "--invoice", "4.01"]) == 1
    assert "differs by -0.006" in capsys.readouterr().out


def test_what_cannot_be_read_is_one_line_each_and_the_rest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, half = tmp_path / "bad.csv", write(tmp_path, "half.csv", {}, {"BilledCost": "NaN"})
    bad.write_text("a,b\n")
    data = ["--data", str(tmp_path / "data")]
    assert main(["costs", "import", *data, str(bad), str(tmp_path / "none.csv"), half]) == 2
    shown = capsys.readouterr()
    assert [line.split(":")[0] for line in shown.err.splitlines()] == ["error", "error"]
    assert "1 new" in shown.out
    assert main(["costs", "import", *data, half]) == 1


def test_an_invoice_that_does_not_fit_the_files_is_refused_before_anything_is_posted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two accounts have no single total; nor has a file that could not be read."""
    data, bad = ["--data", str(tmp_path / "data")], tmp_path / "bad.csv"
    bad.write_text("a,b\n")
    two = write(tmp_path, "two.csv", {}, {"BillingAccountId": "other"})
    for files, total in (([two], "3"), ([write(tmp_path, "one.csv", {})], "three"), ([two, str(bad)], "3")):
        assert main(["costs", "import", *data, *files, "--invoice", total]) == 2
        assert "--invoice" in capsys.readouterr().err
    assert main(["costs", "import", *data, two]) == 0
    assert "2 new" in capsys.readouterr().out


def test_rates_that_are_kept_can_be_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, rates = ["--data", str(tmp_path / "data")], tmp_path / "rates.csv"
    rates.write_text("date,currency,cny\n2026-09-01,USD,7.1\n2026-09-01,EUR,8.25\n")
    assert main(["costs", "import", *data, write(tmp_path, "bill.csv", {}), "--rates", str(rates)]) == 0
    capsys.readouterr()
    assert main(["costs", "rates", "show", *data, "--currency", "usd", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rates": [{"date": "2026-09-01", "currency": "USD", "cny": "7.1"}]}
    assert main(["costs", "rates", "show", *data]) == 0
    assert "2026-09-01  EUR  8.25" in capsys.readouterr().out
    assert main(["costs", "rates", "show", *data, "--currency", "JPY"]) == 2


def test_a_restated_month_replaces_the_whole_of_it_and_prints_the_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without ids nothing else tells that a row of the first bill is gone."""
    data = ["--data", str(tmp_path / "data")]
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "ChargePeriodStart": "2026-10-02T00:00:00Z"}
    october |= {"BillingPeriodEnd": "2026-11-01T00:00:00Z", "ChargePeriodEnd": "2026-10-02T01:00:00Z"}
    first = write(tmp_path, "first.csv", {}, {"BilledCost": "5"}, october)
    assert main(["costs", "import", *data, first]) == 0
    again = write(tmp_path, "again.csv", {"BilledCost": "4"})
    for refused in ([first, again], [write(tmp_path, "half.csv", {}, {"BilledCost": "NaN"})]):
        assert main(["costs", "import", *data, "--replace-month", *refused]) == 2
    capsys.readouterr()
    assert main(["costs", "import", *data, "--replace-month", again, "--json"]) == 0
    (restated,) = json.loads(capsys.readouterr().out)["restated"]
    assert (restated["billed_before"], restated["billed"], restated["difference"]) == ("6.5", "4", "-2.5")
    assert main(["costs", "import", *data, again, "--invoice", "4"]) == 0
