"""Draw-downs at Poisson arrivals that wait for nobody: an answer that is late delays no later request.

Latency runs from the moment at which a request was meant to start. The client tries once, with a key of its own;
whatever it finally saw is what counts.
"""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass

from loadtests.drills.line import Lines, Reply, request_bytes

AMOUNT_FEN = 760_000
PATH = "/v1/weilidai/drawdown"
_GRANTED, _REJECTED = 201, 422


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent. ``give_up_s``: how long a borrower waits, from the intended start."""

    rate_per_second: float
    give_up_s: float
    seed: int
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One request and what became of it, in seconds of the loop's clock.

    ``problem`` is empty when it was answered well. ``loan_id`` is empty when no loan was granted: a refusal for
    business reasons is a good answer.
    """

    key: str
    intended_s: float
    sent_s: float
    ended_s: float
    problem: str
    loan_id: str

    @property
    def latency_s(self) -> float:
        """What the borrower met, from the intended start."""
        return self.ended_s - self.intended_s


class OpenLoad:
    """Sends until it is stopped. ``sent`` grows as requests end."""

    def __init__(self, load: Load, port: int) -> None:
        self.sent: list[Sent] = []
        self._load = load
        self._lines = Lines("127.0.0.1", port)
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def run(self) -> None:
        """Sends arrivals as planned, late ones at once; returns when the last one ended."""
        loop, chance = asyncio.get_running_loop(), random.Random(self._load.seed)  # noqa: S311 - arrivals, no secrets
        intended_s, number = loop.time(), 0
        while not self._stopped:
            intended_s += chance.expovariate(self._load.rate_per_second)
            number += 1
            await asyncio.sleep(max(0.0, intended_s - loop.time()))
            task = loop.create_task(self._one(f"{self._load.name}-{number}", intended_s))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await asyncio.gather(*self._under_way)
        self._lines.close()

    def stop(self) -> None:
        """Plans no further arrivals."""
        self._stopped = True

    async def _one(self, key: str, intended_s: float) -> None:
        loop = asyncio.get_running_loop()
        sent_s, loan_id = loop.time(), ""
        try:
            async with asyncio.timeout_at(intended_s + self._load.give_up_s):
                problem, loan_id = judged(await self._lines.ask(draw_bytes(key)), key)
        except TimeoutError:
            problem = "gave up"
        except OSError as error:
            problem = str(error) or type(error).__name__
        self.sent.append(Sent(key, intended_s, sent_s, loop.time(), problem, loan_id))


def draw_bytes(key: str) -> bytes:
    """The draw-down of a key, the same every time."""
    body = json.dumps({"customer_id": key, "amount_fen": AMOUNT_FEN}).encode()
    return request_bytes("POST", PATH, {"Idempotency-Key": key, "X-Traffic": "load_test"}, body)


def judged(reply: Reply, key: str) -> tuple[str, str]:
    """What is wrong with an answer (empty: nothing), and the loan it granted."""
    if reply.status not in (_GRANTED, _REJECTED):
        return f"answer {reply.status}", ""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return "wrong answer", ""
    if reply.status == _REJECTED:
        return ("" if answer.get("outcome") == "business_reject" else "wrong answer"), ""
    right = answer.get("owed_fen") == AMOUNT_FEN and answer.get("customer_id") == key and answer.get("loan_id")
    return ("", answer["loan_id"]) if right else ("wrong answer", "")
