"""What a Prometheus posts and amtool asks: by hand, then by the real programs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting, wall_clock_ms
from dashboard.server import serve

Get = Callable[..., Any]
POSTED = {
    "labels": {"alertname": "DiskFull", "severity": "critical", "product": "weilidai", "job": "db"},
    "annotations": {"summary": "磁盘满"},
    "generatorURL": "http://prometheus/graph",
}


def post(client: FlaskClient, *alerts: Any) -> Any:
    return client.post("/api/v2/alerts", json=list(alerts))


def test_a_posted_alert_stands_beside_ours_until_it_ends(client: FlaskClient, room: Any, fresh: Get) -> None:
    room.fire()
    assert post(client, POSTED).status_code == 200
    room.clock.second = 60
    assert post(client, POSTED).status_code == 200
    ours, theirs = fresh("/api/v1/alerts")["alerts"]
    assert (ours["external"], theirs["external"], theirs["severity"]) == (False, True, "call")
    assert (theirs["rule"], theirs["product"], theirs["labels"]) == ("DiskFull", "weilidai", POSTED["labels"])
    assert theirs["since"] == "2026-11-18T11:07:00.000Z"
    assert fresh(f"/api/v1/alerts/{theirs['id']}") == theirs
    assert post(client, {**POSTED, "endsAt": "2026-11-18T11:07:30Z"}).status_code == 200
    assert fresh("/api/v1/alerts")["counts"]["external"] == 0
    (over,) = fresh("/api/v1/alerts?state=all&kind=external")["alerts"]
    assert over["state"] == "resolved"
    assert [e["body"]["state"] for e in fresh("/api/v1/journal?kind=external_alert")["entries"]] == [
        "resolved",
        "firing",
    ]


def test_an_alert_that_is_posted_no_more_is_over_after_five_minutes(client: FlaskClient, room: Any, fresh: Get) -> None:
    """As resolve_timeout says; the next post of anything writes it down."""
    post(client, POSTED)
    room.clock.second = 301
    assert fresh("/api/v1/alerts")["alerts"] == []
    post(client, {"labels": {"alertname": "Other"}})
    assert fresh("/api/v1/journal?kind=external_alert")["entries"][0]["body"]["state"] == "expired"


def test_a_post_with_a_defect_changes_nothing(client: FlaskClient, fresh: Get) -> None:
    answer = post(client, POSTED, {"labels": {}})
    assert answer.status_code == 400
    assert answer.json["error"] == "alert 1: labels are missing; an alert has at least alertname"
    assert fresh("/api/v1/alerts")["alerts"] == []
    assert client.post("/api/v2/alerts", data=b"[" * 4_194_305, content_type="application/json").status_code == 413


def test_two_servers_that_post_the_same_are_heard_both(client: FlaskClient, other: FlaskClient, fresh: Get) -> None:
    """A Prometheus comes in pairs."""
    for each in (client, other, client):
        assert post(each, POSTED).status_code == 200
    assert len(fresh("/api/v2/alerts")) == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["cliff", "DiskFull"]),
        ("filter=alertname%3D%22DiskFull%22", ["DiskFull"]),
        ("filter=alertname!%3DDiskFull", ["cliff"]),
        ("filter=job%3D~%22d.%22&filter=severity%3Dcritical", ["DiskFull"]),
        ("filter=job!~%22d.%22", ["cliff"]),
        ("active=false", []),
        ("silenced=false&inhibited=false&active=true&unprocessed=true", ["cliff", "DiskFull"]),
    ],
)
def test_the_list_can_be_filtered_as_amtool_does(
    client: FlaskClient, room: Any, fresh: Get, query: str, names: list[str]
) -> None:
    room.fire()
    post(client, POSTED)
    assert [each["labels"]["alertname"] for each in fresh(f"/api/v2/alerts?{query}")] == names


def test_what_is_silenced_is_told_apart(client: FlaskClient, room: Any, fresh: Get) -> None:
    given = {"by": "li", "matchers": ["product=weilidai"], "comment": "c", "duration_seconds": 60}
    silence = client.post("/api/v1/silences", json=given).json
    room.fire()
    (row,) = fresh("/api/v2/alerts?inhibited=false")
    assert silence is not None
    assert (row["status"]["state"], row["status"]["silencedBy"]) == ("suppressed", [silence["id"]])
    assert fresh("/api/v2/alerts?silenced=false") == []


@pytest.mark.parametrize(
    ("matchers", "hides"),
    [
        (["product=weilidai"], True),
        (["rule=~Disk.*", "severity=call"], True),
        (["level=external"], True),
        (["label.job=db"], True),
        (["label.job=web"], False),
        (["product=weilidai", "label.instance!="], False),
    ],
)
def test_a_silence_hides_a_posted_alert_as_ours(
    client: FlaskClient, room: Any, fresh: Get, matchers: list[str], hides: bool
) -> None:
    """On the wall, in the list and for amtool, until it ends; who made it stands in the journal."""
    post(client, POSTED)
    given = {"by": "li", "matchers": matchers, "comment": "disk is being swapped", "duration_seconds": 60}
    made = client.post("/api/v1/silences", json=given).json
    assert made is not None
    listed = fresh("/api/v1/alerts")
    (row,) = listed["alerts"]
    assert (row["silenced"], row["silenced_by"]) == (hides, made["id"] if hides else None)
    assert fresh(f"/api/v1/alerts/{row['id']}") == row
    assert listed["counts"]["silenced"] == int(hides)
    assert len(fresh("/api/v2/alerts?silenced=false")) == int(not hides)
    assert fresh("/api/v1/journal?kind=silence")["entries"][0]["actor"] == "li"
    room.clock.second = 61
    assert fresh("/api/v1/alerts")["alerts"][0]["silenced"] is False


@pytest.fixture
def served(setting: ApiSetting) -> Iterator[str]:
    """The API on a real port with the real time: host and port."""
    from dataclasses import replace  # noqa: PLC0415

    app = flask.Flask("served")
    register_api(app, replace(setting, now_ms=wall_clock_ms))
    stop, bound, found = threading.Event(), threading.Event(), []

    def tell(url: str) -> None:
        found.append(url)
        bound.set()

    thread = threading.Thread(target=serve, args=(app, "127.0.0.1", 0, stop), kwargs={"on_bound": tell})
    thread.start()
    bound.wait(60)
    yield found[0].removeprefix("http://").rstrip("/")
    stop.set()
    thread.join()


RULES = """
groups:
  - name: always
    rules:
      - alert: AlwaysOn
        expr: vector(1)
        labels: {severity: warning, product: weilidai}
        annotations: {summary: "规则"}
