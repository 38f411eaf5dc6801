from __future__ import annotations

import json
from pathlib import Path

from loadtests.drills.detection import Alert, AlertLook, configuration, first_alert, open_alerts
from loadtests.drills.estate import OwnEstate
from settings import catalog_path, load_catalog, load_settings

OLD = Alert("1", "unknown", "ticket", "dc2")
FRESH = Alert("2", "unreachable", "page", "dc2")
ELSEWHERE = Alert("3", "cliff", "call", "dc5")
LOOKS = [
    AlertLook(9.0, frozenset({OLD})),
    AlertLook(10.5, frozenset({OLD, ELSEWHERE})),
    AlertLook(12.0, frozenset({OLD, ELSEWHERE, FRESH})),
]


def test_only_firing_alerts_of_a_data_center_are_read() -> None:
    alert = {"id": "2", "rule": "unreachable", "severity": "page", "state": "firing", "data_center": "dc2"}
    others = [{**alert, "state": "resolved"}, {**alert, "data_center": None}]
    assert open_alerts(json.dumps({"alerts": [alert, *others]}).encode()) == {FRESH}


def test_the_first_alert_of_the_lost_data_center_that_was_not_open_before_counts() -> None:
    assert first_alert(LOOKS, 10.0, 20.0, "dc2") == (2.0, FRESH)
    assert first_alert(LOOKS, 10.0, 20.0, "dc5") == (0.5, ELSEWHERE)
    assert first_alert(LOOKS, 10.0, 11.0, "dc2") is None
    assert first_alert([], 10.0, 20.0, "dc2") is None


def test_the_control_center_accepts_what_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "control-center.yaml"
    path.write_text(json.dumps(configuration(OwnEstate(tmp_path), 8050)), encoding="utf-8")
    settings = load_settings(path)
    catalog = load_catalog(catalog_path(path, settings))
    assert [source.data_center for source in settings.sources] == [one.id for one in catalog.data_centers]
