"""Life of an alert: inactive -> pending -> firing -> resolved; every change is a transition.

- Closes on false alone. Unknown, and a subject of which nothing is said any more, change nothing.
- False must have lasted for ``hold_seconds`` before it closes: a rule that wavers does not ring each time. Unknown in
  between neither proves nor disproves, so it does not start the time anew.
- What fires again within ``again_seconds`` after it was resolved is the same alert again: its impact begins where it
  first began, and the evidence counts the times (``again``).
- Severity that rises while it fires is a transition too (firing -> firing), so that people are called anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from alerts.errors import BadEngineState
from alerts.model import AlertKey, AlertState, Condition, Evidence, Reading, Severity, Transition

AGAIN = "again"
"""Name of the value that counts how often an alert fired again."""
CLOSED = "closed"
"""Name of the value that says why an alert was closed without good data."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a rule takes its time for: true before it fires, false before it closes, and for how long after
    closing a new begin is the same alert."""

    for_seconds: int = 0
    hold_seconds: int = 0
    again_seconds: int = 0


class Instant(NamedTuple):
    """When a rule spoke: of which instant of the data, and when that was."""

    at_ms: int
    seen_ms: int
    replayed: bool = False


@dataclass(slots=True)
class Alert:
    """Present state of one alert. ``false_from_ms``: since when its rule has been saying no."""

    key: AlertKey
    state: AlertState
    severity: Severity
    since_ms: int
    false_from_ms: int | None = None
    bad_from_ms: int | None = None
    again: int = 0

    def document(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "key": self.key.id,
            "state": self.state.value,
            "severity": self.severity.name,
            "since_ms": self.since_ms,
            "false_from_ms": self.false_from_ms,
            "bad_from_ms": self.bad_from_ms,
            "again": self.again,
        }


Evidently = Callable[[], Evidence]
Timings = Mapping[str | tuple[str, str], Timing]
"""Rule, or objective and rule, -> timing; what names the objective too goes before."""
_NO_TIMINGS: Timings = {}
_NO_TIME = Timing()


class Lifecycle:
    """All alerts that are not inactive. Rules that ``timings`` do not name take no time at all."""

    def __init__(self, timings: Timings = _NO_TIMINGS) -> None:
        self._timings = timings
        self._alerts: dict[AlertKey, Alert] = {}

    def __iter__(self) -> Iterator[Alert]:
        return iter(list(self._alerts.values()))

    def get(self, key: AlertKey) -> Alert | None:
        """State of one alert; None when it is inactive."""
        return self._alerts.get(key)

    def read(self, reading: Reading, instant: Instant) -> Transition | None:
        """What a reading changes."""
        return self.step(reading.key, reading.condition, reading.severity, lambda: reading.evidence, instant)

    def step(
        self, key: AlertKey, condition: Condition, severity: Severity, evidence: Evidently, instant: Instant
    ) -> Transition | None:
        """What a condition changes; the evidence is asked for only when it changes something."""
        alert = self._alerts.get(key)
        if condition is Condition.TRUE:
            return self._true(alert, key, severity, evidence, instant)
        if condition is Condition.FALSE and alert is not None:
            return self._false(alert, evidence, instant)
        return None

    def close(self, key: AlertKey, why: str, instant: Instant) -> Transition | None:
        """Ends an alert whatever its rule would say: its subject or objective is gone for good. None when it is not
        pending or firing."""
        alert = self._alerts.get(key)
        if alert is None or alert.state is AlertState.RESOLVED:
            return None
        return self._enter(
            alert, AlertState.RESOLVED, alert.severity, lambda: Evidence(values=((CLOSED, why),)), instant
        )

    def forget(self, at_ms: int) -> None:
        """Drops what was resolved so long ago that it cannot come again."""
        over = [
            alert.key
            for alert in self._alerts.values()
            if alert.state is AlertState.RESOLVED and at_ms - alert.since_ms > self._timing(alert).again_seconds * 1000
        ]
        for key in over:
            del self._alerts[key]

    def document(self) -> list[dict[str, Any]]:
        """All states for JSON."""
        return [alert.document() for alert in self._alerts.values()]

    def restore(self, documents: list[dict[str, Any]]) -> None:
        """Takes states back. Raises BadEngineState."""
        try:
            alerts = [_alert(document) for document in documents]
        except (KeyError, TypeError, ValueError) as error:
            raise BadEngineState(f"{type(error).__name__}: {error}") from error
        self._alerts = {alert.key: alert for alert in alerts}

    def _true(
        self, alert: Alert | None, key: AlertKey, severity: Severity, evidence: Evidently, instant: Instant
    ) -> Transition | None:
        if alert is None or alert.state is AlertState.RESOLVED:
            return self._begin(alert, key, severity, evidence, instant)
        alert.false_from_ms = None
        if alert.state is AlertState.PENDING:
            if instant.at_ms - alert.since_ms < self._timing(alert).for_seconds * 1000:
                return None
            return self._enter(alert, AlertState.FIRING, severity, evidence, instant)
        if severity > alert.severity:
            return self._enter(alert, AlertState.FIRING, severity, evidence, instant)
        return None

    def _false(self, alert: Alert, evidence: Evidently, instant: Instant) -> Transition | None:
        if alert.state is AlertState.RESOLVED:
            return None
        if alert.state is AlertState.PENDING:
            del self._alerts[alert.key]
            return self._enter(alert, AlertState.INACTIVE, alert.severity, evidence, instant)
        if alert.false_from_ms is None:
            alert.false_from_ms = instant.at_ms
        if instant.at_ms - alert.false_from_ms < self._timing(alert).hold_seconds * 1000:
            return None
        return self._enter(alert, AlertState.RESOLVED, alert.severity, evidence, instant)

    def _begin(
        self, before: Alert | None, key: AlertKey, severity: Severity, evidence: Evidently, instant: Instant
    ) -> Transition:
        alert = Alert(key, AlertState.INACTIVE, severity, instant.at_ms)
        timing = self._timing(alert)
        if before is not None and instant.at_ms - before.since_ms <= timing.again_seconds * 1000:
            alert.again, alert.bad_from_ms = before.again + 1, before.bad_from_ms
        self._alerts[key] = alert
        state = AlertState.PENDING if timing.for_seconds else AlertState.FIRING
        return self._enter(alert, state, severity, evidence, instant)

    def _enter(
        self, alert: Alert, state: AlertState, severity: Severity, evidence: Evidently, instant: Instant
    ) -> Transition:
        alert.state, alert.severity, alert.since_ms, alert.false_from_ms = state, severity, instant.at_ms, None
        seen = _told(alert, evidence())
        return Transition(alert.key, state, severity, instant.at_ms, instant.seen_ms, seen, instant.replayed)

    def _timing(self, alert: Alert) -> Timing:
        rule, _, slo = alert.key
        return self._timings.get((slo, rule)) or self._timings.get(rule, _NO_TIME)


def _told(alert: Alert, evidence: Evidence) -> Evidence:
    """Evidence with where the impact first began, which the alert remembers, and how often it fired again."""
    known = [at for at in (alert.bad_from_ms, evidence.bad_from_ms) if at is not None]
    alert.bad_from_ms = min(known, default=None)
    values = (*evidence.values, (AGAIN, str(alert.again))) if alert.again else evidence.values
    if alert.bad_from_ms == evidence.bad_from_ms and values is evidence.values:
        return evidence
    return replace(evidence, bad_from_ms=alert.bad_from_ms, values=values)


def _alert(document: dict[str, Any]) -> Alert:
    return Alert(
        AlertKey.parse(document["key"]),
        AlertState(document["state"]),
        Severity[document["severity"]],
        int(document["since_ms"]),
        _optional(document["false_from_ms"]),
        _optional(document["bad_from_ms"]),
        int(document["again"]),
    )


def _optional(number: Any) -> int | None:
    return None if number is None else int(number)
