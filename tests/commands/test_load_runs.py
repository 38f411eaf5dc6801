"""`load-runs` keeps what is sound, names every defect of the rest; `capacity` tells what is proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import main
from tests.reports.load_runs.conftest import result


def write(folder: Path, name: str, document: object) -> str:
    """A file with a document."""
    path = folder / name
    path.write_text(json.dumps(document))
    return str(path)


def test_sound_files_are_kept_and_every_defect_of_others_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 as soon as one file could not be kept; the others are."""
    good = write(tmp_path, "good.json", result(data_centers=6))
    bad = write(tmp_path, "bad.json", result("r2", 50_000, 0, verdict="proven", exit_code=1))
    data = ["--data", str(tmp_path / "data")]
    assert main(["load-runs", "import", *data, bad, good, str(tmp_path / "none.json")]) == 2
    shown = capsys.readouterr()
    assert "r1 kept: proven" in shown.out
    assert f"error: {bad}: exit_code: is 1; proven is 0" in shown.err
    assert f"error: {bad}: verdict: says proven; what was counted means undecided" in shown.err
    assert "none.json: No such file" in shown.err
    assert main(["load-runs", "import", *data, good]) == 0
    assert "r1 was known" in capsys.readouterr().out
    assert main(["capacity", *data]) == 0
    assert json.loads(capsys.readouterr().out)["proven_per_second"] == 4_500


def test_the_token_is_made_once_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["load-runs", "token", "--data", str(tmp_path)]) == 0
    first, second = capsys.readouterr().out.split()
    assert first == second
    assert (tmp_path / "load-runs.token").stat().st_mode & 0o777 == 0o600


def test_two_runs_are_compared_and_unknown_ones_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    files = [write(tmp_path, "a.json", result("a")), write(tmp_path, "b.json", result("b", slower=5_000))]
    assert main(["load-runs", "import", *data, *files]) == 0
    capsys.readouterr()
    assert main(["load-runs", "compare", *data, "a", "b", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["finding"] for row in found["latencies"]} == {"different"}
    assert main(["load-runs", "compare", *data, "a", "zz"]) == 2
    assert "no load run 'zz'" in capsys.readouterr().err
