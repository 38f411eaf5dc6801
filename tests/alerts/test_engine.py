"""The engine: outages that go dark stay open, blame is remembered, restarts lose nothing, other kinds join in."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from alerts.catalog_slos import PERIOD_SECONDS
from alerts.engine import Engine
from alerts.errors import BadEngineState
from alerts.facts import Facts, Growth, Piece, Sight, Told
from alerts.lifecycle import Timing
from alerts.model import (
    AlertKey,
    AlertState,
    Condition,
    Level,
    Reading,
    Severity,
    Subject,
    Transition,
)
from alerts.policy import Policy, Slo
from slo.objective import Objective
from tests.alerts.estate import BANK, BEGIN_S, Estate, Leaf, run

PRODUCT = Subject(Level.PRODUCT, "weilidai")
CELL = Subject(Level.CELL, "weilidai", "dc3")
OUTAGE_S = BEGIN_S + 30
DARK_S = OUTAGE_S + 20


def slos(policy: Policy) -> list[Slo]:
    """Five nines of the bank and of one product."""
    objective = Objective.parse("99.999")
    return [Slo(name or "bank", name, objective, PERIOD_SECONDS, policy, {}) for name in ("", "weilidai")]


def broken(from_s: int, to_s: int) -> Estate:
    """One data center of two fails wholly for a while."""

    def fault(leaf: Leaf, at_s: int) -> tuple[int, int]:
        return int(leaf[1] == "dc3" and from_s <= at_s < to_s), 1

    return Estate(data_centers=3, dcns=1, fault=fault)


def states(changes: Iterable[Transition], rule: str, subject: Subject) -> list[tuple[AlertState, int]]:
    """State and second, from the begin of the outage, of each transition of one alert."""
    mine = [c for c in changes if c.key.rule == rule and c.key.subject == subject]
    return [(c.state, c.at_ms // 1000 - OUTAGE_S) for c in mine]


def test_an_outage_that_goes_dark_stays_open(policy: Policy) -> None:
    """Series vanish for half an hour: nothing of it closes, though the rest of the bank is well. Then they return
    healthy, and it does."""
    engine = Engine(slos(policy))
    estate = broken(OUTAGE_S, 2**40)
    changes = run(engine, estate, BEGIN_S, DARK_S)
    changes += run(engine, estate, DARK_S, DARK_S + 1800, {"dc3": DARK_S})
    for subject in (BANK, PRODUCT, CELL):
        for rule in ("cliff", "fast", "medium"):
            assert [state for state, _ in states(changes, rule, subject)] == [AlertState.FIRING], (rule, subject)
    back = run(engine, broken(0, 0), DARK_S + 1800, DARK_S + 1900)
    for subject in (BANK, PRODUCT, CELL):
        assert [state for state, _ in states(back, "cliff", subject)] == [AlertState.RESOLVED], subject


def test_an_outage_that_ends_closes_when_it_is_proven(policy: Policy) -> None:
    """Ten seconds until the short window is good, ten more of the hold; the evidence tells when it was bad."""
    changes = run(Engine(slos(policy)), broken(OUTAGE_S, OUTAGE_S + 20), BEGIN_S, OUTAGE_S + 60)
    assert states(changes, "cliff", CELL) == [(AlertState.FIRING, 1), (AlertState.RESOLVED, 40)]
    closed = next(c for c in changes if c.key.subject == CELL and c.state is AlertState.RESOLVED)
    assert closed.evidence.bad_from_ms == OUTAGE_S * 1000
    assert closed.evidence.bad_to_ms == (OUTAGE_S + 20) * 1000


def test_a_drained_data_center_does_not_hold_the_product(policy: Policy) -> None:
    """It is looked at, has no traffic any more, and the product is well: the cell stays open, the product closes."""
    engine = Engine(slos(policy))
    changes = run(engine, broken(OUTAGE_S, 2**40), BEGIN_S, DARK_S)
    drained = Estate(data_centers=2, dcns=1)
    for at_s in range(DARK_S, DARK_S + 120):
        sights = {f"dc{number}": Sight(at_s + 1, 3) for number in (1, 2, 3)}
        changes += engine.tick(Facts(at_s + 1, (at_s + 1) * 1000, drained.second(at_s), sights=sights))
    assert [state for state, _ in states(changes, "cliff", PRODUCT)] == [AlertState.FIRING, AlertState.RESOLVED]
    assert [state for state, _ in states(changes, "cliff", CELL)] == [AlertState.FIRING]


def test_background_failures_are_not_where_the_impact_began(policy: Policy) -> None:
    """One failure in ten thousand each second is no bad slice of the cliff's."""

    def fault(leaf: Leaf, at_s: int) -> tuple[int, int]:
        return (1, 1) if leaf[1] == "dc3" and at_s >= OUTAGE_S else (1, 10_000)

    changes = run(Engine(slos(policy)), Estate(dcns=1, per_second=10_000, fault=fault), BEGIN_S, OUTAGE_S + 5)
    fired = next(c for c in changes if c.key.rule == "cliff" and c.key.subject == CELL)
    assert fired.evidence.bad_from_ms == OUTAGE_S * 1000