"""
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["{target}"]}}]}}]
"""


def test_a_real_prometheus_tells_us_of_its_alerts_and_amtool_reads_them(
    served: str, tmp_path: Path, fresh: Get
) -> None:
    """No more than a target in its configuration is needed."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "prometheus.yml").write_text(CONFIG.format(rules=tmp_path / "rules.yml", target=served))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (tmp_path / "log").open("w") as log:
        child = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={tmp_path}/prometheus.yml",
                f"--storage.tsdb.path={tmp_path}/data",
                f"--web.listen-address={address}",
                "--rules.alert.resend-delay=1s",  # what it sends before it has found us, after five seconds, is lost
            ],
            stdout=log,
            stderr=log,
        )
    try:
        found = _told(fresh)
    finally:
        child.kill()
        child.wait()
    assert found, (tmp_path / "log").read_text()
    assert (found["rule"], found["severity"], found["product"]) == ("AlwaysOn", "ticket", "weilidai")
    assert found["annotations"] == {"summary": "规则"}
    listed = _amtool(served, "alert", "query", "alertname=AlwaysOn", "-o", "json")
    assert [each["labels"]["product"] for each in json.loads(listed)] == ["weilidai"]
    assert json.loads(_amtool(served, "alert", "query", "alertname=Other", "-o", "json")) == []


def test_amtool_adds_an_alert(served: str, fresh: Get) -> None:
    """Its own way to try an Alertmanager."""
    _amtool(served, "alert", "add", "Tried", "severity=page", "data_center=dc3")
    (found,) = [each for each in fresh("/api/v2/alerts") if each["labels"]["alertname"] == "Tried"]
    assert found["labels"]["data_center"] == "dc3"


def _told(fresh: Get) -> Any:
    """Our alert of the Prometheus' rule, once it is there; its clock is the real one, so it is asked for by state."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        rows = fresh("/api/v1/alerts?state=all&kind=external")["alerts"]
        if rows:
            return rows[0]
        time.sleep(0.1)
    return None


def _amtool(served: str, *given: str) -> str:
    done = subprocess.run(
        ["amtool", f"--alertmanager.url=http://{served}", *given],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_posted_alert_is_taken_until_it_ends(client: FlaskClient, room: Any, fresh: Get) -> None:
    """Who has it stands beside it while the same goes on firing; what begins anew is nobody's."""
    post(client, POSTED)
    (alert,) = fresh("/api/v1/alerts")["alerts"]
    path = f"/api/v1/alerts/{alert['id']}"
    assert client.post(f"{path}/ack", json={"by": "Li Wei", "note": "deleting logs"}).status_code == 200
    room.clock.second = 60
    post(client, POSTED)
    taken = fresh("/api/v1/alerts")
    assert taken["alerts"][0]["acknowledged"]["by"] == "Li Wei"
    assert taken["counts"]["acknowledged"] == 1
    assert client.post(f"{path}/unack", json={"by": "Li Wei"}).status_code == 200
    assert fresh(path)["acknowledged"] is None
    client.post(f"{path}/ack", json={"by": "Li Wei"})
    room.clock.second = 400
    refused = client.post(f"{path}/ack", json={"by": "Li Wei"})
    assert "is over" in refused.json["error"]
    post(client, POSTED)
    assert fresh(path)["acknowledged"] is None
    assert client.post("/api/v1/alerts/external:0/ack", json={"by": "Li Wei"}).status_code == 404
