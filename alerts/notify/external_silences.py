"""Silences over alerts of somebody else's rules: the same matchers as for ours.

``rule`` is their alertname, ``level`` always ``external``; ``label.NAME`` is any label as it was posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from alerts.desk import silences as quiet
from alerts.desk.matching import OWN_LABEL
from alerts.desk.silences import Silence, hiding
from alerts.notify.prometheus_alerts import ExternalAlert
from store.journal import JournalReader

LEVEL = "external"
MOST_SILENCES = 10_000
_AS_OURS = ("product", "data_center", "dcn", "slo")


def matched_labels(alert: ExternalAlert) -> dict[str, str]:
    """What matchers may look at."""
    own = {OWN_LABEL + name: text for name, text in alert.labels.items()}
    ours = {name: alert.labels[name] for name in _AS_OURS if name in alert.labels}
    return {"rule": alert.name, "level": LEVEL, "severity": alert.severity.name.lower(), **ours, **own}


def hushed(alerts: Iterable[ExternalAlert], journal: JournalReader, now_ms: int) -> list[ExternalAlert]:
    """The same alerts, each with the silence that hides it now; the journal is asked only when there is an alert."""
    every = list(alerts)
    silences = _active(journal, now_ms) if every else []
    return [replace(each, silenced_by=hiding(silences, matched_labels(each))) for each in every] if silences else every


def _active(journal: JournalReader, now_ms: int) -> list[Silence]:
    found = map(quiet.decode, journal.documents(quiet.KIND, open_only=True, most=MOST_SILENCES))
    return [each for each in found if each.active(now_ms)]
