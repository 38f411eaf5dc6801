"""Reports over HTTP: frozen once, signed in order by several people, drawn again byte for byte, made beside the
server's threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.reporting.bank import Bank
from dashboard.reporting.jobs import Jobs, Output
from dashboard.reporting.orders import EXPECTED
from slo.counts import Counts
from store.port import Store
from store.records import Batch, HistoryChunk, Level, Read, Scope, Source, Span, Unit
from tests.dashboard.api.conftest import T0_MS, Clock

REPORTS = "/api/v1/reports"
DAY_S = 86_400
OCTOBER_S = 1_790_784_000  # 2026-10-01 in Shanghai
MONTH = {"by": "Li Wei", "period": "2026-10"}
Get = Callable[..., Any]


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """Those of the server; nothing is left being made."""
    made = Jobs(EXPECTED)
    yield made
    made.close()


@pytest.fixture
def setting(setting: ApiSetting, jobs: Jobs) -> ApiSetting:
    """A demo."""
    return replace(
        setting, reporting=replace(setting.reporting, bank=Bank(setting.catalog, "0.1.0", demo=True), jobs=jobs)
    )


@pytest.fixture
def october(store: Store) -> Callable[[int], None]:
    """Adds failures of a product to the 31 days of October; a day more for each call."""
    begun: list[int] = []

    def add(bad: int) -> None:
        day_s = OCTOBER_S + len(begun) * DAY_S
        begun.append(bad)
        places = [Unit(Scope.BANK), Unit(Scope.PRODUCT, "weilidai"), Unit(Scope.CELL, "weilidai", "dc3")]
        cells = {(Level.DAY, day_s, unit): Counts(good=1_000_000 - bad, bad=bad) for unit in places}
        store.add_history(HistoryChunk(Span(day_s, day_s + DAY_S), cells))

    add(7)
    return add


def post(client: FlaskClient, path: str, body: object, status: int) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.mark.usefixtures("october")
def test_a_report_is_frozen_once_and_says_who_and_what(client: FlaskClient, fresh: Get) -> None:
    """The same again is not frozen twice."""
    issue = post(client, REPORTS, MONTH, 201)
    assert (issue["id"], issue["state"], issue["verdict"], issue["frozen_by"]) == (
        "availability-2026-10-r1",
        "frozen",
        "not proven",
        "Li Wei",
    )
    assert post(client, REPORTS, MONTH, 200) == issue
    assert fresh(REPORTS) == {"reports": [issue], "next": None}
    one = fresh(f"{REPORTS}/{issue['id']}")
    assert (one["report"]["bank"]["bad"], one["differences"], one["sha256"]) == (7, [], issue["sha256"])


@pytest.mark.usefixtures("october")
def test_a_month_that_is_over_is_not_said_otherwise_because_time_goes_on(
    client: FlaskClient, store: Store, clock: Clock
) -> None:
    """Sources are read on: that takes no signature away."""
    store.register(Source("dc3", "exposition", "dc3", 1000), T0_MS)
    version = 0
    for second in (1, 2):
        at_ms = T0_MS + second * 60_000
        version = store.commit(Batch("dc3", version, (Read(at_ms, True),), at_ms))
        clock.second = second * 60
        post(client, REPORTS, MONTH, 201 if second == 1 else 200)


def test_a_correction_is_a_revision_with_a_table(
    client: FlaskClient, fresh: Get, october: Callable[[int], None]
) -> None:
    post(client, REPORTS, MONTH, 201)
    october(4)
    second = post(client, REPORTS, MONTH, 201)
    assert (second["id"], second["previous"]) == ("availability-2026-10-r2", "availability-2026-10-r1")
    table = fresh(f"{REPORTS}/{second['id']}")["differences"]
    assert {"figure": "bank.bad", "was": "7", "now": "11"} in table
    assert [each["state"] for each in fresh(REPORTS)["reports"]] == ["frozen", "withdrawn"]
    assert [each["id"] for each in fresh(f"{REPORTS}?state=withdrawn")["reports"]] == ["availability-2026-10-r1"]


@pytest.mark.usefixtures("october")
def test_three_people_sign_in_order(client: FlaskClient, fresh: Get) -> None:
    issue = post(client, REPORTS, MONTH, 201)
    path = f"{REPORTS}/{issue['id']}/approvals"
    post(client, path, {"by": "Wang Fang", "step": "reviewed"}, 422)
    signed = post(client, path, {"by": "Li Wei", "step": "prepared"}, 201)
    assert (signed["state"], signed["next_step"]) == ("prepared", "reviewed")
    refused = post(client, path, {"by": "LI  WEI", "step": "reviewed"}, 422)
    assert "needs another person" in refused["error"]
    post(client, path, {"by": "Wang Fang", "step": "reviewed", "note": "checked"}, 201)
    last = post(client, path, {"by": "Zhao Lei", "step": "approved"}, 201)
    assert [(each["step"], each["by"]) for each in last["approvals"]] == [
        ("prepared", "Li Wei"),
        ("reviewed", "Wang Fang"),
        ("approved", "Zhao Lei"),
    ]
    assert (last["next_step"], fresh(REPORTS)["reports"][0]["state"]) == (None, "approved")


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("format_", "begins"), [("json", b"{"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("html", b"<!DOCTYPE")]
)
def test_the_file_of_an_issue_is_the_same_every_time(
    client: FlaskClient, october: Callable[[int], None], format_: str, begins: bytes
) -> None:
    """Also after the store has changed."""
    issue = post(client, REPORTS, MONTH, 201)
    path = f"{REPORTS}/{issue['id']}/file?format={format_}&lang=zh"
    first = client.get(path)
    october(4)
    assert first.data.startswith(begins) or format_ == "csv"
    assert client.get(path).data == first.data
    said = first.headers["Content-Disposition"]
    assert said.startswith('attachment; filename="availability-2026-10-r1')
    assert "filename*=UTF-8''%E5%8F%AF%E7%94%A8%E7%8E%87" in said


@pytest.mark.usefixtures("october")
def test_a_preview_is_a_page_that_runs_nothing(client: FlaskClient) -> None:
    answer = client.get(f"{REPORTS}/preview?period=2026-10&lang=en")
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "DEMO" in answer.text
    assert "<script" not in answer.text


@pytest.mark.usefixtures("october")
def test_a_job_makes_a_file_and_keeps_it(client: FlaskClient, jobs: Jobs) -> None:
    begun = post(client, f"{REPORTS}/jobs", {"period": "2026-10", "format": "json", "lang": "en"}, 202)
    jobs.wait(begun["id"], 60)
    done = client.get(f"{REPORTS}/jobs/{begun['id']}").json
    assert done is not None
    assert (done["state"], done["percent"], done["name"]) == ("done", 100, "availability-2026-10.json")
    file = client.get(done["file"])
    assert file.json is not None
    assert (len(file.data), file.json["bank"]["bad"]) == (done["bytes"], 7)


def test_a_job_that_fails_says_why_in_one_line(client: FlaskClient, jobs: Jobs) -> None:
    begun = post(client, f"{REPORTS}/jobs", {"period": "2026-10", "products": ["nobody"], "format": "csv"}, 202)
    jobs.wait(begun["id"], 60)
    failed = client.get(f"{REPORTS}/jobs/{begun['id']}").json
    assert failed is not None
    assert (failed["state"], failed["file"]) == ("failed", None)
    assert "product 'nobody': not in the catalog" in failed["error"]
    assert client.get(f"{REPORTS}/jobs/{begun['id']}/file").status_code == 422


def test_other_viewers_are_answered_while_files_are_made(client: FlaskClient, jobs: Jobs, fresh: Get) -> None:
    """Whoever waits for a file holds a thread: only a few may."""
    going = threading.Event()

    def slow(_tell: object) -> Output:
        going.wait(60)
        return Output(b"", "text/plain", "x", "x")

    jobs.ask("slow", ["reading"], slow)
    waiters = [
        threading.Thread(target=client.application.test_client().get, args=(f"{REPORTS}/preview?period=2026-{m}",))
        for m in ("08", "09", "10")
    ]
    for each in waiters:
        each.start()
    while jobs.seats_left:
        threading.Event().wait(0.01)
    full = client.get(f"{REPORTS}/preview?period=2026-07")
    assert (full.status_code, full.headers["Retry-After"]) == (429, "5")
    post(client, REPORTS, MONTH, 429)
    assert fresh(REPORTS)["reports"] == []
    going.set()
    for each in waiters:
        each.join(60)
    assert client.get(f"{REPORTS}/preview?period=2026-10").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/preview", 400, "period: is missing"),
        ("/preview?period=2026-13", 422, "month"),
        ("/preview?period=%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96", 422, "period"),
        ("/preview?period=2027-10", 422, "begins 2027-10-01"),
        ("/preview?period=2026-10&format=exe", 400, "format"),
        ("/preview?period=2026-10&products=nobody", 422, "nobody"),
        ("/availability-2026-10-r1", 404, "no issue"),
        ("/availability-2026-10-r1/file", 404, "no issue"),
        ("/..%2f..%2fetc%2fpasswd/file", 404, "no issue"),
        ("/jobs/x", 404, "no job 'x' on this server"),
        ("/jobs/x/file", 404, "no job 'x' on this server"),
        ("?state=x", 400, "state"),
        ("/jobs", 405, "not served"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(client: FlaskClient, path: str, status: int, said: str) -> None:
    answer = client.get(REPORTS + path)
    assert answer.status_code == status
    assert answer.json is not None
    assert said in answer.json["error"]
    assert "\n" not in answer.json["error"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("", {"by": "Li", "period": "October"}, 422, "write 2026-10, 2026-Q4, 2026 or"),
        ("", {"by": "", "period": "2026-10"}, 400, "by"),
        ("", {"by": "Li", "period": "2026-10", "kind": "weather"}, 400, "kind"),
        ("", {"by": "Li", "period": "2026-10", "products": ["nobody"]}, 422, "not in the catalog"),
        ("", {"by": "\u200b", "period": "2026-10"}, 422, "name a person"),
        ("/jobs", {"format": "pdf"}, 400, "name a period or an issue"),
        ("/jobs", {"format": "pdf", "period": "2026-10", "issue": "x"}, 400, "one of them"),
        ("/jobs", {"format": "pdf", "issue": "availability-2026-10-r9"}, 404, "no issue"),
        ("/jobs", {"format": "exe", "period": "2026-10"}, 400, "format"),
        ("/nobody/approvals", {"by": "Li", "step": "prepared"}, 404, "no issue"),
    ],
)
def test_what_must_not_be_written_is_refused_in_one_line(
    client: FlaskClient, path: str, body: object, status: int, said: str
) -> None:
    refused = post(client, REPORTS + path, body, status)["error"]
    assert said in refused
    assert "\n" not in refused


def test_another_sites_page_can_neither_freeze_nor_make(client: FlaskClient) -> None:
    for path, body in (("", MONTH), ("/jobs", {"period": "2026-10", "format": "json"})):
        answer = client.post(REPORTS + path, json=body, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403


@pytest.mark.usefixtures("october")
def test_many_products_make_a_short_id_in_any_order(client: FlaskClient, setting: ApiSetting) -> None:
    ids = [each.id for each in setting.catalog.products]
    first = post(client, REPORTS, {**MONTH, "products": ids}, 201)
    assert post(client, REPORTS, {**MONTH, "products": ids[::-1]}, 200)["id"] == first["id"]
    assert len(first["id"]) < 80


def test_the_app_alone_serves_reports(setting: ApiSetting) -> None:
    """An empty store has no issue, and says so."""
    app = flask.Flask("alone")
    register_api(app, setting)
    assert app.test_client().get(REPORTS).json == {"reports": [], "next": None}
