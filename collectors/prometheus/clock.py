"""The clock of a Prometheus server against ours: its timestamps decide in which second an event is counted."""

from __future__ import annotations

from collections.abc import Callable

from collectors.clocks import Asked, SkewWatch, skew_ms
from collectors.prometheus.client import PrometheusClient
from collectors.prometheus.errors import PrometheusError

ASK_EVERY_MS = 60_000


class ServerClock:
    """Asks a server for its time once a minute. ``skew_ms``: by how much it was ahead; None while not known."""

    def __init__(self, name: str, client: PrometheusClient, clock_ms: Callable[[], int]) -> None:
        self.skew_ms: int | None = None
        self._client = client
        self._clock_ms = clock_ms
        self._watch = SkewWatch(name)
        self._asked_ms: int | None = None

    def look(self) -> None:
        """Asks when a minute has gone by. A server that does not answer has no known skew."""
        sent_ms = self._clock_ms()
        if self._asked_ms is not None and 0 <= sent_ms - self._asked_ms < ASK_EVERY_MS:
            return
        self._asked_ms = sent_ms
        try:
            clock_ms = self._client.clock_ms()
        except PrometheusError:  # the reads themselves say what is wrong
            self.skew_ms = None
            return
        self.skew_ms = skew_ms(Asked(sent_ms, self._clock_ms()), clock_ms, None)
        self._watch.seen(self.skew_ms)
