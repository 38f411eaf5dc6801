"""The simulated past reaches the store whole, once, and marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from commands import simulated_past as command
from commands.errors import CommandError
from commands.progress import progress, report
from commands.simulated_past import stored_chunk, watched_since_s
from lending.history import DayAccounts, DayCost, HistoryChunk, Row
from lending.history_steps import StepRow
from slo.counts import Counts
from store.errors import StoreUnavailable
from store.memory import MemoryStore
from store.records import Batch, Incarnation, Level, Read, Scope, Source, Span, Unit

ZONE = "Asia/Shanghai"
HOUR_S = 1_795_291_200  # 04:00 in Shanghai
DAY_S = HOUR_S - 4 * 3600


def chunk() -> HistoryChunk:
    """Two minutes of one product in two data centers."""
    rows = [
        Row(HOUR_S, "weilidai", "dc1", 10, 1, 2, 8),
        Row(HOUR_S + 60, "weilidai", "dc1", 20, 0, 0, 16),
        Row(HOUR_S, "weilidai", "dc2", 5, 0, 0, 4),
    ]
    costs = [DayCost("compute", "weilidai", "dc1", 700)]
    accounts = [DayAccounts("weilidai", "active", "dc1", 9)]
    return HistoryChunk(HOUR_S, HOUR_S + 3600, "minute", rows, costs, accounts)


def test_a_stretch_is_added_up_for_every_scope_and_level() -> None:
    """Cells, products and the bank agree at minutes, hours and days."""
    counts = stored_chunk(chunk(), ZONE).counts
    bank, cell = Unit(Scope.BANK), Unit(Scope.CELL, "weilidai", "dc1")
    assert counts[Level.MINUTE, HOUR_S, bank] == Counts(15, 1, 2, 12)
    assert counts[Level.HOUR, HOUR_S, bank] == Counts(35, 1, 2, 28)
    assert counts[Level.DAY, DAY_S, Unit(Scope.PRODUCT, "weilidai")] == Counts(35, 1, 2, 28)
    assert counts[Level.HOUR, HOUR_S, cell] == Counts(30, 1, 2, 24)


@pytest.mark.parametrize(("level", "hours"), [("minute", True), ("hour", False)])
def test_steps_are_kept_by_the_hour_beside_minutes_and_else_by_the_day(
    level: Literal["minute", "hour"], hours: bool
) -> None:
    """Each outcome counts as the catalog says; one that never came has no row."""
    steps = [StepRow("weilidai", "dc1", "draw", 25, 5, 1, 2), StepRow("weilidai", "dc2", "draw", 5, 0, 0, 0)]
    counts = stored_chunk(replace(chunk(), level=level, steps=steps), ZONE).counts
    found = {key: each for key, each in counts.items() if key[2].scope is Scope.STEP}
    expected = {
        Unit(Scope.STEP, "weilidai", "dc1", "", "draw", "ok"): Counts(25),
        Unit(Scope.STEP, "weilidai", "dc1", "", "draw", "business_reject"): Counts(5),
        Unit(Scope.STEP, "weilidai", "dc1", "", "draw", "system_error"): Counts(0, 1),
        Unit(Scope.STEP, "weilidai", "dc1", "", "draw", "client_abort"): Counts(0, 0, 2),
        Unit(Scope.STEP, "weilidai", "dc2", "", "draw", "ok"): Counts(5),
    }
    starts = [(Level.DAY, DAY_S), *([(Level.HOUR, HOUR_S)] if hours else [])]
    assert found == {(*start, unit): each for start in starts for unit, each in expected.items()}


def test_a_stretch_added_to_a_store_is_marked_simulated() -> None:
    """And a second time it is not added."""
    store = MemoryStore(ZONE)
    assert store.add_history(stored_chunk(chunk(), ZONE))
    assert not store.add_history(stored_chunk(chunk(), ZONE))
    with store.reading() as reader:
        assert reader.simulated() == [Span(HOUR_S, HOUR_S + 3600)]
        assert reader.totals(Scope.BANK, DAY_S, DAY_S + 86400) == {Unit(Scope.BANK): Counts(35, 1, 2, 28)}
        assert [(cost.category, cost.fen) for cost in reader.costs(DAY_S, DAY_S + 86400)] == [("compute", 700)]
        assert [total.accounts for total in reader.accounts(DAY_S, DAY_S + 86400)] == [9]


def test_the_past_ends_with_the_first_page_ever_read() -> None:
    """Not when the demo was started: seconds between would be a hole of our own making."""
    store = MemoryStore(ZONE)
    store.register(Source("dc1", "exposition", "dc1", 1000), 1_000_000)
    life = Incarnation("dc1", 990_000, 7, 9, 1_004_700, 1_009_000)
    store.commit(Batch("dc1", store.resume("dc1").version, (Read(1_005_000, True),), 1_005_000, incarnations=(life,)))
    assert watched_since_s(store) == 1004


def test_without_a_page_the_end_of_the_past_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line instead of a guess."""
    monkeypatch.setattr(command, "FIRST_PAGE_WITHIN_S", 0.0)
    with pytest.raises(CommandError, match="no page was read within 0 s"):
        watched_since_s(MemoryStore(ZONE))


def test_a_store_that_others_keep_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load must not end the demo's past half way."""
    store = MemoryStore()
    answers = [StoreUnavailable("store.sqlite", "database is locked")]
    add = store.add_history

    def locked_once(stretch: HistoryChunk) -> bool:
        if answers:
            raise answers.pop()
        return add(stretch)

    monkeypatch.setattr(store, "add_history", locked_once)
    monkeypatch.setattr(command.time, "sleep", lambda seconds: None)
    assert command._added(store, stored_chunk(chunk(), ZONE))
    monkeypatch.setattr(command, "LOCKED_AT_MOST_S", -1.0)
    answers.append(StoreUnavailable("store.sqlite", "database is locked"))
    with pytest.raises(StoreUnavailable, match="locked"):
        command._added(store, stored_chunk(chunk(), ZONE))


def test_progress_is_told_in_tenths(tmp_path: Path) -> None:
    """Nothing before the first report."""
    path = tmp_path / "history.json"
    assert progress(path) is None
    report(path, 57, 100, "2026-01-02")
    told = progress(path)
    assert told is not None
    assert (told.tenth, told.day) == (5, "2026-01-02")
