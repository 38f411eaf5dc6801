"""Channels to machines: a real Alertmanager, signed webhooks, the automation hook."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from alerts.desk.notice import NoticeState
from alerts.model import AlertState, Level, Subject
from alerts.notify.channels.alertmanager import AlertmanagerChannel
from alerts.notify.channels.automation import AutomationChannel
from alerts.notify.channels.webhook import WebhookChannel
from alerts.notify.message import Message
from alerts.notify.news import News
from alerts.notify.outlet import Wants
from alerts.notify.planning import Planner, stored_in
from alerts.notify.rendering import Renderer
from outgoing.errors import PermanentFault, TemporaryFault
from outgoing.posting import Poster
from outgoing.redaction import Redactor
from outgoing.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from store.port import Store
from tests.alerts.notify.parts import (
    CELL,
    DC3,
    T0_MS,
    Door,
    Tray,
    door,
    free_port,
    member,
    notice,
    outlet,
    until,
    write,
)

SECRET = "a-shared-secret"


def message(renderer: Renderer, *told: Any, at_ms: int | None = None, test: bool = False) -> Message:
    """A rendered message of notices."""
    now_ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    return renderer.message("d1", [News(each, test=test) for each in told], now_ms)


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A real one."""

    url: str

    def alerts(self) -> list[dict[str, Any]]:
        """What fires there, silenced or not."""
        found: list[dict[str, Any]] = requests.get(f"{self.url}/api/v2/alerts", timeout=5).json()
        return found

    def states(self) -> list[str]:
        """State of each alert there."""
        return [alert["status"]["state"] for alert in self.alerts()]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Door]:
    """What the Alertmanager tells."""
    with door() as here:
        yield here


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory, receiver: Door) -> Iterator[Alertmanager]:
    """Debian's Alertmanager on free ports, which tells the receiver at once."""
    home: Path = tmp_path_factory.mktemp("alertmanager")
    (home / "config.yml").write_text(
        "route: {receiver: door, group_by: ['...'], group_wait: 0s, group_interval: 1s}\n"
        f"receivers: [{{name: door, webhook_configs: [{{url: '{receiver.url}/told', send_resolved: true}}]}}]\n"
    )
    port = free_port()
    program = shutil.which("prometheus-alertmanager")
    assert program is not None, "install the Debian package prometheus-alertmanager"
    arguments = [
        program,
        f"--config.file={home}/config.yml",
        f"--storage.path={home}/data",
        "--cluster.listen-address=",
    ]
    with (home / "log").open("w") as log:
        child = subprocess.Popen([*arguments, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    made = Alertmanager(f"http://127.0.0.1:{port}")
    try:
        until(lambda: ready(made.url))
        yield made
    finally:
        child.terminate()
        child.wait(60)


def ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/-/ready", timeout=1).ok
    except requests.ConnectionError:
        return False


def channel(alertmanager: Alertmanager, store: Store, resend_ms: int = 60_000) -> AlertmanagerChannel:
    poster = Poster(f"{alertmanager.url}/api/v2/alerts", Redactor())
    return AlertmanagerChannel("am", poster, store, resend_ms=resend_ms)


def recent(group: str, dcn: str, **changes: Any) -> Any:
    """A page of one DCN."""
    return notice(group=group, members=(member(Subject(Level.DCN, "weilidai", "dc3", dcn)),), **changes)


def told_there(receiver: Door, status: str, dcn: str) -> bool:
    """Whether the Alertmanager told its receiver of an alert of this DCN."""
    alerts = [alert for ring in list(receiver.rung) for alert in ring.json["alerts"]]
    return any(alert["status"] == status and alert["labels"].get("dcn") == dcn for alert in alerts)


def test_an_alert_fires_and_resolves_in_a_real_alertmanager(
    alertmanager: Alertmanager, receiver: Door, store: Store, renderer: Renderer
) -> None:
    """With labels to route by and the message as annotations; the receiver is told of both."""
    made = channel(alertmanager, store)
    made.send(message(renderer, recent("g1", "dcn1")))
    (there,) = [alert for alert in alertmanager.alerts() if alert["labels"].get("dcn") == "dcn1"]
    assert there["labels"] == {
        "alertname": "cliff",
        "severity": "call",
        "level": "dcn",
        "product": "weilidai",
        "data_center": "dc3",
        "dcn": "dcn1",
        "slo": "weilidai",
    }
    assert there["annotations"]["summary"].startswith("[FIRING][call] ")
    assert there["startsAt"] == "2026-11-18T11:06:40.000Z"
    until(lambda: told_there(receiver, "firing", "dcn1"))
    over_ms = time.time_ns() // 1_000_000
    over = recent("g1", "dcn1", state=NoticeState.RESOLVED, over_ms=over_ms, firing=0)
    made.send(message(renderer, over))
    until(lambda: told_there(receiver, "resolved", "dcn1"))
    until(lambda: not [alert for alert in alertmanager.alerts() if alert["labels"].get("dcn") == "dcn1"])
    made.close()


def test_what_is_silenced_there_is_taken_and_stays_quiet(
    alertmanager: Alertmanager, receiver: Door, store: Store, renderer: Renderer
) -> None:
    """Their silence holds; ours knows nothing of it."""
    now_s = time.time()
    silence = {
        "matchers": [{"name": "dcn", "value": "dcn2", "isRegex": False, "isEqual": True}],
        "startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s - 5)),
        "endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s + 600)),
        "createdBy": "tests",
        "comment": "quiet",
    }
    requests.post(f"{alertmanager.url}/api/v2/silences", json=silence, timeout=60).raise_for_status()
    made = channel(alertmanager, store)
    made.send(message(renderer, recent("g2", "dcn2")))
    until(lambda: "suppressed" in alertmanager.states())
    time.sleep(0.5)
    assert not told_there(receiver, "firing", "dcn2")
    made.close()


def test_what_fires_is_told_again_even_after_a_restart(
    alertmanager: Alertmanager, store: Store, renderer: Renderer
) -> None:
    """The end moves on with each resend, from what the store keeps; what is over is told no more."""
    first = channel(alertmanager, store, resend_ms=1_000)
    first.send(message(renderer, recent("g3", "dcn3")))
    first.close()
    (before,) = [alert for alert in alertmanager.alerts() if alert["labels"].get("dcn") == "dcn3"]
    restarted = channel(alertmanager, store, resend_ms=1_000)
    now_ms = time.time_ns() // 1_000_000
    assert restarted.keep(now_ms + 2_000) == now_ms + 3_000
    (after,) = [alert for alert in alertmanager.alerts() if alert["labels"].get("dcn") == "dcn3"]
    assert after["endsAt"] > before["endsAt"]
    over = recent("g3", "dcn3", state=NoticeState.RESOLVED, over_ms=now_ms, firing=0)
    restarted.send(message(renderer, over))
    with store.reading() as reader:
        assert reader.journal().documents("alertmanager", open_only=True) == []
    restarted.close()


def test_a_member_that_is_over_ends_while_its_page_goes_on(at_the_door: Door, store: Store, renderer: Renderer) -> None:
    """An update of a page ends what resolved and tells again what fires, also what the update left out."""
    there = Subject(Level.CELL, "weilidai", "dc4")
    made = AlertmanagerChannel("am", Poster(at_the_door.url, Redactor()), store, resend_ms=60_000)
    made.send(message(renderer, notice(members=(member(), member(there)))))
    over = member(over_ms=T0_MS + 5_000)
    assert over.state is AlertState.RESOLVED
    made.send(message(renderer, notice(state=NoticeState.UPDATED, members=(over,))))
    ends = {alert["labels"]["data_center"]: alert["endsAt"] for alert in at_the_door.rung[1].json}
    assert ends["dc3"] == "2026-11-18T11:06:45.000Z"
    assert ends["dc4"] > ends["dc3"]
    made.close()


def test_an_alertmanager_that_is_away_or_refuses_is_a_fault(renderer: Renderer, store: Store) -> None:
    """Away: again later, and it surely did not arrive."""
    nobody = Poster(f"http://127.0.0.1:{free_port()}/api/v2/alerts", Redactor())
    made = AlertmanagerChannel("am", nobody, store, resend_ms=60_000)
    with pytest.raises(TemporaryFault, match="no connection: Connection refused") as caught:
        made.send(message(renderer, notice()))
    assert not caught.value.ambiguous
    made.close()


def test_a_webhook_is_signed_and_its_words_survive(at_the_door: Door, chinese: Renderer) -> None:
    """The receiver verifies what it got, byte by byte; a changed byte or an old stamp is refused."""
    made = WebhookChannel(Poster(f"{at_the_door.url}/hook", Redactor([SECRET])), SECRET)
    sent = message(chinese, notice())
    assert made.send(sent).text == "ok"
    made.close()
    (ring,) = at_the_door.rung
    stamp, given = ring.headers[TIMESTAMP_HEADER], ring.headers[SIGNATURE_HEADER]
    now_s = int(stamp)
    assert verify(SECRET, stamp, ring.body, given, now_s)
    assert not verify(SECRET, stamp, ring.body + b" ", given, now_s)
    assert not verify(SECRET, stamp, ring.body, given, now_s + 301)
    assert not verify("another", stamp, ring.body, given, now_s)
    assert not verify(SECRET, "now", ring.body, given, now_s)
    assert ring.json["title"] == sent.title
    assert "突发故障" in ring.json["title"]
    assert ring.headers["X-Control-Center-Id"] == "d1"


@pytest.mark.parametrize(
    ("answer", "fault", "said"),
    [
        ((503, {"Retry-After": "7"}, b"busy"), TemporaryFault, "HTTP 503: busy"),
        ((429, {}, b""), TemporaryFault, "HTTP 429"),
        ((404, {}, b"no such hook"), PermanentFault, "HTTP 404: no such hook"),
        ((302, {"Location": "http://elsewhere/"}, b""), PermanentFault, "redirects are not followed"),
    ],
)
def test_an_answer_that_is_no_success_is_a_fault(
    at_the_door: Door, renderer: Renderer, answer: Any, fault: type[Exception], said: str
) -> None:
    """Busy is temporary, refused is not."""
    at_the_door.answers = [answer]
    made = WebhookChannel(Poster(f"{at_the_door.url}/hook", Redactor()), SECRET)
    with pytest.raises(fault, match=said) as caught:
        made.send(message(renderer, notice()))
    made.close()
    if isinstance(caught.value, TemporaryFault):
        assert caught.value.retry_after_ms == (7_000 if answer[1] else None)


def test_the_automation_hook_names_the_data_center_and_a_key(at_the_door: Door, renderer: Renderer) -> None:
    """Signed; the same key at each attempt."""
    made = AutomationChannel(Poster(at_the_door.url, Redactor(), reuse=False), SECRET, dry_run=False)
    made.send(message(renderer, notice()))
    made.send(message(renderer, notice()))
    made.close()
    first, second = at_the_door.rung
    assert (first.json["action"], first.json["data_center"]) == ("drain_data_center", "dc3")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == first.json["idempotency_key"]
    assert verify(
        SECRET, first.headers[TIMESTAMP_HEADER], first.body, first.headers[SIGNATURE_HEADER], int(time.time())
    )


def test_a_dry_run_asks_nobody(at_the_door: Door, renderer: Renderer) -> None:
    """And says what it would have done."""
    made = AutomationChannel(Poster(at_the_door.url, Redactor(), reuse=False), SECRET, dry_run=True)
    receipt = made.send(message(renderer, notice()))
    made.close()
    assert (receipt.text, receipt.dry_run) == ("dry run: drain_data_center dc3", True)
    assert at_the_door.rung == []


def test_one_action_is_planned_per_data_center_and_page(store: Store, renderer: Renderer) -> None:
    """Not for a failure that is wider, over, replayed, or of a tier that does not ask for it."""
    hook = outlet(Tray(), renderer, name="drain", automation=True, wants=Wants())
    planner = Planner([hook], frozenset({"cliff"}))
    told = [notice("n1"), notice("n2", state=NoticeState.UPDATED, members=(member(), member(CELL, "fast")))]
    assert [(each.id, each.drains) for each in planner.deliveries(told, T0_MS)] == [
        ("drain/dc3/data_center:dc3", "dc3")
    ]
    write(store, *planner.deliveries(told, T0_MS))
    with store.reading() as reader:
        assert planner.deliveries(told, T0_MS, known=stored_in(reader.journal())) == []
    for quiet in (
        notice(radius=Subject(Level.PRODUCT, "weilidai")),
        notice(replayed=True),
        notice(members=(member(over_ms=T0_MS + 1),)),
        notice(members=(member(DC3, "fast"),)),
    ):
        assert planner.deliveries([quiet], T0_MS) == []
