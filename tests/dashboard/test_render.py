"""The document, field by field, against its description in docs/snapshot.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard.render import as_bytes, as_json, rfc3339
from slo.counts import Counts
from slo.states import SliceState
from slo.windows import DAY_S
from store.probes import Probe, ProbeResult
from store.records import Accounts, Cost, HistoryChunk, Level, Scope, Span, Unit

OFTEN_NULL = (
    ".bank.budget.exhausted_at",
    ".attention.*.product",
    ".sources.*.skew_seconds",
    ".capacity",
    ".normal_since",
)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "snapshot.md"

Bank = Any


@pytest.fixture
def described() -> dict[str, Any]:
    """The example of the documentation, with AVAILABILITY written out."""
    text = DOCUMENT.read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    availability = re.search(r"AVAILABILITY is `(\{.*?\})`", text, re.DOTALL)
    assert example is not None
    assert availability is not None
    parsed = json.loads(example[1].replace("AVAILABILITY", availability[1]))
    assert isinstance(parsed, dict)
    return parsed


@pytest.fixture
def full(bank: Bank, noon_s: int) -> Bank:
    """A bank in which every field has a value: a year of history, live seconds, one cell down."""
    midnight = noon_s - 12 * 3600
    for day in range(midnight - 400 * DAY_S, midnight, DAY_S):
        costs = (Cost(day, "compute", "micro", "dc1", 2 * 365),)
        accounts = (Accounts(day, "micro", "active", "dc1", 36_500),)
        bank.store.add_history(HistoryChunk(Span(day - 1, day), {}, costs, accounts))
    bank.history(midnight - 31 * DAY_S, midnight, Counts(good=999_990, bad=1, transactions=1000))
    week_ago = midnight - 7 * DAY_S
    hours = {(Level.HOUR, week_ago + n * 3600, Unit(Scope.BANK)): Counts(transactions=9) for n in range(24)}
    bank.store.add_history(HistoryChunk(Span(week_ago, week_ago + DAY_S), hours))
    bank.live(noon_s, noon_s + 10)
    bank.snapshot(noon_s + 10)
    bank.page(noon_s + 11, "dc1", bad=400)
    bank.page(noon_s + 11, "dc2", good=100, begun=30)
    probe = Probe("dc1-front", "here", "micro", "dc1", 1000)
    bank.store.register_probe(probe, 0)
    at_ms, ends_s = (noon_s + 11) * 1000, noon_s + 90 * DAY_S
    bank.store.record_probes([ProbeResult(probe.key, at_ms, SliceState.GOOD, tls_expires_s=ends_s)])
    return bank


def shape(value: Any, path: str = "") -> set[str]:
    """Every key path of a document; entries of lists and of maps by id count as one."""
    if isinstance(value, list):
        return {found for entry in value for found in shape(entry, f"{path}[]")}
    if not isinstance(value, dict):
        return {path}
    if path.rpartition(".")[2] == "data_centers":
        return {found for entry in value.values() for found in shape(entry, f"{path}.*")}
    return {path} | {found for key, entry in value.items() for found in shape(entry, f"{path}.{key}")}


def types(value: Any, path: str = "") -> dict[str, set[str]]:
    """Names of the types found at every path of a document."""
    if not isinstance(value, list | dict):
        return {path: {type(value).__name__}}
    found: dict[str, set[str]] = {}
    joined = isinstance(value, list) or path.endswith("data_centers")
    for key, entry in enumerate(value) if isinstance(value, list) else value.items():
        for where, names in types(entry, f"{path}.{'*' if joined else key}").items():
            found.setdefault(where, set()).update(names)
    return found


def document(bank: Bank, now_s: float) -> dict[str, Any]:
    """The document as a viewer reads it."""
    parsed = orjson.loads(as_bytes(bank.snapshot(now_s), bank.setting))
    assert isinstance(parsed, dict)
    return parsed


def test_the_document_has_exactly_the_described_fields(full: Bank, noon_s: int, described: dict[str, Any]) -> None:
    """Recursively: nothing missing, nothing undescribed."""
    assert shape(document(full, noon_s + 11.25)) == shape(described)


def test_every_value_has_the_described_type(full: Bank, noon_s: int, described: dict[str, Any]) -> None:
    """Counts are integers, shares and money strings, times text."""

    shown, told = types(document(full, noon_s + 11.25)), types(described)
    for where, names in told.items():
        if where not in OFTEN_NULL:
            assert shown[where] - {"NoneType"} == names, where


def test_an_empty_store_gives_the_same_fields_with_nulls(bank: Bank, noon_s: int, described: dict[str, Any]) -> None:
    """A wall can rely on every key; what has no value is null, never 0."""
    empty = document(bank, noon_s)
    assert set(empty) == set(described)
    assert set(empty["bank"]) == set(described["bank"])
    for figure in empty["bank"]["availability"].values():
        assert set(figure) == set(described["bank"]["availability"]["today"])
        nothing = ("good", "bad", "total", "missing_estimate", "availability", "low", "high")
        assert [figure[key] for key in nothing] == [None] * 7
        assert (figure["verdict"], figure["completeness"]) == ("not proven", "0")
    assert empty["bank"]["composite"] == {"pooled": None, "worst": None, "mean": None}
    assert empty["bank"]["transactions"] == {
        "today": None,
        "provisional": True,
        "per_second": None,
        "record": None,
        "projected": None,
    }
    budget = empty["bank"]["budget"]
    assert (budget["allowed_seconds"], budget["remaining_seconds"], budget["spent_events"]) == ("25.92", None, None)
    assert (empty["bank"]["cost_per_account"], empty["simulated"]) == (None, None)
    cell = empty["products"][0]["data_centers"]["dc1"]
    assert cell == {
        "state": "unknown",
        "since": None,
        "reason": "no source is configured",
        "good": None,
        "bad": None,
        "total": None,
        "per_second": None,
    }


def test_figures_are_truncated_and_stand_beside_their_counts(full: Bank, noon_s: int) -> None:
    """One bad event in a million never prints 100."""
    bank = document(full, noon_s + 11.25)["bank"]
    today = bank["availability"]["today"]
    assert (today["good"], today["bad"], today["total"]) == (4200, 800, 5000)
    assert today["availability"] == "84.00000"
    thirty = bank["availability"]["rolling_30d"]
    assert thirty["bad"] == 800 + 30 * 4
    assert thirty["availability"] == "99.99923"
    assert (thirty["verdict"], thirty["high"]) == ("not proven", "99.99924")  # this morning was not seen
    assert bank["composite"]["worst"]["availability"] <= bank["composite"]["mean"]
    assert bank["cost_per_account"] == {
        "cny": "0.07",
        "from": "2025-11-01",
        "to": "2026-11-01",
        "accounts": "active",
        "simulated": True,
    }


def test_budget_is_told_in_events_seconds_and_per_cent(full: Bank, noon_s: int) -> None:
    """All three say the same, truncated."""
    budget = document(full, noon_s + 11.25)["bank"]["budget"]
    assert budget["allowed_events"] == "1200.03"
    assert budget["spent_events"] == 920
    assert budget["remaining_events"] == "280.03"
    assert (budget["remaining_percent"], budget["remaining_seconds"]) == ("23.33", "6.04")
    assert budget["exhausted_at"] == "2026-11-21T04:00:32.252Z"


def test_one_bad_event_never_prints_a_hundred(bank: Bank, noon_s: int) -> None:
    """However many good ones there are."""
    bank.live(noon_s, noon_s + 2, good=10**12)
    bank.page(noon_s + 3, "dc1", bad=1, only="micro")
    today = document(bank, noon_s + 3)["bank"]["availability"]["today"]
    assert today["availability"] == "99.99999"
    assert document(bank, noon_s + 3)["products"][1]["availability"]["today"]["availability"] == "100"


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_795_261_219_250, "2026-11-21T11:40:19.250Z"), (5, "1970-01-01T00:00:00.005Z")],
)
def test_times_are_rfc_3339_in_utc(at_ms: int, text: str) -> None:
    """Milliseconds only where there are any."""
    assert rfc3339(at_ms) == text


def test_the_same_facts_give_the_same_bytes(full: Bank, noon_s: int) -> None:
    """Pure: nothing but its arguments goes in."""
    first: Callable[[], bytes] = lambda: orjson.dumps(as_json(full.snapshot(noon_s + 11), full.setting))  # noqa: E731
    first()
    assert first() == first()
