"""The replay against the engine itself, and what it says of single stories."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

from alerts.backtest.errors import NothingToSay
from alerts.backtest.replay import Parts, Replay
from alerts.engine import Engine
from alerts.facts import Facts, Sight, Told
from alerts.model import AlertState, Level, Severity, Subject, Transition
from alerts.policy import Slo, Tier

SHORT_TIERS = (
    Tier("cliff", 60, 10, Fraction(2, 100), Severity.CALL),
    Tier("fast", 300, 50, Fraction(4, 100), Severity.PAGE),
    Tier("leak", 900, 150, Fraction(6, 100), Severity.TICKET),
    Tier("late", 300, 300, Fraction(3, 100), Severity.TICKET, after_seconds=40),
)
Slots = list[tuple[int, dict[str, tuple[int, int]]]]


def fires(slo: Slo, slots: Sequence[tuple[int, Parts]], slot_seconds: int = 1) -> list[tuple[int, str, str]]:
    """Second, tier, state."""
    return [(c.at_ms // 1000, c.key.rule, c.state.value) for c in Replay(slo, slot_seconds).run(slots)]


def steady(from_s: int, seconds: int, good: int, bad: int) -> Slots:
    """The same each second."""
    return [(at_s, {"": (good, bad)}) for at_s in range(from_s, from_s + seconds)]


def drawn(seed: int, step_s: int, data_centers: Sequence[str]) -> Slots:
    """Outages, noise, silence, slots without a row and data centers without one."""
    chance = random.Random(seed)
    slots: Slots = []
    share = 0.0
    for number in range(400):
        if chance.random() < 0.04:
            share = chance.choice([0.0, 0.0, 0.001, 0.02, 0.3, 1.0])
        if chance.random() < 0.05 or 150 < number < 150 + seed * 3:
            continue
        parts = {}
        for name in data_centers:
            if chance.random() < 0.1:
                continue
            total = chance.choice([0, 3, 1000])
            bad = min(total, round(total * share) + (chance.random() < 0.02))
            parts[name] = (total - bad, bad)
        if parts:
            slots.append((1_000_000 + number * step_s, parts))
    return slots


def by_the_engine(slo: Slo, slots: Slots, step_s: int) -> list[Transition]:
    """The same slots through the live engine, one tick per slot."""
    engine = Engine([slo], exact_step_s=step_s)
    rows, changes, last = dict(slots), [], {}
    for at_s in range(slots[0][0], slots[-1][0] + step_s, step_s):
        parts = rows.get(at_s, {})
        last |= dict.fromkeys(parts, at_s + step_s)
        whole = Told(at_s, Subject(Level.PRODUCT, slo.product), _total(parts), _bad(parts))
        cells = [
            Told(at_s, Subject(Level.CELL, slo.product, name), good + bad, bad)
            for name, (good, bad) in parts.items()
            if name
        ]
        sights = {name: Sight(until_s, 0) for name, until_s in last.items()}
        told = [whole, *cells] if parts else []
        end_s = at_s + step_s
        changes += engine.tick(Facts(end_s, end_s * 1000, told, step_s, sights=sights))
    return changes


def _total(parts: Parts) -> int:
    return sum(good + bad for good, bad in parts.values())


def _bad(parts: Parts) -> int:
    return sum(bad for _, bad in parts.values())


def _plain(changes: Sequence[Transition]) -> set[tuple[object, ...]]:
    return {(c.at_ms, c.key, c.state, c.severity, c.evidence.long, c.evidence.short) for c in changes}


@pytest.mark.parametrize("data_centers", [("",), ("dc1", "dc2", "dc3")])
@pytest.mark.parametrize("step_s", [1, 10])
def test_it_says_what_the_engine_says(slo: Callable[..., Slo], data_centers: tuple[str, ...], step_s: int) -> None:
    """Every transition with its counts, over drawn pasts with gaps, silence and data centers that come and go."""
    objective = slo("99.9", tiers=SHORT_TIERS)
    seen = 0
    for seed in range(12):
        slots = drawn(seed, step_s, data_centers)
        expected = by_the_engine(objective, slots, step_s)
        assert _plain(list(Replay(objective, step_s).run(slots))) == _plain(expected), seed
        seen += len(expected)
    assert seen > 30


def test_a_full_outage_fires_with_its_first_second(slo: Callable[..., Slo]) -> None:
    """0.52 s of it fill the cliff's window to its factor: the slot of a second is the limit."""
    slots = steady(0, 100, 100, 0) + steady(100, 20, 0, 100) + steady(120, 80, 100, 0)
    found = fires(slo(), slots)
    assert found[0] == (101, "cliff", "firing")
    assert (140, "cliff", "resolved") in found


