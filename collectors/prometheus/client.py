"""Raw samples from a Prometheus API: range-vector selectors at one instant, never ``increase()`` or ``rate()``."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import le
from typing import Any
from urllib.parse import urlsplit

from prometheus_api_client import PrometheusConnect
from urllib3.util import Retry

from collectors.page import escaped
from collectors.prometheus.access import Access
from collectors.prometheus.errors import Garbage, HttpFault, PrometheusError
from collectors.prometheus.matrix import Cut
from collectors.prometheus.session import GuardedSession

Labels = Mapping[str, str]
OPEN = Access()
ENDED = "NaN"
MOST_BYTES = 128 << 20
MANNERS = {"partial_response": "false", "deny_partial_response": "1", "nocache": "1"}
"""Thanos and VictoriaMetrics are asked to fail rather than to answer in part, and VictoriaMetrics not to move questions
about the last 30 seconds into the past (its -search.latencyOffset). Others ignore what they do not know."""
FIRST_PAUSE_S = 0.1
UNKNOWN_FUNCTION = (400, 422)
"""Statuses with which a server says that it has no such function."""
LATEST_MS = 60_000
"""So much later than asked for may a sample be: servers round the instant."""


@dataclass(frozen=True, slots=True)
class Series:
    """Raw samples of one series: instants in milliseconds, oldest first, and the values as the server wrote them."""

    labels: Labels
    times_ms: tuple[int, ...]
    values: tuple[str, ...]


class Times:
    """Times of the samples of one answer in milliseconds; most of its series were sampled at the same times."""

    def __init__(self) -> None:
        self._seconds: tuple[Any, ...] = ()
        self._ms: tuple[int, ...] = ()

    def in_ms(self, seconds: tuple[Any, ...]) -> tuple[int, ...]:
        """Raises TypeError for what is no number."""
        if seconds != self._seconds:
            self._seconds, self._ms = seconds, tuple([round(at * 1000) for at in seconds])
        return self._ms


class PrometheusClient:
    """Thin wrapper around PrometheusConnect. Every method raises PrometheusError, with one line, and nothing else."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        access: Access = OPEN,
        most_bytes: int = MOST_BYTES,
        patience_s: float = 0.0,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """``parameters`` go with every question. For ``patience_s`` a fault that may pass is tried again, after pauses
        that double; ``wait`` waits so many seconds. Raises NoAccess."""
        self.server = urlsplit(url).netloc.rpartition("@")[2] or url
        self._parameters = {**MANNERS, **(parameters or {})}
        self._patience_s = patience_s
        self._wait = wait
        self._session = GuardedSession(self.server, timeout_s=timeout_s, most_bytes=most_bytes, access=access)
        self._connect = PrometheusConnect(
            url=url.rstrip("/"),
            headers=dict(headers or {}),
            retry=Retry(total=0),
            session=self._session,
        )

    def samples(self, selector: str, from_ms: int, to_ms: int) -> list[Series]:
        """Raw samples of every series of a selector in ``(from_ms, to_ms]``; series without any are left out.

        Series that were sampled at the same times share one tuple of them.
        """
        query = f"{selector}[{max(1, to_ms - from_ms)}ms]"
        result = self._patiently(query, {"time": seconds_text(to_ms), **self._parameters})
        times = Times()
        series = [self._series(item, from_ms, times) for item in result]
        self._refuse_other_times(series, to_ms)
        return [one for one in series if one.times_ms]

    def names(self, matchers: Labels) -> list[str]:
        """Names of all metrics that have a series with these labels now."""
        label, value = next(iter(matchers.items()))
        result = self._patiently(f'group by (__name__) ({{{label}="{escaped(value)}"}})', dict(self._parameters))
        try:
            return sorted(item["metric"]["__name__"] for item in result)
        except (KeyError, TypeError) as fault:
            raise Garbage(self.server, f"a result that is not a list of names ({fault!r})") from fault

    def clock_ms(self) -> int:
        """What the server believes the time to be, in milliseconds."""
        result = self._patiently("time()", dict(self._parameters))
        try:
            return round(float(result[1]) * 1000)
        except (IndexError, KeyError, OverflowError, TypeError, ValueError) as fault:
            raise Garbage(self.server, f"a result that is not a time ({fault!r})") from fault

    def is_victoria_metrics(self) -> bool:
        """Whether the server understands what VictoriaMetrics alone does."""
        try:
            return bool(self._connect.custom_query("now()", params=dict(self._parameters)))
        except HttpFault as fault:
            if fault.status not in UNKNOWN_FUNCTION:
                raise
            return False

    def _patiently(self, query: str, parameters: dict[str, str]) -> Any:
        deadline = time.monotonic() + self._patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return self._connect.custom_query(query, params=dict(parameters))
            except PrometheusError as fault:
                if not fault.passing or time.monotonic() + pause_s >= deadline:
                    raise
            self._wait(pause_s)
            pause_s *= 2

    def _series(self, item: Any, after_ms: int, times: Times) -> Series:
        try:
            labels, times_ms, values = item if isinstance(item, Cut) else _as_json(item, times)
            if ENDED in values:
                # VictoriaMetrics shows where a series ended as NaN; Prometheus keeps these marks to itself.
                kept = [value != ENDED for value in values]
                times_ms, values = tuple(compress(times_ms, kept)), tuple(compress(values, kept))
            "".join((labels["__name__"], *labels.values()))  # raises TypeError for a label that is no text
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as fault:
            raise Garbage(self.server, f"a result that is not a list of raw samples ({fault!r})") from fault
        if not times_ms or times_ms[0] > after_ms:
            return Series(labels, times_ms, values)
        # Prometheus 2 takes the left edge in, Prometheus 3 leaves it out: the cut is ours.
        begin = bisect_right(times_ms, after_ms)
        return Series(labels, times_ms[begin:], values[begin:])

    def _refuse_other_times(self, series: Sequence[Series], to_ms: int) -> None:
        """One sample of the year 57,000 would be the newest page for ever. Raises Garbage."""
        checked: tuple[int, ...] = ()
        for one in series:
            if one.times_ms is checked:
                continue
            checked = one.times_ms
            if checked and max(checked) > to_ms + LATEST_MS:
                raise Garbage(self.server, f"a sample at {max(checked)} ms, asked was for none after {to_ms} ms")
            if not all(map(le, checked, checked[1:])):
                raise Garbage(self.server, f"samples of {one.labels['__name__']} that are not in the order of time")

    def close(self) -> None:
        """Gives the connection back."""
        self._session.close()


def _as_json(item: Any, times: Times) -> Cut:
    """A series as a JSON parser hands it on. Raises KeyError, TypeError or ValueError for what is none."""
    seconds, values = zip(*item["values"], strict=True) if item["values"] else ((), ())
    "".join(values)  # raises TypeError for a value that is no text
    return Cut(item["metric"], times.in_ms(seconds), values)


def seconds_text(at_ms: int) -> str:
    """An instant as the API wants it, without a float on the way: 1795347619250 -> "1795347619.250"."""
    return f"{at_ms // 1000}.{at_ms % 1000:03d}"


def selector(names: Sequence[str], matchers: Labels) -> str:
    """Instant selector of several metrics that share label matchers: ``{__name__=~"a|b",job="lending"}``."""
    alternatives = "|".join(re.escape(name) for name in names)
    parts = [f'__name__="{escaped(names[0])}"' if len(names) == 1 else f'__name__=~"{escaped(alternatives)}"']
    parts += [f'{label}="{escaped(value)}"' for label, value in matchers.items()]
    return "{" + ",".join(parts) + "}"
