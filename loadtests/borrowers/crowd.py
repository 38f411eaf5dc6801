"""A process's borrowers: new ones by weight, and for an open workload those who wait for their next request."""

from __future__ import annotations

import itertools
import random
import secrets

from loadtests.borrowers.journey import Clock, Outcome, Session
from loadtests.borrowers.plan import Plan
from loadtests.borrowers.walking import Walk

MOST_WAITING = 2_000
"""Beyond this many nobody new comes in."""

_TYPICAL_REQUESTS = 8


class Crowd:
    """``seed`` and ``worker`` fix what the borrowers do; ``run`` keeps their names and keys apart from all other runs'
    (drawn when it is not given, so that no answer is a replay of an earlier run)."""

    def __init__(self, plan: Plan, seed: int, worker: int = 0, run: str | None = None) -> None:
        self._plan = plan
        self._chance = random.Random(f"{seed}/{worker}")  # noqa: S311 - drawn, not secret
        self._prefix = f"lt-{run or secrets.token_hex(4)}-{worker}"
        self._numbers = itertools.count(1)
        self._by_name = {borrower.name: borrower for borrower in plan.borrowers}
        self._waiting: list[Walk] = []
        self._weights = [borrower.weight for borrower in plan.borrowers]

    @property
    def waiting(self) -> int:
        """How many borrowers wait for an arrival."""
        return len(self._waiting)

    def journey(self, borrower: str | None = None) -> Walk:
        """A new borrower: of this kind, else of a kind by weight."""
        kind = self._by_name[borrower] if borrower else self._chance.choices(self._plan.borrowers, self._weights)[0]
        return Walk(self._plan, kind, f"{self._prefix}-{next(self._numbers)}", self._chance)

    def arrive(self, session: Session, clock: Clock, intended_ns: int | None = None) -> Outcome:
        """One arrival is one logical request: the next of a waiting borrower, or the first of a new one."""
        walk = self._next()
        outcome = walk.run(session, clock, intended_ns)
        if not walk.done:
            self._waiting.append(walk)
        return outcome

    def _next(self) -> Walk:
        newcomer = len(self._waiting) < MOST_WAITING and self._chance.random() * _TYPICAL_REQUESTS < 1
        if newcomer or not self._waiting:
            return self.journey()
        place = self._chance.randrange(len(self._waiting))
        self._waiting[place], self._waiting[-1] = self._waiting[-1], self._waiting[place]
        return self._waiting.pop()
