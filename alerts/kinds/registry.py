"""All kinds for one tick: ``Kinds(policy, estate, started_ms).tick(reader, now_ms)`` -> readings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from alerts.kinds import budget, pipeline, quality, synthetic, unknown, unreachable, volume
from alerts.kinds.budget import Spending
from alerts.kinds.capacity import RoomWatch
from alerts.kinds.facts import Estate, Gathering, KindFacts
from alerts.kinds.pipeline import Operations
from alerts.kinds.policy import KindPolicy
from alerts.kinds.quality import Pair
from alerts.kinds.sliced_budgets import SlicedBudgetWatch
from alerts.model import Condition, Reading, Subject
from alerts.sliced.judging import SlicedJudge
from store.port import Reader

PAUSED_BY_MAINTENANCE = frozenset({unknown.RULE, unreachable.RULE, volume.RULE, synthetic.RULE})
"""Rules that announced work makes true; budgets and certificates are what they are."""


class Kinds:
    """Runs every kind. Keeps what it asked the store less often than each tick. For one thread."""

    def __init__(self, policy: KindPolicy, estate: Estate, started_ms: int) -> None:
        """``started_ms``: when evaluation began; what was not seen alive since then is still starting."""
        self._policy = policy
        self._products = estate.products
        self._gathering = Gathering(policy, estate, started_ms)
        self._budgets: tuple[Sequence[Spending], list[Reading]] = ((), [])
        self._steps: budget.Steps = {}
        self._room = RoomWatch(policy.room, estate.room)
        self._sliced = SlicedJudge(estate.sliced, estate.sources)
        self._sliced_budgets = SlicedBudgetWatch(estate.sliced, policy.budget, estate.sources)

    def tick(
        self,
        reader: Reader,
        now_ms: int,
        operations: Operations | None = None,
        *,
        pairs: Sequence[Pair] = (),
        maintenance: Collection[Subject] = (),
    ) -> list[Reading]:
        """What all kinds say at ``now_ms``. ``maintenance``: subjects that are being worked on, as announced."""
        facts = self._gathering.gather(reader, now_ms, operations or Operations(), pairs, maintenance)
        found = paused(readings(facts, self._products, self._policy), maintenance)
        sliced = [*self._sliced.readings(reader, now_ms, started_ms=facts.moment.started_ms)]
        sliced += self._sliced_budgets.readings(reader, now_ms, facts.moment.started_ms)
        return [*found, *self._of_budgets(facts.spendings), *sliced, *self._room.readings(reader, now_ms)]

    def _of_budgets(self, spendings: Sequence[Spending]) -> list[Reading]:
        """Judged anew when they were counted anew."""
        if self._budgets[0] is not spendings:
            policy = self._policy.budget
            self._steps = budget.spent_steps(spendings, policy, self._steps)
            self._budgets = (spendings, budget.readings(spendings, policy, self._steps))
        return self._budgets[1]


def readings(facts: KindFacts, products: Iterable[str], policy: KindPolicy) -> list[Reading]:
    """Every kind's readings of the same facts, budgets apart: they change once a minute."""
    moment, now_ms = facts.moment, facts.moment.now_ms
    return [
        *unreachable.readings(facts.sources, facts.refusals, moment, policy.unreachable),
        *unknown.readings(facts.sources, facts.cells, products, now_ms),
        *volume.readings(facts.volumes, policy.volume),
        *_while_young(synthetic.readings(facts.probes, now_ms, policy.synthetic), moment.is_young),
        *quality.readings(facts.qualities, now_ms, policy.quality),
        *quality.pair_readings(facts.pairs),
        *pipeline.readings(facts.operations, facts.sources, facts.slots_overdue, moment, policy.pipeline),
    ]


def _while_young(found: Iterable[Reading], is_young: bool) -> list[Reading]:
    """What is probed may still be starting when we are: nothing becomes true."""
    return [
        replace(each, condition=Condition.UNKNOWN) if is_young and each.condition is Condition.TRUE else each
        for each in found
    ]


def paused(found: Iterable[Reading], maintenance: Collection[Subject]) -> list[Reading]:
    """Readings in which nothing becomes true of what is being worked on: it is unknown, so that what fires already
    goes on."""
    return [
        replace(reading, condition=Condition.UNKNOWN) if _is_paused(reading, maintenance) else reading
        for reading in found
    ]


def _is_paused(reading: Reading, maintenance: Collection[Subject]) -> bool:
    if reading.condition is not Condition.TRUE or reading.key.rule not in PAUSED_BY_MAINTENANCE:
        return False
    subject = reading.key.subject
    return any(work == subject or work.holds(subject) for work in maintenance)
