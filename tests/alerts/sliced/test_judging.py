"""Alerts of objectives by slices: when they become true, when they close, and how long they wait."""

from __future__ import annotations

from pathlib import Path

from alerts.engine import Engine
from alerts.evaluating import memory
from alerts.facts import Facts
from alerts.kinds.facts import Estate
from alerts.kinds.policy import KindPolicy
from alerts.kinds.registry import Kinds
from alerts.model import AlertState, Condition, Level, Severity, Subject, Transition
from alerts.openslo.binding import Bound, bind
from alerts.openslo.loading import load_text
from alerts.policy import Policy
from alerts.sliced.judging import SlicedJudge
from alerts.sliced.model import SlicedSlo
from slo.budgeting import Method
from store.records import Scope
from tests.alerts.kinds.bank import NOON_S, Bank
from tests.alerts.sliced.parts import objective, part, rule

C = Condition


def minutes(bank: Bank, words: str, first: int = 0) -> None:
    """A letter per minute, one page every ten seconds: g(ood), b(ad), n(o traffic), . nobody looked."""
    if not first:
        bank.register(NOON_S - 1)
        for center in bank.centers:
            bank.page(center, NOON_S, begun=0)
    for number, letter in enumerate(words, start=first):
        for at_s in range(NOON_S + 60 * number + 10, NOON_S + 60 * number + 61, 10):
            for center in bank.centers if letter != "." else ():
                bank.page(center, at_s, begun=0 if letter == "n" else 10, bad=10 if letter == "b" else 0)


def said(bank: Bank, slo: SlicedSlo, minute: int, judge: SlicedJudge | None = None) -> dict[str, Condition]:
    """By rule, some seconds after a minute ended."""
    with bank.store.reading() as reader:
        found = (judge or SlicedJudge([slo])).readings(reader, (NOON_S + 60 * minute + 35) * 1000)
    return {each.key.rule: each.condition for each in found}


def test_it_fires_on_the_minute_that_crosses_and_closes_on_good_ones(bank: Bank) -> None:
    """Twice the budget over five minutes of a target of 90 % is more than one bad minute of five."""
    minutes(bank, "gggggbbgggggg")
    slo = objective()
    judge = SlicedJudge([slo])
    found = [said(bank, slo, minute, judge)["own"] for minute in range(5, 13)]
    assert found == [C.FALSE, C.FALSE, C.TRUE, C.TRUE, C.TRUE, C.TRUE, C.FALSE, C.FALSE]
    equal = objective(rules=(rule(or_equal=True),))
    assert [said(bank, equal, minute)["own"] for minute in (5, 6)] == [C.FALSE, C.TRUE]


def test_too_few_bad_events_neither_fire_nor_close(bank: Bank) -> None:
    """One more than two bad minutes hold, and as many."""
    minutes(bank, "gggggbbggg")
    with bank.store.reading() as reader:
        (bad,) = (
            counts.bad
            for unit, counts in reader.totals(Scope.PRODUCT, NOON_S, NOON_S + 600).items()
            if unit.product == "micro"
        )
    few = objective(floor_events=bad + 1)
    assert [said(bank, few, minute)["own"] for minute in (5, 7, 8)] == [C.FALSE, C.UNKNOWN, C.UNKNOWN]
    assert said(bank, objective(floor_events=bad), 7)["own"] is C.TRUE


def test_unseen_minutes_neither_fire_nor_close(bank: Bank) -> None:
    minutes(bank, "gggbbb......")
    assert [said(bank, objective(), minute)["own"] for minute in (6, 8, 11, 12)] == [
        C.TRUE,
        C.TRUE,
        C.UNKNOWN,
        C.UNKNOWN,
    ]


def test_no_data_fires_when_its_whole_window_was_not_seen(bank: Bank) -> None:
    """No traffic is seen; a single seen minute ends it."""
    slo = objective(rules=(rule(no_data=True, breaching=False),))
    minutes(bank, "gnnnnn.....")
    found = [said(bank, slo, minute) for minute in (6, 10, 11)]
    assert found == [{"own-no-data": each} for each in (C.FALSE, C.FALSE, C.TRUE)]
    minutes(bank, "n", first=11)
    for center in bank.centers:
        bank.gap(center, NOON_S + 360, NOON_S + 660, exact=False)
    assert said(bank, slo, 12) == {"own-no-data": C.FALSE}


def test_nobody_misses_data_of_before_we_began(bank: Bank) -> None:
    """An empty store, five minutes of look-back: said after five whole minutes of our own."""
    slo = objective(rules=(rule(no_data=True),))
    found = []
    for minute in (0, 4, 5):
        with bank.store.reading() as reader:
            at_ms = (NOON_S + 60 * minute + 35) * 1000
            readings = SlicedJudge([slo]).readings(reader, at_ms, started_ms=NOON_S * 1000)
        found.append({each.key.rule: each.condition for each in readings})
    assert [each["own-no-data"] for each in found] == [C.UNKNOWN, C.UNKNOWN, C.TRUE]
    assert {each["own"] for each in found} == {C.UNKNOWN}


