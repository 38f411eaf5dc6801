"""What changes slowly is asked seldom, each question in another second, so that no tick pays for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from store.port import Reader

Answer = TypeVar("Answer")


class Seldom(Generic[Answer]):
    """Remembers one answer until the next period, which begins ``second`` seconds after a whole ``every_s``."""

    def __init__(self, every_s: int, second: int, ask: Callable[[Reader, int], Answer]) -> None:
        self._every_ms = every_s * 1000
        self._second_ms = second * 1000
        self._ask = ask
        self._known: tuple[int, Answer] | None = None

    def at(self, reader: Reader, now_ms: int) -> Answer:
        """The answer that holds at ``now_ms``."""
        period = (now_ms - self._second_ms) // self._every_ms
        if self._known is None or self._known[0] != period:
            self._known = (period, self._ask(reader, now_ms))
        return self._known[1]
