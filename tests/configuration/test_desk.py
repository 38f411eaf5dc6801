"""Between an alert and a message: what is accepted, and what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.desk.escalation import Chain, Step
from alerts.model import Severity
from alerts.policy import Policy
from settings import SettingsError, load_settings

GOOD = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
"""
SHIPPED = Path(__file__).parents[2] / "config" / "control-center.yaml"


def write(tmp_path: Path, text: str) -> Path:
    """A configuration with that section."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + text, encoding="utf-8")
    return path


def test_the_chain_is_data(tmp_path: Path) -> None:
    """Seconds in the file, milliseconds at work."""
    text = """\
desk:
  settle_seconds: 10
  escalation:
    severity: call
    repeat_seconds: 60
    steps:
      - {after_seconds: 0, roles: [first]}
      - {after_seconds: 30, roles: [second, third]}
"""
    policy = load_settings(write(tmp_path, text)).desk.policy(Policy("1", (), 5))
    assert policy.settle_ms == 10_000
    assert policy.chain == Chain((Step(0, ("first",)), Step(30_000, ("second", "third"))), Severity.CALL, 60_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("desk: {settle: 3}\n", r"settings.yaml:3: desk.settle: Extra inputs"),
        ("desk: {widen_seconds: 90}\n", "widen_seconds 90 is more than update_seconds 60"),
        ("desk:\n  escalation:\n    steps: []\n", r":5: desk.escalation.steps: the first step is the page itself"),
        ("desk:\n  escalation:\n    repeat_seconds: 5\n", "repeating every 5 s would ring all the time"),
        (
            "desk:\n  escalation:\n    steps:\n      - {after_seconds: 9, roles: [a]}\n",
            "the first step is the page itself; give it after_seconds: 0",
        ),
        (
            "desk:\n  escalation:\n    steps:\n      - {after_seconds: 0, roles: [a]}\n"
            "      - {after_seconds: 60, roles: [b]}\n      - {after_seconds: 60, roles: [c]}\n",
            "write steps in order",
        ),
        ("desk:\n  silences: {most_days: 0}\n", "desk.silences.most_days"),
    ],
)
def test_a_section_that_means_nothing_is_refused_by_line(tmp_path: Path, text: str, reason: str) -> None:
    """Before anything starts."""
    with pytest.raises(SettingsError, match=reason):
        load_settings(write(tmp_path, text))


def test_the_shipped_configuration_says_what_is_the_case_without_it(tmp_path: Path) -> None:
    """So that nobody is surprised by a default."""
    assert load_settings(SHIPPED).desk == load_settings(write(tmp_path, "")).desk