def test_sources_of_one_second_may_come_one_by_one(policy: Policy) -> None:
    """A second that is told again is judged again at once, and counted once."""
    engine = Engine(slos(policy))
    engine.tick(Facts(BEGIN_S + 1, 0, [Told(BEGIN_S, PRODUCT, 1000, 0)]))
    assert engine.tick(Facts(BEGIN_S + 2, 0, [Told(BEGIN_S + 1, PRODUCT, 500, 0)])) == []
    again = [Told(BEGIN_S, PRODUCT, 1000, 0), Told(BEGIN_S + 1, PRODUCT, 1000, 500)]
    fired = next(c for c in engine.tick(Facts(BEGIN_S + 2, 0, again)) if c.key.rule == "cliff")
    assert fired.at_ms == (BEGIN_S + 2) * 1000
    assert (fired.evidence.long.total, fired.evidence.long.bad) == (2000, 500)


@pytest.mark.parametrize("cut", [5, 31, 45, 52, 75, 140])
def test_a_restart_changes_nothing(policy: Policy, cut: int) -> None:
    """Whenever it happens: sums come from the store, states from the document, and the rows are the same."""
    cut_s, end_s = BEGIN_S + cut, BEGIN_S + 700
    estate = broken(OUTAGE_S, OUTAGE_S + 20)
    whole = run(Engine(slos(policy)), estate, BEGIN_S, end_s)
    first, second = Engine(slos(policy)), Engine(slos(policy))
    before = run(first, estate, BEGIN_S, cut_s)
    second.restore(json.loads(json.dumps(first.document())))
    assert second.evaluated_s == cut_s
    sights = {f"dc{number}": Sight(cut_s, 3) for number in (1, 2, 3)}
    stored = [
        Piece(at_s, at_s + 1, [Growth(row.subject, row.total, row.bad) for row in estate.second(at_s)])
        for at_s in range(BEGIN_S, cut_s)
    ]
    again = second.tick(Facts(cut_s, cut_s * 1000, base=stored, sights=sights))
    assert again == []
    assert before + run(second, estate, cut_s, end_s) == whole
    assert {c.state for c in whole} == {AlertState.FIRING, AlertState.RESOLVED}


def test_an_alert_of_an_objective_that_is_gone_closes(policy: Policy) -> None:
    """Nothing would ever say that it is good again; the row says why."""
    first = Engine(slos(policy))
    run(first, broken(OUTAGE_S, 2**40), BEGIN_S, OUTAGE_S + 5)
    second = Engine(slos(policy)[:1])
    second.restore(first.document())
    changes = second.tick(Facts(OUTAGE_S + 5, (OUTAGE_S + 6) * 1000))
    assert {(c.key.slo, c.state) for c in changes} == {("weilidai", AlertState.RESOLVED)}
    assert changes[0].evidence.values == (("closed", "the objective is no longer configured"),)


def test_an_alert_can_be_closed_by_hand(policy: Policy) -> None:
    """A data center that was given up is never good again."""
    engine = Engine(slos(policy))
    run(engine, broken(OUTAGE_S, 2**40), BEGIN_S, DARK_S)
    run(engine, broken(OUTAGE_S, 2**40), DARK_S, DARK_S + 60, {"dc3": DARK_S})
    key = AlertKey("cliff", CELL, "weilidai")
    closed = engine.close(key, "dc3 was given up", (DARK_S + 60) * 1000)
    assert closed is not None
    assert closed.state is AlertState.RESOLVED
    assert engine.close(key, "again", (DARK_S + 61) * 1000) is None
    later = run(engine, broken(OUTAGE_S, 2**40), DARK_S + 60, DARK_S + 90, {"dc3": DARK_S})
    assert [c for c in later if c.key == key] == []


def test_readings_of_other_kinds_live_the_same_life(policy: Policy) -> None:
    """With their own timing, at the present, whether data come or not."""
    engine = Engine(slos(policy), timings={"unknown": Timing(for_seconds=5)})
    key = AlertKey("unknown", Subject(Level.SOURCE, other="dc3"))
    changes: list[Transition] = []
    for now_s in range(BEGIN_S, BEGIN_S + 8):
        reading = Reading(key, Condition.TRUE, Severity.TICKET)
        changes += engine.tick(Facts(BEGIN_S, now_s * 1000), [reading])
    assert [(c.state, c.at_ms // 1000 - BEGIN_S) for c in changes] == [
        (AlertState.PENDING, 0),
        (AlertState.FIRING, 5),
    ]


def test_what_happened_while_the_engine_was_away_is_marked(policy: Policy) -> None:
    """So that notifications can say that it is already over."""
    engine = Engine(slos(policy))
    estate = broken(OUTAGE_S, OUTAGE_S + 20)
    told = [row for at_s in range(BEGIN_S, BEGIN_S + 90) for row in estate.second(at_s)]
    until_s = BEGIN_S + 90
    changes = engine.tick(Facts(until_s, 0, told, replayed_until_s=until_s - 5))
    assert states(changes, "cliff", CELL) == [(AlertState.FIRING, 1), (AlertState.RESOLVED, 40)]
    assert all(change.replayed for change in changes)


@pytest.mark.parametrize(
    ("document", "said"),
    [({}, "KeyError: 'version'"), ({"version": 9}, "version 9 is not 1"), ({"version": 1}, "KeyError: 'evaluated_s'")],
)
def test_a_state_of_another_version_is_refused(policy: Policy, document: dict[str, object], said: str) -> None:
    """Not guessed at."""
    with pytest.raises(BadEngineState, match=said):
        Engine(slos(policy)).restore(document)
