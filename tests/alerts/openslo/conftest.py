"""A sound set of objects that tests break in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.openslo.loading import Documents, load_text

SOUND = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: sound
  labels: {team: sre}
  annotations:
    lending-control-center.io/runbook: https://runbooks.example/a
spec:
  description: words
  service: lending
  indicator:
    metadata: {name: answered}
    spec:
      ratioMetric:
        counter: false
        good:
          metricSource: {type: Any, spec: {query: a}}
        total:
          metricSource: {type: Any, spec: {query: b}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
  alertPolicies:
    - alertPolicyRef: page
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page}
spec:
  alertWhenBreaching: true
  conditions:
    - conditionRef: burns
  notificationTargets:
    - targetRef: on-call
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: burns}
spec:
  severity: page
  condition:
    op: gt
    threshold: 2
    lookbackWindow: 1h
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: on-call}
spec:
  target: pagerduty
"""
FILE = Path("a.yaml")


@pytest.fixture
def sound() -> str:
    """Nothing is to be said against it."""
    return SOUND


@pytest.fixture
def changed() -> Callable[..., Documents]:
    """Reads the sound set with pieces of its text replaced, each of which must be there."""

    def read(*pairs: tuple[str, str]) -> Documents:
        text = SOUND
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        return load_text(text, FILE)

    return read