def test_a_minute_is_judged_as_soon_as_every_source_told_of_it(bank: Bank) -> None:
    slo = objective(rules=(rule(60),))
    minutes(bank, "gb")
    with bank.store.reading() as reader:
        (reading,) = SlicedJudge([slo]).readings(reader, (NOON_S + 120) * 1000)
    assert (reading.condition, reading.severity) == (C.TRUE, Severity.PAGE)
    assert (reading.evidence.bad_from_ms, reading.evidence.bad_to_ms) == ((NOON_S + 60) * 1000, (NOON_S + 120) * 1000)
    values = dict(reading.evidence.values)
    assert (values["burn_long"], values["bad"], values["judged"]) == ("10.00", "1.00", "1")
    assert reading.key.subject == Subject(Level.PRODUCT, "micro")


def test_a_composite_over_products_is_no_alert_of_the_bank_by_name(bank: Bank) -> None:
    minutes(bank, "gggggbb")
    slo = objective(part(weight=2), part("identity"), method=Method.OCCURRENCES)
    assert said(bank, slo, 7) == {"composite-own": C.TRUE}


def test_alert_after_is_waited_for_and_a_restart_goes_on(bank: Bank) -> None:
    """True from minute 7 on; it waits for 90 s, half of them before a restart."""
    slo = objective(rules=(rule(after_s=90),))
    minutes(bank, "gggggbbbbb")
    engine = memory.restored([], memory.Kept(), [], [slo])
    first = tick(bank, engine, slo, NOON_S + 420)
    assert [(each.state, each.at_ms) for each in first] == [(AlertState.PENDING, (NOON_S + 420) * 1000)]
    again = Engine([], timings=slo.timings(), others=[slo.id])
    again.restore(engine.document())
    assert tick(bank, again, slo, NOON_S + 465) == []
    assert [each.state for each in tick(bank, again, slo, NOON_S + 510)] == [AlertState.FIRING]


def test_an_alert_of_an_objective_that_is_gone_closes(bank: Bank) -> None:
    slo = objective()
    minutes(bank, "gggggbbbbb")
    engine = memory.restored([], memory.Kept(), [], [slo])
    assert [each.state for each in tick(bank, engine, slo, NOON_S + 480)] == [AlertState.FIRING]
    again = Engine([])
    again.restore(engine.document())
    found = again.tick(Facts(NOON_S + 500, (NOON_S + 500) * 1000))
    assert [each.state for each in found] == [AlertState.RESOLVED]


def tick(bank: Bank, engine: Engine, slo: SlicedSlo, at_s: int) -> list[Transition]:
    """One tick of kinds and engine, in a process that has just begun."""
    kinds = Kinds(KindPolicy(), Estate(("micro", "identity"), sliced=(slo,)), at_s * 1000)
    with bank.store.reading() as reader:
        readings = [each for each in kinds.tick(reader, at_s * 1000) if each.key.slo == slo.id]
    return engine.tick(Facts(at_s, at_s * 1000), readings)


FILE = """\
apiVersion: openslo/v1
kind: SLO
metadata: {{name: a, annotations: {{lending-control-center.io/alert-tiers: "fast"}}}}
spec:
  service: lending
  timeWindow: [{{duration: 30d, isRolling: true}}]
  budgetingMethod: {method}
  objectives:
    - target: 0.9
      compositeWeight: 2
      indicator: {{metadata: {{name: b}}, spec: {{ratioMetric: {{bad: {source}, total: {source}}}}}}}
      {slices}
    - target: 0.99
      indicator: {{metadata: {{name: c}}, spec: {{ratioMetric: {{bad: {bank}, total: {bank}}}}}}}
      {slices}
  alertPolicies:
    - metadata: {{name: p}}
      spec:
        alertWhenBreaching: true
        alertWhenNoData: true
        conditions:
          - metadata: {{name: own}}
            spec:
              severity: page
              condition: {{op: gte, threshold: 6, lookbackWindow: 10m, alertAfter: 5m}}
"""
SOURCE = "{metricSource: {type: LendingControlCenter, spec: {%s}}}"


def composite(method: str, slices: str = "") -> Bound:
    """What comes of a composite of one product and the bank."""
    text = FILE.format(method=method, slices=slices, source=SOURCE % "product: micro", bank=SOURCE % "bank: true")
    found = load_text(text, Path("a.yaml"))
    assert found.valid, found.findings
    return bind(found, Policy("1", (), 5), ["micro"])


def test_a_composite_of_a_file_is_bound_with_its_policies() -> None:
    made = composite("Occurrences")
    (slo,) = made.sliced
    assert [(each.product, each.objective.text, each.weight) for each in slo.parts] == [
        ("micro", "90", 2),
        ("", "99", 1),
    ]
    (own,) = slo.rules
    assert (own.tier.name, own.tier.long_seconds, own.tier.after_seconds) == ("own", 600, 300)
    assert (own.or_equal, own.breaching, own.no_data) == (True, True, True)
    assert made.slos == ()
    assert slo.floor_events == 5


def test_what_of_a_composite_does_not_fit_is_said() -> None:
    weighed = composite("Timeslices", "timeSliceWindow: 5m\n      timeSliceTarget: 0.9")
    assert weighed.sliced[0].slice_seconds == 300
    assert (weighed.sliced[0].objective.text, weighed.sliced[0].parts[0].slice_target * 10) == ("99", 9)
    assert any("compositeWeight" in each.field and "has no effect" in each.message for each in weighed.findings)
    odd = composite("RatioTimeslices", "timeSliceWindow: 1.5")
    assert odd.sliced == ()
    assert "slices of 90 s are not whole minutes" in odd.findings[-1].message
