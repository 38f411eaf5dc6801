"""How often somebody may write: a bucket of tries per name or address, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus

from dashboard.api.errors import Refused

MOST_KEPT = 10_000


class Pace:
    """``per_minute`` in the long run, a third of that ``at_once`` unless said otherwise."""

    def __init__(
        self, per_minute: int, monotonic: Callable[[], float] = time.monotonic, *, at_once: float | None = None
    ) -> None:
        self._per_second = per_minute / 60
        self._room = max(1.0, per_minute / 3 if at_once is None else at_once)
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, who: str) -> None:
        """Counts one try. Raises Refused (429) when that is too many, and does not count it."""
        now_s = self._monotonic()
        with self._lock:
            left, at_s = self._buckets.pop(who, (self._room, now_s))
            left = min(self._room, left + (now_s - at_s) * self._per_second)
            self._buckets[who] = (left - 1 if left >= 1 else left, now_s)
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
        if left < 1:
            seconds = int((1 - left) / self._per_second) + 1
            text = f"that is too often; go on in {seconds} s"
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, text, {"Retry-After": str(seconds)})
