"""Who is told, and how: what is accepted, and how what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.model import Level, Severity
from alerts.notify.building import ChannelSpec, HeartbeatSpec
from alerts.notify.outlet import Wants
from alerts.notify.pacing import RateLimit
from configuration.notify import NotifySettings
from outgoing.secrets import SecretPlace
from settings import SettingsError, load_settings

GOOD = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
notify:
"""


def loaded(tmp_path: Path, text: str) -> NotifySettings:
    """The section of a configuration."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + text, encoding="utf-8")
    return load_settings(path).notify


def test_a_channel_to_people_becomes_a_spec(tmp_path: Path) -> None:
    """With its files beside the configuration, and its own id among its roles."""
    text = """\
  language: en
  channels:
    - {id: oncall, kind: wecom, url_file: wecom.txt, severity: page, levels: [bank, product], products: [weilidai],
       roles: [duty], burst: 2, per_minute: 30, give_up_minutes: 5}
"""
    assert loaded(tmp_path, text).specs(tmp_path) == [
        ChannelSpec(
            name="oncall",
            kind="wecom",
            address=SecretPlace(file=tmp_path / "wecom.txt"),
            language="en",
            wants=Wants(
                Severity.PAGE,
                frozenset({Level.BANK, Level.PRODUCT}),
                frozenset({"weilidai"}),
                frozenset({"duty", "oncall"}),
            ),
            limit=RateLimit(2, 2_000),
            give_up_ms=300_000,
        )
    ]


def test_machines_and_the_heartbeat_become_specs(tmp_path: Path) -> None:
    """Automation only says what it would do, until told otherwise."""
    text = """\
  base_url: "https://center.example/"
  channels:
    - {id: am, kind: alertmanager, url: "http://127.0.0.1:9093", resend_seconds: 30}
    - {id: hook, kind: webhook, url_env: HOOK, secret_env: HOOK_SECRET}
    - {id: drain, kind: automation, url: "https://drain.example/x", secret_env: DRAIN_SECRET}
  heartbeat: {url_env: BEAT, every_seconds: 10, method: GET}
"""
    settings = loaded(tmp_path, text)
    am, hook, drain = settings.specs(tmp_path)
    assert (am.address, am.resend_ms, hook.secret) == ("http://127.0.0.1:9093", 30_000, SecretPlace("HOOK_SECRET"))
    assert drain.dry_run
    assert settings.heartbeat is not None
    assert settings.heartbeat.spec(tmp_path) == HeartbeatSpec(SecretPlace("BEAT"), 10, "GET")
    assert settings.links() == "https://center.example"


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("{id: a, kind: pigeon}", r":5: notify.channels.0: .*pigeon"),
        ("{id: a, kind: slack}", r":5: notify.channels.0: slack needs exactly one of url_env or url_file"),
        ("{id: a, kind: slack, url_env: A, url_file: b}", "exactly one of url_env or url_file"),
        ("{id: a, kind: slack, url: 'https://hooks.slack.com/services/x'}", r"notify.channels.0.url: Extra inputs"),
        ("{id: a, kind: webhook, url: 'https://a.example/'}", "secret_env or secret_file to sign with"),
        ("{id: a, kind: alertmanager, url: 'https://u:p@a.example/'}", "a user or password in an address"),
        ("{id: a, kind: slack, url_env: A, severity: panic}", r":5: notify.channels.0.severity: "),
        ("{id: a, kind: slack, url_env: 'A B'}", r"notify.channels.0.url_env: "),
        ("{id: a, kind: slack, url_env: A, per_minute: 0}", r"notify.channels.0.per_minute: "),
        ("{id: a, kind: slack, url_env: A}\n    - {id: a, kind: mail, url_env: B}", "'a' is used 2 times"),
    ],
)
def test_a_defect_is_named_by_line_and_field(tmp_path: Path, channel: str, said: str) -> None:
    """Whatever is wrong with a channel."""
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, f"  channels:\n    - {channel}\n")


def test_a_product_that_nobody_knows_is_named(tmp_path: Path) -> None:
    """A channel that waits for a misspelled product would be silent for ever."""
    settings = loaded(tmp_path, "  channels:\n    - {id: a, kind: slack, url_env: A, products: [weilidia]}\n")
    assert settings.unknown_products(frozenset({"weilidai"})) == [
        "notify channel 'a': product 'weilidia' is not in the catalog; known: weilidai"
    ]
