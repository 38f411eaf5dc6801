"""Objectives by slices of time and composites over the past: what the live judge and engine say minute by minute."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.backtest.errors import NothingToSay
from alerts.backtest.past import slices_of_store
from alerts.backtest.replay import Parts
from alerts.backtest.sliced import SlicedReplay
from alerts.backtest.slices import Cutter, cuts_of
from alerts.engine import Engine
from alerts.facts import Facts
from alerts.sliced.book import Kind, SliceBook
from alerts.sliced.burning import Cuts
from alerts.sliced.history import History
from alerts.sliced.judging import SlicedJudge
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method
from slo.windows import SHANGHAI, Window
from store.opening import open_store
from tests.alerts.kinds.bank import NOON_S, Bank
from tests.alerts.sliced.parts import objective, part, rule

RULES = (rule(300, after_s=120), rule(600, factor=3, no_data=True, or_equal=True))
OBJECTIVES = [
    objective(rules=RULES[:1]),
    objective(rules=RULES[1:], method=Method.RATIO_TIMESLICES),
    objective(part("micro", weight=3), part("identity", target="95"), rules=RULES[1:], method=Method.OCCURRENCES),
]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """Two products in two data centers, nothing stored yet."""
    store = open_store(tmp_path / "store.sqlite", SHANGHAI, upgrade=True)
    yield Bank(store)
    store.close()


def hour(bank: Bank) -> None:
    """Good and bad minutes, without traffic and unseen ones; a page at the end of each."""
    dice = random.Random(4)
    bank.register(NOON_S - 1)
    for center in bank.centers:
        bank.page(center, NOON_S, begun=0)
    for minute in range(60):
        letter = dice.choice("gggggb") if minute < 20 or minute > 44 else dice.choice("gbbn")
        for center in bank.centers if not 30 <= minute < 41 else ():
            begun = 0 if letter == "n" else 30
            bank.page(center, NOON_S + 60 * minute + 60, begun=begun, bad=10 if letter == "b" else 0)


@pytest.mark.parametrize("slo", OBJECTIVES, ids=lambda slo: str(slo.method))
def test_a_replay_of_the_store_says_what_the_live_engine_said(bank: Bank, slo: SlicedSlo) -> None:
    """The same transitions at the same minutes, evaluated whenever one closes."""
    hour(bank)
    judge, engine, live = SlicedJudge([slo]), Engine([], timings=slo.timings(), others=[slo.id]), []
    within = Window(NOON_S, NOON_S + 3600)
    with bank.store.reading() as reader:
        cuts = slices_of_store(reader, slo, SliceBook(), within, within.to_s)
        for at_s in range(NOON_S + 60, within.to_s + 1, 60):
            # As far as was known then: nothing is read twice, and the past before the hour is unseen.
            readings = judge.readings(reader, (at_s + 30) * 1000, started_ms=NOON_S * 1000)
            live += engine.tick(Facts(at_s, at_s * 1000), readings)
    assert cuts is not None
    replayed = SlicedReplay(History.of(slo, cuts), 60).run()
    found = [(each.key, each.state, each.at_ms, each.severity) for each in replayed]
    assert found == [(each.key, each.state, each.at_ms, each.severity) for each in live]
    assert len(found) >= 2


def test_what_waits_for_its_time_is_looked_at_between_slices() -> None:
    """Slices of five minutes: it fires 90 s after the bad one ended, and closes a minute after a good one."""
    slo = objective(slice_seconds=300, rules=(rule(300, after_s=90),))
    cutter = Cutter(300, 15)
    bad = range(600, 1200)
    cutter.take((at_s, {"": (0, 5) if at_s in bad else (5, 0)}) for at_s in range(0, 2400, 15))
    history = History.of(slo, cuts_of({"micro": cutter}, 300))
    found = [(each.state.value, each.at_ms // 1000) for each in SlicedReplay(history, 15).run()]
    assert found == [("pending", 900), ("firing", 990), ("resolved", 1560)]


def test_a_slot_without_a_row_was_not_seen() -> None:
    """In one of two data centers, in both, and at the begin and the end of the file."""
    cutter = Cutter(60, 15)
    slots = {at_s: {"a": (9, 1), "b": (10, 0)} for at_s in range(30, 315, 15) if not 120 <= at_s < 180}
    slots[60] = {"a": (9, 1)}
    cutter.take(slots.items())
    (row,) = cuts_of({"micro": cutter}, 60).values()
    assert [(at_s, cut.good, cut.total, cut.unseen_ms) for at_s, cut in row] == [
        (0, 38, 40, 60_000),
        (60, 66, 70, 15_000),
        (120, 0, 0, 120_000),
        (180, 76, 80, 0),
        (240, 76, 80, 0),
    ]
    assert row[2][1].blind


@pytest.mark.parametrize(
    ("slice_s", "slot_s", "first_s", "said"),
    [
        (60, 45, 0, "slots of 45 s do not make up slices of 60 s"),
        (60, 15, 7, "slots begin 7 s after whole multiples of 15 s"),
        (300, 15, 0, "the slots do not fill one slice of 300 s"),
    ],
)
def test_slots_that_make_up_no_slices_are_refused(slice_s: int, slot_s: int, first_s: int, said: str) -> None:
    slots = [(first_s + n * slot_s, {"": (1, 0)}) for n in range(8)]
    with pytest.raises(NothingToSay, match=said):
        _cut(slots, slice_s, slot_s)


def test_columns_of_a_picture_burn_as_their_slices_do() -> None:
    """Half of the bad minute of a composite of two, one of which has twice the weight."""
    slo = objective(part("micro", weight=2), part("identity", target="99"), method=Method.OCCURRENCES)
    cutters = {"micro": Cutter(60, 60), "identity": Cutter(60, 60)}
    cutters["micro"].take([(0, {"": (10, 0)}), (60, {"": (5, 5)}), (180, {"": (5, 0)})])
    cutters["identity"].take([(0, {"": (10, 0)}), (60, {"": (10, 0)}), (180, {"": (5, 0)})])
    history = History.of(slo, cuts_of(cutters, 60))
    columns = list(SlicedReplay(history, 60).columns())
    shares = [bad / (good + bad) if parts else None for _, parts in columns for good, bad in parts.values() or [(1, 0)]]
    assert [at_s for at_s, _ in columns] == [0, 60, 120, 180]
    assert columns[2][1] == {}
    assert shares == [0, pytest.approx(0.01 * (2 * 5 + 0) / 3), None, 0]
    assert set(cuts_of(cutters, 60)) == {Kind("micro", 60, True), Kind("identity", 60, True)}


def _cut(slots: list[tuple[int, Parts]], slice_s: int, slot_s: int) -> Cuts:
    cutter = Cutter(slice_s, slot_s)
    cutter.take(slots)
    return cuts_of({"": cutter}, slice_s)
