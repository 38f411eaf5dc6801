"""All kinds together over a real store with real rows."""

from __future__ import annotations

from alerts.kinds.facts import Estate
from alerts.kinds.pipeline import Operations
from alerts.kinds.policy import KindPolicy
from alerts.kinds.registry import Kinds
from alerts.model import Condition, Level, Reading, Severity, Subject
from alerts.policy import Policy, Slo
from slo.objective import Objective
from slo.states import SliceState
from slo.windows import DAY_S
from store.probes import Probe, ProbeResult
from store.quality import FOLDED, KNOWN, SKEW, VANISHED, product_label
from store.records import Retention
from tests.alerts.kinds.bank import NOON_S, PRODUCTS, Bank
from tests.alerts.kinds.parts import REFUSED, said, true

TARGET = Objective.parse("99.999")
POLICY = Policy("test", (), 5)
SLOS = (
    Slo("bank", "", TARGET, 30 * DAY_S, POLICY, {}),
    Slo("micro", "micro", TARGET, 30 * DAY_S, POLICY, {}),
)
ESTATE = Estate(PRODUCTS, SLOS, retention=Retention())
STARTED_S = NOON_S - 40


def kinds(started_s: int = STARTED_S, estate: Estate = ESTATE) -> Kinds:
    """All kinds under the shipped policy."""
    return Kinds(KindPolicy(), estate, started_s * 1000)


def tick(bank: Bank, every: Kinds, at_s: float, **more: object) -> list[Reading]:
    """One tick with an engine that is up to date."""
    with bank.store.reading() as reader:
        return every.tick(reader, int(at_s * 1000), Operations(int(at_s * 1000)), **more)  # type: ignore[arg-type]


def test_an_empty_store_says_nothing_is_wrong(bank: Bank) -> None:
    assert true(tick(bank, kinds(NOON_S), NOON_S)) == {}


def test_the_first_seconds_page_nobody(bank: Bank) -> None:
    """Collectors registered, then first pages, second by second, on a store of yesterday and on a new one."""
    bank.register(NOON_S)
    every = kinds(NOON_S)
    assert true(tick(bank, every, NOON_S + 1)) == {}
    for at_s in range(NOON_S + 2, NOON_S + 8):
        bank.live(at_s, at_s)
        assert true(tick(bank, every, at_s + 0.4)) == {}
    bank.live(NOON_S + 3600, NOON_S + 3600)
    again = kinds(NOON_S + 90_000)
    for wait_s in (1, 8, 15):
        assert true(tick(bank, again, NOON_S + 90_000 + wait_s)) == {}


def test_a_healthy_bank_says_false_and_nothing_true(bank: Bank) -> None:
    bank.register(NOON_S - 60)
    bank.past_weeks(NOON_S, (1, 2, 3, 4), 3600)
    bank.live(NOON_S - 60, NOON_S, begun=30)
    found = said(tick(bank, kinds(), NOON_S + 0.3))
    assert Condition.TRUE not in found.values()
    for rule in ("unreachable:data_center::dc1:::", "unknown:product:micro::::", "volume:product:micro::::"):
        assert found[rule] is Condition.FALSE, rule
    assert found["volume:bank:::::"] is Condition.FALSE
    assert found["collector-gone:pipeline::::collector:"] is Condition.FALSE
    assert found["engine-late:pipeline::::engine:"] is Condition.FALSE
    assert found["prune-behind:pipeline::::store:"] is Condition.FALSE


def test_a_killed_data_center_pages_with_the_first_refused_read(bank: Bank) -> None:
    bank.register(NOON_S - 10)
    bank.live(NOON_S - 10, NOON_S)
    bank.live(NOON_S + 1, NOON_S + 1, only=["dc2"])
    bank.failed("dc1", NOON_S + 1, REFUSED)
    every = kinds()
    assert true(tick(bank, every, NOON_S + 1.1)) == {"unreachable:data_center::dc1:::": Severity.PAGE}
    bank.live(NOON_S + 2, NOON_S + 2)
    assert true(tick(bank, every, NOON_S + 2.1)) == {}


def test_announced_work_makes_nothing_true(bank: Bank) -> None:
    bank.register(NOON_S - 10)
    bank.live(NOON_S - 10, NOON_S)
    bank.failed("dc1", NOON_S + 1, REFUSED)
    work = (Subject(Level.DATA_CENTER, data_center="dc1"),)
    found = tick(bank, kinds(), NOON_S + 1.1, maintenance=work)
    assert said(found)["unreachable:data_center::dc1:::"] is Condition.UNKNOWN


def test_missing_transactions_page_and_their_return_ends_it(bank: Bank) -> None:
    bank.register(NOON_S - 60)
    bank.past_weeks(NOON_S, (1, 2, 3, 4), 3600)
    bank.live(NOON_S - 60, NOON_S - 30, begun=30)
    bank.live(NOON_S - 29, NOON_S, begun=20)
    every = kinds()
    page = Severity.PAGE
    assert true(tick(bank, every, NOON_S + 0.3)) == {
        "volume:bank:::::": page,
        "volume:product:identity::::": page,
        "volume:product:micro::::": page,
    }
    bank.live(NOON_S + 1, NOON_S + 25, begun=30)
    assert true(tick(bank, every, NOON_S + 25.3)) == {}


