"""What changes slowly is asked once a minute, each question in another second, so that no tick pays for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from store.port import Reader

MINUTE_MS = 60_000
Answer = TypeVar("Answer")


class Minutely(Generic[Answer]):
    """Remembers one answer until the given second of the next minute."""

    def __init__(self, second: int, ask: Callable[[Reader, int], Answer]) -> None:
        self._second_ms = second * 1000
        self._ask = ask
        self._known: tuple[int, Answer] | None = None

    def at(self, reader: Reader, now_ms: int) -> Answer:
        """The answer that holds at ``now_ms``."""
        minute = (now_ms - self._second_ms) // MINUTE_MS
        if self._known is None or self._known[0] != minute:
            self._known = (minute, self._ask(reader, now_ms))
        return self._known[1]