def test_time_to_cross_is_that_of_the_definitions(slo: Callable[..., Slo], tiers: tuple[Tier, ...]) -> None:
    """t = k x (1 - target) x long / f, after a full window of calm: one in six 3.1 s, one in sixty 31 s."""
    for share, crossed_s in ((6, 4), (60, 32)):
        slots = steady(0, 60, 6000, 0) + steady(60, 60, 6000 - 6000 // share, 6000 // share)
        assert fires(slo(tiers=tiers[:1]), slots)[0][:2] == (60 + crossed_s, "cliff")


def test_exactly_at_the_threshold_nothing_fires(slo: Callable[..., Slo], tiers: tuple[Tier, ...]) -> None:
    """Above, not at."""
    leak = slo(tiers=tiers[4:])
    assert fires(leak, steady(0, 60, 99_999_000, 1000)) == []
    assert fires(leak, steady(0, 60, 99_998_999, 1001))[0][1:] == ("leak", "firing")


def test_few_bad_events_fire_nothing(slo: Callable[..., Slo]) -> None:
    """Four failures of four requests are no outage of a bank."""
    assert fires(slo(), steady(0, 4, 0, 1)) == []
    assert fires(slo(), steady(0, 5, 0, 1))[0][:2] == (5, "cliff")


def test_a_gap_closes_nothing(slo: Callable[..., Slo], tiers: tuple[Tier, ...]) -> None:
    """Half an hour without rows in an outage: it fires until good data come."""
    slots = steady(0, 20, 50, 50) + steady(1820, 400, 100, 0)
    assert fires(slo(tiers=tiers[:1]), slots) == [(1, "cliff", "firing"), (1831, "cliff", "resolved")]


def test_a_gap_of_years_costs_no_more_than_the_longest_window(slo: Callable[..., Slo]) -> None:
    """Once windows are empty nothing changes."""
    slots = steady(0, 10, 0, 100) + steady(300_000_000, 100, 100, 0)
    assert (300_000_011, "cliff", "resolved") in fires(slo(tiers=SHORT_TIERS), slots)


def test_only_the_failing_data_center_fires_and_it_alone_ends_it(slo: Callable[..., Slo]) -> None:
    """The product's alert waits for the data center that it blames."""
    slots: Slots = [(at, {"dc1": (0, 100), "dc2": (100, 0)}) for at in range(20)]
    slots += [(at, {"dc2": (100, 0)}) for at in range(20, 200)]
    changes = list(Replay(slo(tiers=SHORT_TIERS[:1]), 1).run(slots))
    assert {c.key.subject.data_center for c in changes} == {"", "dc1"}
    assert {c.state for c in changes} == {AlertState.FIRING}


def test_budget_spent_is_that_of_the_whole_period(slo: Callable[..., Slo]) -> None:
    """A minute of full outage after a month of nothing known: 60 of 25.92 seconds, at the pace of the window."""
    slots = steady(0, 60, 100, 0) + steady(60, 1, 0, 100)
    change = next(iter(Replay(slo(), 1).run(slots)))
    assert change.evidence.budget_spent == "0.0385"


def test_tiers_that_slots_cannot_tell_are_left_out_and_named(slo: Callable[..., Slo]) -> None:
    """A minute's slot knows nothing of ten seconds."""
    assert Replay(slo(), 60).left_out == ("cliff",)
    with pytest.raises(NothingToSay, match="slots of 7 s are too long"):
        Replay(slo(), 7)
