"""A report of the past says after an upgrade what it said before it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import app
from scripts.old_stores.contents import PRODUCTS, lacking

MADE = Path(__file__).resolve().parents[1] / "data" / "old_stores"
PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01")
OF_THE_RUN = ("made_at",)
BEFORE_ISSUES = ("made_at", "snapshot_sha256")
"""0008's program knew fewer fields, and its hash was made of those."""


def upgraded(revision: str, folder: Path) -> dict[str, Any]:
    """Brings the store of an older program up to date; what that program read and reported of it."""
    (folder / "store.sqlite").write_bytes(gzip.decompress((MADE / f"{revision}.sqlite.gz").read_bytes()))
    assert app.main(["db", "upgrade", "--data", str(folder)]) == 0
    expected: dict[str, Any] = json.loads(gzip.decompress((MADE / f"{revision}.json.gz").read_bytes()))
    return expected


def report(folder: Path, *words: str) -> dict[str, Any]:
    """The availability report of October."""
    file = folder / "report.json"
    file.unlink(missing_ok=True)
    assert app.main(["report", "availability", *words, "--format", "json", "-o", str(file), "--data", str(folder)]) == 0
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(("revision", "own"), [("0008", BEFORE_ISSUES), ("0011", OF_THE_RUN)])
def test_a_report_recomputes_equal_in_every_field(revision: str, own: tuple[str, ...], tmp_path: Path) -> None:
    """Counts, bounds, verdicts, rows, the hash: only when it was made is another."""
    before = upgraded(revision, tmp_path)["report"]
    after = report(tmp_path, *PERIOD)
    assert list(lacking({name: value for name, value in before.items() if name not in own}, after, "report")) == []


def test_a_store_from_before_there_were_reports_gives_one_of_its_counts(tmp_path: Path) -> None:
    """Good and bad of each product, to the event, without the two days that were simulated."""
    rows = upgraded("0001", tmp_path)["store"]["totals PRODUCT customer"]
    counted = {unit["product"]: (counts["good"], counts["bad"]) for unit, counts in rows}
    found = {each["id"]: (each["good"], each["bad"]) for each in report(tmp_path, *PERIOD)["products"] if each["total"]}
    simulated = {name: (2 * (10**9 + n), 2 * (17 + n)) for n, name in enumerate(PRODUCTS, start=1)}
    observed = {name: (good - simulated[name][0], bad - simulated[name][1]) for name, (good, bad) in counted.items()}
    assert found == observed


def test_an_issue_that_was_frozen_before_is_drawn_again(tmp_path: Path) -> None:
    """From what was frozen, under the same hash; the audit log is whole."""
    before = upgraded("0011", tmp_path)["report"]
    after = report(tmp_path, "--issue", "availability-2026-10-01_2026-11-01-r1")
    assert after["products"] == before["products"]
    assert app.main(["audit", "verify", "--data", str(tmp_path)]) == 0