def test_transactions_that_were_not_observed_are_not_missing(bank: Bank) -> None:
    """Half of the bank is silent: a ticket for it, and no verdict on volume."""
    bank.register(NOON_S - 60)
    bank.past_weeks(NOON_S, (1, 2, 3, 4), 3600)
    bank.live(NOON_S - 60, NOON_S - 20, begun=30)
    bank.live(NOON_S - 19, NOON_S + 20, begun=30, only=["dc1"])
    found = tick(bank, kinds(), NOON_S + 20.3)
    assert true(found) == {"unknown:data_center::dc2:::": Severity.TICKET}
    assert said(found)["volume:product:micro::::"] is Condition.UNKNOWN


def test_budgets_are_noticed_step_by_step(bank: Bank) -> None:
    """1,000,200 requests allow ten failures: six spend half of the rolling window."""
    bank.register(NOON_S - 10)
    bank.past_weeks(NOON_S, (1,), 5000, before_s=6000, after_s=0)
    bank.live(NOON_S - 10, NOON_S - 9, begun=100)
    bank.page("dc1", NOON_S - 8, begun=100, bad=3)
    bank.live(NOON_S - 7, NOON_S, begun=0)
    steps = {key for key in true(tick(bank, kinds(), NOON_S + 60.3)) if key.startswith("budget")}
    assert steps == {
        "budget-rolling-50:bank:::::bank",
        "budget-month-25:bank:::::bank",  # the rest of the month will bring more requests, and more budget
    }


def test_quality_is_read_from_what_collectors_told(bank: Bank) -> None:
    bank.register(NOON_S - 10)
    bank.live(NOON_S - 10, NOON_S - 1)
    bank.gauge("dc1", SKEW, "1.500", NOON_S)
    bank.gauge("dc2", SKEW, "-0.400", NOON_S)
    bank.gauge("dc1", FOLDED, "7", NOON_S)
    bank.gauge("dc2", VANISHED, "4", NOON_S - 31, product_label("micro"))
    bank.gauge("dc2", KNOWN, "4", NOON_S - 31, product_label("micro"))
    bank.page("dc1", NOON_S, samples=80)
    bank.page("dc2", NOON_S, samples=81)
    ticket = Severity.TICKET
    assert true(tick(bank, kinds(), NOON_S + 0.3)) == {
        "clock-skew:source::dc1::dc1:": ticket,
        "folded-names:source::dc1::dc1:": ticket,
        "series-vanished:source::dc1::dc1:": ticket,
        "series-vanished:source:micro:dc2::dc2:": ticket,
    }


def test_an_hour_with_holes_is_a_ticket(bank: Bank) -> None:
    """Of seven minutes that are settled there are pages of one; of four nothing is said."""
    bank.register(NOON_S - 540)
    bank.live(NOON_S - 540, NOON_S - 480)
    bank.live(NOON_S - 60, NOON_S)
    assert true(tick(bank, kinds(NOON_S - 360), NOON_S + 0.3)) == {}
    found = tick(bank, kinds(NOON_S - 540), NOON_S + 0.3)
    assert true(found) == {
        "completeness:source::dc1::dc1:": Severity.TICKET,
        "completeness:source::dc2::dc2:": Severity.TICKET,
    }


def test_probes_of_two_places_that_fail_are_a_page(bank: Bank) -> None:
    places = [Probe("front", name, "micro", "", 5000) for name in ("east", "west")]
    for probe in places:
        bank.store.register_probe(probe, NOON_S * 1000)
    every = kinds(NOON_S)
    for back_s, state in ((10, SliceState.GOOD), (5, SliceState.BAD), (0, SliceState.BAD)):
        assert true(tick(bank, every, NOON_S + 19.9 - back_s)) == {}
        bank.store.record_probes(
            [ProbeResult(p.key, (NOON_S + 20 - back_s) * 1000, state, "http: 503") for p in places]
        )
    found = true(tick(bank, every, NOON_S + 20.1))
    assert found == {"synthetic:probe:micro:::front:": Severity.PAGE}


def test_nobody_collects_any_more(bank: Bank) -> None:
    bank.register(NOON_S - 60)
    bank.live(NOON_S - 60, NOON_S - 10)
    found = true(tick(bank, kinds(NOON_S - 60), NOON_S))
    assert found["collector-gone:pipeline::::collector:"] is Severity.PAGE
    assert found["unknown:bank:::::"] is Severity.PAGE


def test_a_store_that_nobody_prunes_is_a_ticket(bank: Bank) -> None:
    bank.register(NOON_S - 5 * 3600)
    old_s = NOON_S - 4 * 3600
    bank.live(old_s - 70, old_s - 1, begun=1)
    bank.live(NOON_S - 5, NOON_S)
    assert said(tick(bank, kinds(), NOON_S))["prune-behind:pipeline::::store:"] is Condition.TRUE
