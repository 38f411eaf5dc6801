"""A storm in two steps: the page first, and nothing lost or told twice when the process dies between them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from alerts.desk.desk import ALERT
from alerts.evaluating.evaluation import Evaluation, Step
from alerts.evaluating.storm import MOST_AT_ONCE, urgent
from alerts.kinds.registry import Kinds
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from alerts.policy import Policy
from alerts.service import AlertPace, AlertService
from slo.counts import Counts
from slo.outcomes import Kind
from slo.windows import SHANGHAI
from store.opening import open_store
from store.records import CUSTOMER, Batch, Events, Read, Source
from tests.alerts.test_service import CENTERS, PER_SECOND, Bank, until

DCNS = MOST_AT_ONCE + 50
NONE = Evidence(Counts(0, 0), Counts(0, 0))
CELL = Subject(Level.CELL, "weilidai", "dc2")


def fires(subject: Subject, *, state: AlertState = AlertState.FIRING, replayed: bool = False) -> Transition:
    """One change of the cliff of one subject."""
    key = AlertKey("cliff", subject, "weilidai")
    return Transition(key, state, Severity.PAGE, 1_000, 1_000, NONE, replayed)


def dcn(number: int) -> Subject:
    """One of many."""
    return Subject(Level.DCN, "weilidai", "dc2", f"n{number:03}")


PARTS = [fires(dcn(number)) for number in range(DCNS)]


def test_what_is_wide_comes_first() -> None:
    """The cell that explains its DCNs."""
    assert urgent([*PARTS, fires(CELL)]) == [fires(CELL)]


@pytest.mark.parametrize(
    "untold",
    [
        [*PARTS[:MOST_AT_ONCE], fires(CELL)],
        PARTS,
        [*PARTS, fires(CELL, state=AlertState.RESOLVED)],
        [*PARTS, fires(CELL, replayed=True)],
        [*PARTS, PARTS[0], fires(CELL)],
    ],
    ids=["few", "nothing explains them", "an end", "replayed", "two changes of one alert"],
)
def test_all_else_stays_together(untold: list[Transition]) -> None:
    """In the order of time."""
    assert urgent(untold) == untold


class _Failing(Bank):
    """All DCNs of dc2 fail together."""

    def second(self, kind: Kind) -> None:
        """One second of both data centers."""
        self.at_s += 1
        for center in CENTERS:
            here = kind if center == "dc2" else Kind.GOOD
            outcome = "ok" if here is Kind.GOOD else "system_error"
            counted = tuple(
                Events(self.at_s - 1, "weilidai", center, f"{center}-{n}", "apply", outcome, CUSTOMER, here, PER_SECOND)
                for n in range(DCNS)
            )
            batch = Batch(center, self.versions[center], (Read(self.at_s * 1000, True),), self.at_s * 1000, counted)
            self.versions[center] = self.store.commit(batch)

    def evaluation(self) -> Evaluation:
        """As a process begins that takes over."""
        setting = self.setting()
        kinds = Kinds(setting.kinds, setting.estate, self.at_s * 1000)
        with self.store.reading() as reader:
            return Evaluation(setting, kinds, (), reader.journal())

    def ticks(self, evaluation: Evaluation) -> Step:
        """Judged, folded once and written."""
        now_ms = self.at_s * 1000 + 200
        with self.store.reading() as reader:
            while evaluation.judge(reader, now_ms):
                pass
            step = evaluation.step(reader, now_ms)
        self.store.write(step.change)
        evaluation.written()
        return step

    def subjects(self, kind: str) -> Counter[str]:
        """How often each is spoken of in the journal."""
        return Counter(each.entry.subject for each in self.entries(kind))


@pytest.mark.parametrize("dies", [False, True])
def test_a_page_goes_first_and_nothing_is_lost_or_told_twice(tmp_path: Path, policy: Policy, dies: bool) -> None:
    """Whether the process lives on or dies between both steps."""
    store = open_store(tmp_path / "s.sqlite", SHANGHAI, upgrade=True)
    bank = _Failing(store, policy)
    for name in CENTERS:
        store.register(Source(name, "exposition", name, 1000), bank.at_s * 1000)
    evaluation = bank.evaluation()
    for _ in range(3):
        bank.second(Kind.GOOD)
        bank.ticks(evaluation)
    bank.second(Kind.BAD)
    first = bank.ticks(evaluation)
    paged = bank.subjects("notice")
    second = bank.ticks(bank.evaluation() if dies else evaluation)
    states = [json.loads(each.entry.body)["state"] for each in bank.entries(ALERT)]
    changes = bank.subjects(ALERT)
    store.close()
    assert first.more
    assert first.transitions <= 10
    assert len(paged) == 1
    assert not second.more
    assert dcns_of(changes) == DCNS
    assert set(changes.values()) == {1}
    assert set(states) == {"firing"}


def test_a_storm_is_no_silence_of_the_evaluation(tmp_path: Path, policy: Policy) -> None:
    """The rest comes at the very next look, and meanwhile nobody takes it for dead: its sign of life goes on."""
    store = open_store(tmp_path / "s.sqlite", SHANGHAI, upgrade=True)
    bank = _Failing(store, policy)
    for name in CENTERS:
        store.register(Source(name, "exposition", name, 1000), bank.at_s * 1000)
    seldom = AlertPace(tick_seconds=3600)
    service = AlertService(store, bank.setting(), bank.channels(), pace=seldom, now_ms=lambda: bank.at_s * 1000 + 200)
    service.start_leading()
    try:
        bank.second(Kind.GOOD)
        until(service.look)
        bank.second(Kind.BAD)
        until(service.look)
        told = dcns_of(bank.subjects(ALERT))
        assert service.tick_age_seconds() is not None
        assert service.look()
        assert (told, dcns_of(bank.subjects(ALERT))) == (0, DCNS)
    finally:
        service.stop()
        store.close()


def dcns_of(changes: Counter[str]) -> int:
    """DCNs among them."""
    return sum(AlertKey.parse(each).subject.level is Level.DCN for each in changes)
