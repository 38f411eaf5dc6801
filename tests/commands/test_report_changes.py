"""`report change`: recorded from the command line, listed in the report of its time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import main

GIVEN = ["report", "change", "--title", "Risk engine 4.2.1", "--by", "pipeline"]


def test_a_change_is_recorded_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store is made when there is none yet."""
    data = ["--data", str(tmp_path)]
    assert main([*GIVEN, "--at", "2026-10-12T14:30:00+08:00", "--products", "weilidai,risk", *data]) == 0
    assert capsys.readouterr().out.endswith(": recorded\n")
    assert main(["report", "availability", "--month", "2026-10", *data]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == [
        {
            "at": "2026-10-12T06:30:00Z",
            "title": "Risk engine 4.2.1",
            "actor": "pipeline",
            "products": ["weilidai", "risk"],
        }
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--at", "yesterday"], "--at 'yesterday' is no instant"),
        (["--at", "2100-01-01T00:00:00Z"], "at: is still to come"),
        (["--products", "nobody"], "products: no 'nobody' in the catalog"),
        (["--data-centers", "dc99"], "data_centers: no 'dc99' in the catalog"),
        (["--title", " "], "title: is empty"),
    ],
)
def test_what_is_no_change_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert main([*GIVEN, *more, "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
