"""`history import` prints months and every defect, keeps what it read once, and says where it came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app import main
from reports.history.keeping import listed_files, listed_incidents, listed_months
from reports.history.reporting import imported_incidents
from store.opening import open_store

FOLDER = Path(__file__).parents[1] / "data" / "history"
UTC = ["--zone", "UTC"]


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What --json prints."""
    assert main(["history", "import", "--json", *UTC, *words]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_months_and_defects_are_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "--dry-run", "--partial-weight", "0.5", str(FOLDER / "days.csv"))
    assert [(each["month"], each["availability"], each["downtime_seconds"]) for each in found["months"]] == [
        ("2024-05", "97.9166", "3600"),
        ("2024-06", "25.0000", "129600"),
    ]
    (file,) = found["files"]
    assert (file["kind"], file["rows"], file["kept"]) == ("availability", 7, 4)
    assert file["defects"][0]["rule"] == "negative_duration"
    assert [each["day"] for each in found["days"]] == ["2024-05-30", "2024-05-31", "2024-06-01", "2024-06-03"]


def test_what_was_read_is_kept_once_and_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    words = ["history", "import", *data, *UTC, str(FOLDER / "incidents.csv"), str(FOLDER / "days.csv")]
    assert main(words) == 0
    assert "incidents.csv: stored as imported from incidents.csv" in capsys.readouterr().out
    assert main(words) == 0
    assert capsys.readouterr().out.count("was known; nothing was changed") == 2
    store = open_store(tmp_path / "store.sqlite", "Asia/Shanghai", read_only=True)
    with store.reading() as reader:
        journal = reader.journal()
        assert [each["file"] for each in listed_files(journal)] == ["incidents.csv", "days.csv"]
        incidents = listed_incidents(journal, 0, 2_000_000_000_000)
        assert {(each["origin"], each["file"]) for each in incidents} == {("imported", "incidents.csv")}
        assert [each["row"] for each in incidents] == [2, 3, 10]
        reported = imported_incidents(journal, 0, 2_000_000_000_000)
        assert [(each.products, each.title["zh"], each.imported_from) for each in reported] == [
            (("weilidai",), "Draw-down, slow", "incidents.csv"),
            (("weilidai",), "Draw-down refused", "incidents.csv"),
            (("weyedai",), "Over midnight", "incidents.csv"),
        ]
        assert [len(each["periods"]) for each in listed_months(journal, 0, 2_000_000_000_000)] == [2, 2]
    store.close()
    assert main(["history", "list", *data]) == 0
    assert "imported from days.csv  availability  4 of 7 rows, 4 defects" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    files = [str(bad), str(tmp_path / "none.csv"), str(FOLDER / "counts.csv")]
    assert main(["history", "import", "--dry-run", *files]) == 2
    shown = capsys.readouterr()
    assert "99.9995 %  bad 10 of 2,000,000 events" in shown.out
    assert "bad.csv: columns a, b tell neither incidents" in shown.err
    assert "none.csv: No such file" in shown.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--partial-weight", "2"], "--partial-weight 2: write a number from 0 to 1"),
        (["--product", "nothing"], "no such product in the catalog"),
        (["--zone", "Mars/Base"], "Mars/Base"),
        (["--epoch", "then"], "--epoch then: 'then' is no time"),
        (["--from", "2024-05-02", "--to", "2024-05-01"], "must be later than"),
    ],
)
def test_a_bad_option_is_refused_in_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "import", str(FOLDER / "days.csv"), "--dry-run", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_zero_of_relative_seconds_may_be_any_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "relative.csv"
    file.write_text("start_time,end_time,status\n0.0,4042.0,0.5\n")
    for epoch, month in (("2018-01-01", "2018-01"), ("0", "1970-01"), ("1514764800", "2018-01")):
        found = document(capsys, "--dry-run", "--epoch", epoch, str(file))
        assert [(each["month"], each["downtime_seconds"]) for each in found["months"]] == [(month, "2021")]
