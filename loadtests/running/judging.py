"""What a run has shown so far, and whether that decides it: the e-process of ``slo.sequential`` for the whole, for each
product and for each step. The first decision of each stands; looking again costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from loadtests.running.tally import Tally
from loadtests.verdict import State
from slo.objective import Objective
from slo.sequential import SequentialTest


@dataclass(frozen=True, slots=True)
class Scope:
    """What a verdict speaks of: all requests, a product, one of its steps, or all requests against a latency limit."""

    product: str | None = None
    step: str | None = None
    limit_us: int | None = None

    def as_json(self) -> dict[str, object]:
        """The fields that say which it is."""
        return {"product": self.product, "step": self.step, "limit_microseconds": self.limit_us}


@dataclass(frozen=True, slots=True)
class LatencyObjective:
    """So large a share of the requests is good and not slower than the limit, from the intended start."""

    share: Objective
    limit_us: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What a run is to prove: the availability, at a confidence, and any latency objectives."""

    availability: Objective
    confidence: Objective
    latencies: tuple[LatencyObjective, ...] = ()

    @property
    def limits_us(self) -> tuple[int, ...]:
        """The latency limits that a tally must count against."""
        return tuple(each.limit_us for each in self.latencies)

    def objective(self, scope: Scope) -> Objective:
        """The objective that a scope is held to."""
        for each in self.latencies:
            if each.limit_us == scope.limit_us:
                return each.share
        return self.availability


@dataclass(frozen=True, slots=True)
class Decision:
    """What the e-process said at a look, and on which counts. Undecided: at the last look."""

    scope: Scope
    state: State
    second: int
    requests: int
    failures: int

    def as_json(self, objective: Objective) -> dict[str, object]:
        """Fields of the result file."""
        return {
            **self.scope.as_json(),
            "verdict": self.state.value,
            "target": objective.text,
            "second": self.second,
            "requests": self.requests,
            "failures": self.failures,
        }


class Judge:
    """Keeps the decisions of one run."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.decisions: dict[Scope, Decision] = {}
        self._tests = {
            objective.text: SequentialTest.of(objective, claims.confidence.target)
            for objective in (claims.availability, *(each.share for each in claims.latencies))
        }

    def look(self, tally: Tally, second: int) -> State:
        """Looks at the counts as of this second of the run; returns what they say of the whole."""
        for scope, requests, failures in counted(tally):
            had = self.decisions.get(scope)
            if had is None or had.state is State.UNDECIDED:
                state = self._state(scope, requests, failures)
                self.decisions[scope] = Decision(scope, state, second, requests, failures)
        return self.overall()

    def overall(self) -> State:
        """Of availability and all latency objectives together: refuted when one is, proven when all are."""
        states = [self.decided(scope) for scope in headline(self.claims)]
        return together(states)

    def decided(self, scope: Scope) -> State:
        """What was decided of a scope."""
        found = self.decisions.get(scope)
        return State.UNDECIDED if found is None else found.state

    def _state(self, scope: Scope, requests: int, failures: int) -> State:
        test = self._tests[self.claims.objective(scope).text]
        if test.proves(requests, failures):
            return State.PROVEN
        return State.REFUTED if test.refutes(requests, failures) else State.UNDECIDED


def counted(tally: Tally) -> Iterator[tuple[Scope, int, int]]:
    """Requests and failures of every scope that a tally knows, the whole first."""
    requests = tally.requests
    yield Scope(), requests, tally.failures
    for limit_us, slow in tally.slow.items():
        yield Scope(limit_us=limit_us), requests, slow
    for product in tally.products():
        whole = tally.product(product)
        yield Scope(product), whole.requests, whole.failures
    for (product, name), step in sorted(tally.steps.items()):
        yield Scope(product, name), step.requests, step.failures


def headline(claims: Claims) -> list[Scope]:
    """The scopes that the exit code speaks of."""
    return [Scope(), *(Scope(limit_us=each.limit_us) for each in claims.latencies)]


def together(states: list[State]) -> State:
    """Of several claims at once."""
    for state in (State.REFUTED, State.UNDECIDED):
        if state in states:
            return state
    return State.PROVEN
