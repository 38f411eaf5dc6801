"""What a Prometheus posts to an Alertmanager: alerts in, or every defect by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from alerts.notify.errors import BadPosted
from alerts.notify.prometheus_alerts import KIND, RESOLVE_AFTER_MS, ExternalAlert, expired, parse_posted
from store.journal import Change, Document
from store.port import Store
from tests.alerts.notify.parts import T0_MS

FIRING = {
    "labels": {"alertname": "HighErrors", "job": "api", "empty": ""},
    "annotations": {"summary": "错误率高"},
    "startsAt": "2026-11-18T11:06:40.123456789Z",
    "endsAt": "2026-11-18T19:10:40+08:00",
    "generatorURL": "http://prometheus/graph",
}


def posted(*alerts: Any, now_ms: int = T0_MS) -> list[ExternalAlert]:
    """Alerts as Prometheus posts them."""
    return parse_posted(json.dumps(alerts).encode(), now_ms)


def test_a_firing_alert_is_read_to_the_millisecond() -> None:
    """Zones and fractions too; an empty label is none."""
    (alert,) = posted(FIRING)
    assert (alert.starts_ms, alert.ends_ms) == (T0_MS + 123, T0_MS + 240_000)
    assert alert.labels == {"alertname": "HighErrors", "job": "api"}
    assert (alert.name, alert.resolved, alert.link) == ("HighErrors", False, "http://prometheus/graph")
    assert alert.firing(T0_MS)
    assert not alert.firing(T0_MS + 240_000)


def test_an_end_in_the_past_is_a_resolve() -> None:
    """That is how a Prometheus says that it is over."""
    (alert,) = posted({**FIRING, "endsAt": "2026-11-18T11:06:40.200Z"}, now_ms=T0_MS + 1_000)
    assert alert.resolved
    assert not alert.document(None).open


@pytest.mark.parametrize("end", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"])
def test_without_an_end_it_is_over_five_minutes_after_the_last_post(end: Any) -> None:
    """As in Alertmanager."""
    (alert,) = posted({"labels": {"alertname": "A"}, "endsAt": end})
    assert (alert.starts_ms, alert.ends_ms) == (T0_MS, T0_MS + RESOLVE_AFTER_MS)


def test_the_same_labels_are_the_same_alert_in_any_order() -> None:
    """Annotations do not count; the last word of one post holds."""
    again = {"labels": {"job": "api", "alertname": "HighErrors"}, "annotations": {"summary": "later"}}
    (alert,) = posted(FIRING, again)
    assert alert.annotations == {"summary": "later"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is not JSON"),
        (b"[NaN]", "NaN is no JSON value"),
        (b"[" * 100_000, "the body is not JSON"),
        (b'{"alerts": []}', "the body is an object; post a list of alerts"),
        (b"[3]", "alert 0: is a number; an alert is an object with labels"),
        (b"[{}]", "alert 0: labels are missing"),
        (b'[{"labels": {"alertname": ""}}]', "alert 0: labels are missing"),
        (b'[{"labels": {"alertname": "a", "": "1"}}]', "'' is no label name"),
        (b'[{"labels": {"alertname": "a", "n": 1}}]', "labels: n is a number; write a text"),
        (b'[{"labels": {"alertname": "a"}, "annotations": []}]', ""),
        (b'[{"labels": {"alertname": "a"}, "annotations": ["x"]}]', "annotations is a list; write an object of texts"),
        (b'[{"labels": {"alertname": "a"}, "startsAt": "yesterday"}]', "startsAt 'yesterday' is no instant"),
        (b'[{"labels": {"alertname": "a"}, "startsAt": "2026-02-30T00:00:00Z"}]', "is no instant"),
        (b'[{"labels": {"alertname": "a"}, "endsAt": 5}]', "endsAt is a number; write an instant"),
        (
            b'[{"labels":{"alertname":"a"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]',
            "endsAt 2026-01-01T00:00:00Z is before startsAt",
        ),
        (b'[{"labels": {"alertname": "\\ud800"}}]', "holds what is no text"),
        (b'[{"labels": {"alertname": "a"}, "generatorURL": 1}]', "generatorURL is a number"),
    ],
)
def test_a_defect_is_named(body: bytes, said: str) -> None:
    """In one line with the number of the alert; an empty list of annotations is none."""
    if not said:
        assert parse_posted(body, T0_MS)
        return
    with pytest.raises(BadPosted) as caught:
        parse_posted(body, T0_MS)
    assert said in str(caught.value)


def test_what_an_alertmanager_takes_is_taken() -> None:
    """Label names of Prometheus 3, and no alertname, which relabelling may have taken away."""
    odd, nameless = posted(
        {"labels": {"alertname": "A", "service.name": "x", "产品": "微贷"}}, {"labels": {"job": "api", "zone": "b"}}
    )
    assert (odd.name, odd.labels["service.name"], odd.labels["产品"]) == ("A", "x", "微贷")
    assert nameless.name == "job=api, zone=b"


def test_every_defect_of_a_post_is_named_and_nothing_is_used() -> None:
    """At most twenty, and how many more."""
    with pytest.raises(BadPosted) as caught:
        posted(FIRING, *({"labels": {}} for _ in range(30)))
    assert len(caught.value.defects) == 21
    assert caught.value.defects[0].startswith("alert 1: labels are missing")
    assert caught.value.defects[-1] == "and 10 more"


def test_it_is_kept_with_its_first_begin_until_it_ends(store: Store) -> None:
    """Posted again, resolved, and fired anew: another begin."""
    (alert,) = posted(FIRING)

    def keep(one: ExternalAlert) -> Document:
        with store.reading() as reader:
            known = reader.journal().document(KIND, one.id)
        store.write(Change(documents=(one.document(known),)))
        with store.reading() as reader:
            found = reader.journal().document(KIND, one.id)
        assert found is not None
        return found

    first = keep(alert)
    assert ExternalAlert.of(first) == alert
    again = keep(replace(alert, starts_ms=alert.starts_ms + 60_000, ends_ms=alert.ends_ms + 60_000))
    assert (again.at_ms, again.version) == (alert.starts_ms, 2)
    assert not keep(replace(alert, resolved=True)).open
    anew = keep(replace(alert, starts_ms=alert.starts_ms + 600_000, ends_ms=alert.ends_ms + 600_000))
    assert anew.at_ms == alert.starts_ms + 600_000


def test_what_nobody_posts_any_more_is_ended() -> None:
    """Its Prometheus may be gone."""
    (alert,) = posted(FIRING)
    document = replace(alert.document(None), version=1)
    assert expired([document], T0_MS + 1) == []
    (ended,) = expired([document], T0_MS + 240_000)
    assert (ended.open, ended.version, ExternalAlert.of(ended).resolved) == (False, 1, True)
