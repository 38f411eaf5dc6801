"""Data centers and data quality as documents: over an empty store, and over one in which something happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from slo.outcomes import Kind
from store.port import Store
from store.records import Batch, Events, Gap, Gauge, Incarnation, Read, Source, Transactions
from tests.dashboard.api.conftest import T0_MS, Clock

Get = Callable[..., Any]
T0_S = T0_MS // 1000
CENTERS = ("dc1", "dc2", "dc3")
STRETCH = "from=2026-11-18T10:00:00Z&to=2026-11-18T11:07:00Z"


def commit(store: Store, source: str, *reads: Read, **parts: Any) -> None:
    """One batch."""
    store.commit(Batch(source, store.resume(source).version, reads, **parts))


def minute(store: Store, at_s: int, begun: dict[str, int], bad: int = 0) -> None:
    """What three data centers had in a minute, and a page of each at its end."""
    for center in CENTERS:
        events = [Events(at_s, "weilidai", center, f"{center}-n1", "apply", "ok", "customer", Kind.GOOD, 1000)]
        if bad:
            events.append(Events(at_s, "weilidai", center, f"{center}-n1", "apply", "e", "customer", Kind.BAD, bad))
        number = begun.get(center, 0)
        had = [Transactions(at_s, "weilidai", center, f"{center}-n1", "customer", number)] if number else []
        end_ms = (at_s + 60) * 1000
        commit(
            store, center, Read(end_ms, True, samples=7), watermark_ms=end_ms, events=tuple(events),
            transactions=tuple(had),
        )  # fmt: skip


@pytest.fixture
def hour(store: Store) -> Store:
    """An hour up to T0 in which dc3 was gone for the last five minutes but one, and the others took over."""
    begin_s = T0_S - 3600
    for center in CENTERS:
        store.register(Source(center, "exposition", center, 60_000), begin_s * 1000)
        life = Incarnation(center, begin_s * 1000, 0, 0, begin_s * 1000, begin_s * 1000)
        commit(store, center, Read(begin_s * 1000, True), watermark_ms=begin_s * 1000, incarnations=(life,))
    for number in range(60):
        gone = 54 <= number < 59
        minute(store, begin_s + 60 * number, {"dc1": 900, "dc2": 900} if gone else dict.fromkeys(CENTERS, 600))
    return store


def test_an_empty_store_has_every_data_center_and_no_figure(fresh: Get) -> None:
    found = fresh("/api/v1/data-centers")
    assert [each["id"] for each in found["data_centers"]] == [f"dc{n}" for n in range(1, 7)]
    assert found["even_share"] == "0.166666666"
    for each in found["data_centers"]:
        assert each["shares"]["today"] == {"transactions": None, "share": None, "off_even": None}
        assert (each["availability"], each["products"], each["dcns"]) == (None, [], [])
    assert found["n_1"]["carried"] is None
    assert "no load run" in found["n_1"]["reasons"]["proven_per_second"]
    assert fresh("/api/v1/data-centers/failovers")["failovers"] == []
    quality = fresh("/api/v1/data-quality")
    assert (quality["sources"], quality["simulated"]) == ([], [])
    assert fresh("/api/v1/data-quality/gaps")["gaps"] == []


def test_shares_are_exact_and_cells_and_dcns_add_up(hour: Store, fresh: Get) -> None:
    found = fresh(f"/api/v1/data-centers?{STRETCH}")
    first, _, third = found["data_centers"][:3]
    assert first["shares"]["stretch"]["transactions"] == 55 * 600 + 5 * 900
    assert third["shares"]["stretch"]["transactions"] == 55 * 600
    assert first["shares"]["stretch"]["share"] == "0.347222222"
    assert sum(each["shares"]["stretch"]["transactions"] for each in found["data_centers"]) == 60 * 1800
    assert first["products"] == [
        {"product": "weilidai", **{name: first[name] for name in first["products"][0] if name != "product"}}
    ]
    assert (first["dcns"][0]["id"], first["dcns"][0]["share"], first["dcns_complete"]) == ("dc1-n1", "1", True)


def test_a_failover_is_found_once_with_what_the_others_took(hour: Store, fresh: Get) -> None:
    answer = fresh(f"/api/v1/data-centers/failovers?{STRETCH}")
    (found,) = answer["failovers"]
    assert (found["data_center"], found["kind"], found["lost_transactions"]) == ("dc3", "taken_over", 3000)
    assert (found["gained_by_others"], found["taken_share"], found["lowest_share"]) == (3000, "1", "0")
    assert (found["from"], found["to"]) == ("2026-11-18T11:01:00.000Z", "2026-11-18T11:06:00.000Z")
    assert answer["rule"]["fallen_below"] == "0.5"
    assert fresh(f"/api/v1/data-centers/failovers?data_center=dc1&{STRETCH}")["failovers"] == []


def test_of_a_long_stretch_the_days_that_have_minutes_are_looked_through(hour: Store, fresh: Get) -> None:
    """Who asks again sees further back, until it is complete."""
    for _ in range(100):
        answer = fresh("/api/v1/data-centers/failovers?from=2026-01-01T00:00:00Z")
        if answer["complete"]:
            break
    assert (answer["from"], answer["to"]) == ("2026-10-14T11:07:00.000Z", "2026-11-18T11:07:00.000Z")
    assert len(answer["failovers"]) == 1


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/data-centers?from=yesterday", 400, "from: 'yesterday' is no instant"),
        ("/api/v1/data-centers?from=2027-01-01T00:00:00Z", 422, "from: is not before to"),
        ("/api/v1/data-centers/failovers?data_center=dc9", 404, "data_center: none is 'dc9'"),
        ("/api/v1/data-quality/gaps?source=dc9", 404, "source: none is 'dc9'; known: none yet"),
        ("/api/v1/data-quality?x=1", 400, "query: no parameter 'x'"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_line(fresh: Get, path: str, status: int, said: str) -> None:
    assert said in fresh(path, status)["error"]


def test_a_source_says_how_good_its_data_are(hour: Store, clock: Clock, fresh: Get) -> None:
    """Reads by cause, gaps, a clock that is off, names that were folded, who reads it."""
    at_ms = T0_MS + 60_000
    commit(hour, "dc1", Read(at_ms, False, "refused: 127.0.0.1:9: Connection refused"))
    gauges = (
        Gauge("dc2", "collector_clock_skew_seconds", "", at_ms, "-2.500"),
        Gauge("dc2", "collector_folded_series", "", at_ms, "12"),
    )
    gap = Gap("dc2", T0_MS, at_ms, False, "process restarted; refused: 127.0.0.1:9: gone")
    commit(hour, "dc2", Read(at_ms, True, resets=3, samples=9), watermark_ms=at_ms, gauges=gauges, gaps=(gap,))
    clock.second = 130
    first, second, third = fresh("/api/v1/data-quality")["sources"]
    assert (first["state"], first["cause"]) == ("missing", "refused")
    assert first["reads"]["failed"] == {"refused": 1}
    assert first["reads"]["newest_failure"]["reason"].endswith("Connection refused")
    assert (second["skew_ms"], second["folded_series"], second["reads"]["resets"]) == (-2500, 12, 3)
    assert second["notes"][1] == "12 series beyond the limits are counted as __other__"
    assert second["gaps_24h"] == {"count": 1, "lost": 1, "seconds": 60.0}
    assert second["completeness"]["hours_24"] == {"due": 62, "accepted": 62, "percent": "100"}
    assert third["completeness"]["days_30"] == {"due": 62, "accepted": 61, "percent": "98.38709"}
    assert third["read_by"] is None


def test_a_gap_that_can_be_read_again_names_the_command(hour: Store, clock: Clock, fresh: Get) -> None:
    """Pages that are read directly keep no past; a Prometheus does. Exact gaps need nothing."""
    hour.register(Source("prom/a:9", "prometheus", "dc4", 15_000), T0_MS)
    lost = Gap("prom/a:9", T0_MS + 1500, T0_MS + 45_000, False, "timeout: no answer")
    commit(hour, "prom/a:9", Read(T0_MS + 45_000, True), watermark_ms=T0_MS + 45_000, gaps=(lost,))
    commit(hour, "dc1", gaps=(Gap("dc1", T0_MS, T0_MS + 9_000, False, "refused: x"),))
    clock.second = 60
    found = fresh("/api/v1/data-quality/gaps")
    assert found["total"] == 2
    by_source = {each["source"]: each for each in found["gaps"]}
    assert by_source["dc1"]["mend"] is None
    mend = by_source["prom/a:9"]["mend"]
    assert mend.endswith("backfill --from 2026-11-18T11:07:01Z --to 2026-11-18T11:07:45Z --source 'prom/a:9'")
    assert len(fresh("/api/v1/data-quality/gaps?source=dc1&limit=1")["gaps"]) == 1


def test_settings_without_a_configuration_are_known_as_such(fresh: Get) -> None:
    """An API that nobody told of a configuration shows none, and still says who may do what."""
    found = fresh("/api/v1/settings")
    assert (found["files"], found["store"], found["schema_revision"]) == ([], None, None)
    assert next(each for each in found["roles"] if each["role"] == "viewer")["rights"] == ["see"]


def test_what_breaks_things_is_served_in_a_demo_alone(client: FlaskClient, setting: ApiSetting) -> None:
    """Elsewhere nothing is there: not in the document either."""
    server = flask.Flask("bank")
    register_api(server, replace(setting, breaker=None))
    bank = server.test_client()
    body = {"by": "x", "kind": "kill", "data_center": "dc1"}
    for caller in (client, bank):
        assert caller.post("/api/v1/demo/break", json=body).status_code == 404
        assert caller.get("/api/v1/demo/break").status_code == 404
        assert "/api/v1/demo/break" not in caller.get("/openapi.json").text
