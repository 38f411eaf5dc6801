"""One logical request as the bank's own client makes it: bounded retries under the same key, with jitter."""

from __future__ import annotations

import random
from dataclasses import dataclass

from loadtests.borrowers.journey import Clock, NoAnswer, Reply, Session
from loadtests.borrowers.plan import ClientPolicy

RETRIED_STATUSES = frozenset({500, 502, 503, 504})
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What to send. ``key``: the idempotency key, the empty string for a read."""

    method: str
    path: str
    key: str
    body: bytes | None

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every call of this request; they say that it is a load test."""
        always = {"X-Traffic": "load_test"}
        if self.body is None:
            return always
        return {**always, "Idempotency-Key": self.key, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The last answer, None when there was none, and what it took. ``unsure``: calls that got no answer or a 5xx."""

    reply: Reply | None
    retries: int
    unsure: int
    problem: str


def asked(ask: Ask, session: Session, clock: Clock, policy: ClientPolicy, chance: random.Random) -> Asked:
    """Sends it, again while there is no answer or a 5xx, attempts are left and the deadline is not over."""
    ends_ns = clock.monotonic_ns() + policy.deadline_ms * _NS_PER_MS
    headers, unsure = ask.headers, 0
    for attempt in range(policy.attempts):
        reply, problem = _called(ask, headers, session)
        if not problem:
            return Asked(reply, attempt, unsure, "")
        unsure += 1
        pause_s = chance.random() * policy.backoff_ms * 2**attempt / 1000
        last = attempt + 1 == policy.attempts or clock.monotonic_ns() + int(pause_s * 1e9) >= ends_ns
        if last:
            break
        clock.sleep(pause_s)
    return Asked(reply, attempt, unsure, problem)


def _called(ask: Ask, headers: dict[str, str], session: Session) -> tuple[Reply | None, str]:
    try:
        reply = session.call(ask.method, ask.path, headers, ask.body)
    except NoAnswer as error:
        return None, f"no answer: {error}"
    if reply.status in RETRIED_STATUSES:
        return reply, f"answered {reply.status}"
    return reply, ""
