"""`slo validate` and `slo list`, as the shell sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app import main

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config" / "control-center.yaml"
DATA = ROOT / "tests" / "data" / "openslo"
SERVICE = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A copy of the shipped configuration whose files may be changed."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path / "config" / "control-center.yaml"


def test_valid_files_end_with_a_count_and_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "validate", str(DATA / "own.yaml")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "11 objects in 1 file: 0 errors, 0 warnings"


def test_warnings_are_shown_and_exit_0_unless_strict(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(DATA / "sdk" / "alert_conditions.yaml")
    assert main(["slo", "validate", file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{file}:17: spec.condition.op: warning: lte alerts while")
    assert lines[1] == "2 objects in 1 file: 0 errors, 1 warning"
    assert main(["slo", "validate", "--strict", file]) == 1


def test_errors_are_shown_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SERVICE.replace("name: a", "name: A") + "---\n" + SERVICE.replace("kind: Service", "kind: Server"))
    assert main(["slo", "validate", str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[:2] for line in lines[:2]] == [[f"{file}:3", "metadata.name"], [f"{file}:7", "kind"]]
    assert lines[2] == "2 objects in 1 file: 2 errors, 0 warnings"


def test_a_path_that_cannot_be_read_exits_2_and_the_rest_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["slo", "validate", str(tmp_path / "gone"), str(DATA / "own.yaml")]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"error: {tmp_path / 'gone'}: cannot be read: No such file or directory\n"
    assert "11 objects in 1 file" in shown.out


def test_findings_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SERVICE + "more: 1\n")
    assert main(["slo", "validate", "--json", str(tmp_path)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["valid"], found["objects"], found["errors"], found["warnings"]) == (False, 1, 1, 0)
    assert found["findings"][0]["file"] == str(file)
    assert (found["findings"][0]["line"], found["findings"][0]["field"]) == (5, "more")


def test_without_a_path_the_command_says_what_it_wants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "validate"]) == 2
    assert "PATH" in capsys.readouterr().err


def test_the_list_shows_what_ships(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "list", "--config", str(CONFIG)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 16
    assert any(line.split()[:2] == ["bank-availability", "99.999"] and " bank " in line for line in lines)


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slo", "list", "--json", "--config", str(CONFIG)]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    row = rows["supply-chain-availability"]
    assert (row["watches"], row["targets"], row["window"]) == ("supply_chain", ["99.999"], "30d")
    assert row["tiers"] == ["cliff", "fast", "medium", "slow", "leak"]


def test_without_files_the_catalog_s_targets_are_watched(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(settings.parent / "slos")
    assert main(["slo", "list", "--config", str(settings)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 16


def test_check_names_every_error_of_the_files(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the files themselves, and of what they name in the catalog and the alert policy."""
    folder = settings.parent / "slos"
    for name, old, new in (
        ("risk", "99.999", "100"),
        ("bank", "cliff,fast", "cliff,flat"),
        ("outreach", "product: outreach", "product: outrage"),
    ):
        file = folder / f"{name}.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(["check", "--config", str(settings)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [Path(line.split(":")[1].strip()).stem for line in lines] == ["bank", "outreach", "outreach", "risk"]
    assert "no tier 'flat' in the alert policy" in lines[0]
    assert "no product 'outrage' in the catalog" in lines[1]
    assert ":35: spec.objectives[0].targetPercent: 100 leaves no budget at all" in lines[-1]


def test_a_folder_that_is_named_and_missing_is_an_error(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + "slos: elsewhere\n", encoding="utf-8")
    assert main(["check", "--config", str(settings)]) == 2
    assert "elsewhere: cannot be read" in capsys.readouterr().err
    assert main(["slo", "list", "--config", str(settings)]) == 2


def test_check_warns_of_a_product_that_nothing_watches(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (settings.parent / "slos" / "risk.yaml").unlink()
    main(["check", "--config", str(settings), "--data", str(settings.parent)])
    shown = capsys.readouterr().out
    assert "slos: 14 objectives" in shown
    assert "warning risk: no objective names this product; no burn rate of it alerts" in shown
