"""Every value with the line that says it; no secret, wherever somebody wrote one."""

from __future__ import annotations

from pathlib import Path

import pytest

from configuration.origins import Shower, described
from dashboard.configured import Item, Origin
from outgoing.redaction import Redactor
from settings import load_settings

SECRETS = ("hunter2hunter2", "t0psecret", "Zm9vYmFy", "robot-key-9", "tenant-9-key", "s3cr3tpath")
FILE = """\
# what is watched
sources:
  - id: prom
    kind: prometheus
    url: "http://metrics.example:9090/base?key=t0psecret"
    job: lending
    parameters: {dedup: Zm9vYmFy}
    headers: {X-Api-Key: tenant-9-key}
    scrape_seconds: 15
    auth: {bearer_env: PROM_TOKEN}
    data_centers: {a: dc1}
notify:
  language: en
  channels:
    - {id: chat, kind: wecom, url_env: WECOM_URL}
    - {id: hook, kind: webhook, secret_env: HOOK_SECRET, url: "https://hooks.example/services/robot-key-9/s3cr3tpath"}
retention:
  minutes_days: 40
"""


@pytest.fixture
def items(tmp_path: Path) -> dict[str, Item]:
    """What is shown of the file, by key."""
    path = tmp_path / "control-center.yaml"
    path.write_text(FILE, encoding="utf-8")
    environment = {"PROM_TOKEN": "hunter2hunter2"}
    shower = Shower(Redactor(environment.values()), environment)
    found = described("control-center", path, load_settings(path), Origin.OWN, shower)
    return {item.key: item for item in found.items}


def test_every_value_names_its_line_or_is_a_default(items: dict[str, Item]) -> None:
    assert items["retention.minutes_days"] == Item("retention.minutes_days", "40", Origin.OWN, 18)
    assert items["sources.0.job"] == Item("sources.0.job", "lending", Origin.OWN, 6)
    assert items["retention.hours_days"] == Item("retention.hours_days", "400", Origin.DEFAULT)
    assert items["notify.channels.0.severity"] == Item("notify.channels.0.severity", "notice", Origin.DEFAULT)
    assert items["server.port"].origin is Origin.DEFAULT


def test_no_secret_is_shown_however_it_is_written(items: dict[str, Item]) -> None:
    shown = " ".join(f"{item.key} {item.value}" for item in items.values())
    assert [secret for secret in SECRETS if secret in shown] == []
    assert items["sources.0.url"].value == "http://metrics.example:9090/base?***"
    assert items["sources.0.headers.X-Api-Key"].value == "***"
    assert items["notify.channels.1.url"].value == "https://hooks.example/***"


def test_the_name_of_a_secret_says_whether_it_is_there(items: dict[str, Item]) -> None:
    """Names are no secrets; whether the process has a value is what people look for."""
    assert (items["sources.0.auth.bearer_env"].value, items["sources.0.auth.bearer_env"].is_set) == ("PROM_TOKEN", True)
    assert (items["notify.channels.0.url_env"].value, items["notify.channels.0.url_env"].is_set) == ("WECOM_URL", False)
