from __future__ import annotations

import http.client
import json
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lending import books, service
from lending.errors import BadEstate, DataBusy, DataUnwritable, PortTaken
from tests.lending.conftest import prometheus_count

CONFIG = Path(__file__).resolve().parents[2] / "config" / "estate.yaml"


def unlucky(dc1: Any, place: str, **fields: Any) -> Any:
    """The first answer of this kind that refuses a customer, and the key it was asked with."""
    for number in range(300):
        key = f"unlucky-{place}-{number}"
        answer = dc1.request(place, key, customer_id=f"c{number}", **fields)
        if answer.status == 422:
            return answer
    raise AssertionError("nobody was refused")


def events(child: Any, step: str, outcome: str, traffic: str = "customer") -> int:
    parts = (f'step="{step}"', f'outcome="{outcome}"', f'traffic="{traffic}"')
    return sum(
        int(value)
        for series, value in child.page().items()
        if series.startswith("lending_requests_total{") and all(part in series for part in parts)
    )


def transactions(child: Any, traffic: str = "customer") -> int:
    return sum(
        int(value)
        for series, value in child.page().items()
        if series.startswith("lending_transactions_total{") and f'traffic="{traffic}"' in series
    )


def test_a_borrower_applies_is_checked_draws_and_repays(dc1: Any) -> None:
    """The whole journey, read back from the books."""
    assert dc1.request("weilidai/apply", "j1", customer_id="lucky-9").status == 201
    assert dc1.request("weilidai/identity", "j2", customer_id="lucky-9").json["verified"] is True
    assert dc1.request("weilidai/risk", "j3", customer_id="lucky-9").json["approved"] is True
    drawn = dc1.request("weilidai/drawdown", "j4", customer_id="lucky-9", amount_fen=760_000, instalments=10)
    assert drawn.status == 201
    loan_id = drawn.json["loan_id"]
    assert dc1.get(f"/v1/loans/{loan_id}").json["owed_fen"] == 760_000
    repaid = dc1.request("weilidai/repay", "j5", customer_id="lucky-9", loan_id=loan_id, amount_fen=100_000)
    assert (repaid.status, repaid.json["owed_fen"]) == (200, 660_000)
    loan = dc1.get(f"/v1/loans/{loan_id}").json
    assert (loan["owed_fen"], loan["instalments"], loan["customer_id"]) == (660_000, 10, "lucky-9")


def test_the_same_key_gets_the_same_answer_and_is_a_call_not_a_transaction(dc1: Any) -> None:
    before = transactions(dc1), events(dc1, "drawdown", "ok")
    first = dc1.request("weilidai/drawdown", "again", customer_id="lucky-9", amount_fen=5_000)
    second = dc1.request("weilidai/drawdown", "again", customer_id="lucky-9", amount_fen=5_000)
    assert (second.status, second.body) == (first.status, first.body)
    assert "idempotent-replay" not in first.headers
    assert second.headers["idempotent-replay"] == "true"
    assert (transactions(dc1), events(dc1, "drawdown", "ok")) == (before[0] + 1, before[1] + 1)
    assert int(dc1.page()['lending_replays_total{product="weilidai",data_center="dc1"}']) >= 1


def test_a_refusal_is_a_business_reject_with_its_reason_and_no_failure(dc1: Any) -> None:
    before = events(dc1, "risk", "system_error")
    answer = unlucky(dc1, "weilidai/risk")
    assert answer.json["outcome"] == "business_reject"
    assert answer.json["reason"].startswith("refused by ")
    assert events(dc1, "risk", "business_reject") >= 1
    assert events(dc1, "risk", "system_error") == before


def test_a_refused_key_is_replayed_too(dc1: Any) -> None:
    first = dc1.request("weilidai/drawdown", "too-much", amount_fen=10**11)
    second = dc1.request("weilidai/drawdown", "too-much", amount_fen=10**11)
    assert (first.status, second.status) == (422, 422)
    assert second.headers["idempotent-replay"] == "true"


def test_load_test_traffic_is_kept_apart(dc1: Any) -> None:
    before = transactions(dc1), events(dc1, "login", "ok"), events(dc1, "login", "ok", "load_test")
    answer = dc1.post("/v1/bank_app/login", {"customer_id": "lucky-9"}, Idempotency_Key="load-1", X_Traffic="load_test")
    assert answer.status == 200
    after = transactions(dc1), events(dc1, "login", "ok"), events(dc1, "login", "ok", "load_test")
    assert after == (before[0], before[1], before[2] + 1)


def test_internal_steps_are_events_but_no_transactions(dc1: Any) -> None:
    before = transactions(dc1), events(dc1, "risk", "ok")
    assert dc1.request("weilidai/risk", "internal", customer_id="lucky-9").status == 200
    assert (transactions(dc1), events(dc1, "risk", "ok")) == (before[0], before[1] + 1)


def test_joint_loans_are_posted_cleared_and_both_ledgers_agree(dc1: Any) -> None:
    for number in range(5):
        dc1.request("joint_clearing/post", f"post-{number}", customer_id=f"p{number}", amount_fen=1_000 + number)
    cleared = dc1.request("joint_clearing/clear", "clear-1", postings=10_000)
    assert cleared.json["difference_fen"] == 0
    assert cleared.json["postings"] >= 4
    ledgers = dc1.get("/v1/ledgers?audit=true").json
    assert ledgers == dc1.get("/v1/ledgers").json
    assert ledgers["bank"] == ledgers["partner"]
    assert ledgers["bank"]["fen"] == ledgers["bank"]["cleared_fen"] != 0
    assert dc1.request("joint_clearing/reconcile", "reconcile-1").json["ledgers"]["difference_fen"] == 0


def test_a_customer_always_meets_the_same_dcn_unless_one_is_given(dc1: Any) -> None:
    def places(page: dict[str, str]) -> dict[str, int]:
        return {
            series: int(value)
            for series, value in page.items()
            if series.startswith("lending_requests_total{") and 'step="balance"' in series and value != "0"
        }

    for number in range(3):
        dc1.request("bank_app/balance", f"same-{number}", customer_id="steady")
    assert len(places(dc1.page())) == 1
    dc1.request("bank_app/balance", "given", customer_id="steady", dcn="dc1-n07")
    assert any('dcn="dc1-n07"' in series for series in places(dc1.page()))


BODY = {"customer_id": "lucky-9"}
KEYED = {"Idempotency-Key": "malformed"}


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "status", "line"),
    [
        ("POST /v1/weilidai/apply", {}, BODY, 400, "Idempotency-Key: the header is missing"),
        ("POST /v1/weilidai/apply", {"Idempotency-Key": "x" * 256}, BODY, 400, "Idempotency-Key: must be 1 to 255"),
        ("POST /v1/weilidai/apply", {"Idempotency-Key": "a b"}, BODY, 400, "Idempotency-Key: must be 1 to 255"),
        ("POST /v1/weilidai/apply", {"Idempotency-Key": ""}, BODY, 400, "Idempotency-Key: must be 1 to 255"),
        ("POST /v1/weilidai/apply", KEYED | {"X-Traffic": "bot"}, BODY, 400, "X-Traffic: must be load_test"),
        ("POST /v1/weilidai/apply", KEYED, b"{", 400, "the body is not JSON"),
        ("POST /v1/weilidai/apply", KEYED, b"", 400, "the body is not JSON"),
        ("POST /v1/weilidai/apply", KEYED, b"[1]", 400, "the body must be a JSON object"),
        ("POST /v1/weilidai/apply", KEYED, b'{"customer_id": "\xff"}', 400, "the body is not JSON"),
        ("POST /v1/weilidai/apply", KEYED, b" " * 70_000, 413, "the body is larger than"),
        ("POST /v1/weilidai/apply", KEYED, {}, 400, "customer_id: is missing"),
        ("POST /v1/weilidai/apply", KEYED, BODY | {"dcn": "dc2-n01"}, 400, "dcn: there is no 'dc2-n01' in dc1"),
        ("POST /v1/weilidai/apply", KEYED, BODY | {"dcn": ["dc1-n01"]}, 400, "dcn: there is no"),
        ("POST /v1/gold/apply", KEYED, BODY, 404, "there is no product 'gold'"),
        ("POST /v1/weilidai/dance", KEYED, BODY, 404, "weilidai has no step 'dance'"),
        ("POST /v1/saas_gateway/query", KEYED, BODY | {"tenant": "nobody"}, 404, "tenant: there is no 'nobody'"),
        ("GET /v1/weilidai/apply", {}, b"", 405, "Method Not Allowed"),
        ("GET /v1/loans/none", {}, b"", 404, "there is no loan 'none'"),
        ("GET /nothing", {}, b"", 404, "Not Found"),
        ("POST /v1/weilidai/apply/", KEYED, BODY, 404, "Not Found"),
        ("GET /truth?after=x", {}, b"", 422, "after: must be a whole number"),
        ("GET /truth?after=-1", {}, b"", 422, "after: must be a whole number"),
        ("GET /truth?through=999999999", {}, b"", 422, "through: the last record is"),
        ("POST /faults", {}, {"kind": "flood"}, 422, "kind: "),
        ("POST /faults", {}, b"{", 400, "the body is not JSON"),
        ("DELETE /faults/99", {}, b"", 404, "there is no fault 99"),
        ("POST /demand", {}, {}, 422, "the body must be"),
        ("POST /demand", {}, {"paused": "yes"}, 422, "the body must be"),
        ("POST /demand", {}, {"scale": -1}, 422, "scale: must be a whole number"),
    ],
)
def test_what_cannot_be_understood_gets_one_clear_line_and_is_not_counted(
    *, dc1: Any, request_line: str, headers: dict[str, str], body: Any, status: int, line: str
) -> None:
    method, path = request_line.split()
    before = dc1.get("/truth").json["sequence"]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = dc1.ask(method, path, content, **{name.replace("-", "_"): text for name, text in headers.items()})
    assert answer.status == status
    assert answer.json["error"].startswith(line)
    assert "\n" not in answer.json["error"]
    assert dc1.get("/truth").json["sequence"] == before


def test_one_key_for_two_requests_is_refused(dc1: Any) -> None:
    dc1.request("weilidai/apply", "shared", customer_id="lucky-9")
    other = dc1.request("weilidai/apply", "shared", customer_id="somebody-else")
    assert (other.status, other.json["error"]) == (409, "Idempotency-Key: was used for another request")


def test_the_page_says_that_it_is_openmetrics_and_ends_properly(dc1: Any) -> None:
    answer = dc1.get("/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.body.endswith(b"\n# EOF\n")


def test_promtool_finds_no_syntax_error_in_the_page(dc1: Any) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=dc1.get("/metrics").body, capture_output=True, check=False
    )
    assert b"error while linting" not in checked.stdout + checked.stderr
    assert checked.returncode in (0, 3), "3: only style remarks (names of _created and _total)"


def test_a_real_prometheus_takes_every_series_of_the_page(dc1: Any, free_port: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "prometheus.yml"
        target = f"127.0.0.1:{dc1.port}"
        job = f"{{job_name: estate, scrape_interval: 1s, static_configs: [{{targets: ['{target}']}}]}}"
        config.write_text(f"scrape_configs: [{job}]\n")
        Path(folder).chmod(0o777)
        port = free_port()
        command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        prometheus = subprocess.Popen(command, user=65534, group=65534, extra_groups=[], cwd="/")
        try:
            counted = prometheus_count(port, "count(lending_requests_total)")
        finally:
            prometheus.kill()
            prometheus.wait()
    assert counted == sum(series.startswith("lending_requests_total{") for series in dc1.page())


def test_injected_errors_hit_their_share_of_their_product_alone_and_can_be_taken_back(dc1: Any) -> None:
    fault = dc1.post("/faults", {"kind": "error_share", "share": 1.0, "product": "outreach"})
    assert fault.status == 201
    failed = dc1.request("outreach/message", "broken", customer_id="lucky-9")
    assert (failed.status, failed.json["outcome"]) == (503, "system_error")
    assert dc1.request("customer_service/chat", "fine", customer_id="lucky-9").status in (200, 422)
    assert [one["id"] for one in dc1.get("/faults").json["faults"]] == [fault.json["id"]]
    before = transactions(dc1)
    assert dc1.ask("DELETE", f"/faults/{fault.json['id']}").status == 204
    retried = dc1.request("outreach/message", "broken", customer_id="lucky-9")
    assert retried.status == 200
    assert "idempotent-replay" not in retried.headers
    assert transactions(dc1) == before, "the key's transaction was counted when it was first answered"


def test_added_latency_beyond_the_deadline_is_a_failure(dc1: Any) -> None:
    dc1.post("/faults", {"kind": "latency", "latency_ms": 3_050, "step": "monitor"})
    started = time.monotonic()
    answer = dc1.request("risk/monitor", "slow")
    assert time.monotonic() - started >= 3.0
    assert (answer.status, answer.json["outcome"]) == (503, "system_error")
    assert dc1.ask("DELETE", "/faults").status == 204
    assert dc1.get("/faults").json == {"faults": []}


def test_a_frozen_product_hangs_until_the_end_while_others_answer(dc1: Any) -> None:
    dc1.post("/faults", {"kind": "freeze", "seconds": 60, "product": "guaranteed"})
    ask = partial(dc1.request, "guaranteed/apply", "frozen", customer_id="lucky-9", timeout_s=90)
    waiting = threading.Thread(target=ask)
    waiting.start()
    assert dc1.request("bank_app/login", "not-frozen", customer_id="lucky-9").status == 200
    waiting.join(0.5)
    assert waiting.is_alive()
    assert dc1.ask("DELETE", "/faults").status == 204
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_client_that_leaves_before_its_deadline_is_an_abort_and_no_failure(dc1: Any) -> None:
    dc1.post("/faults", {"kind": "latency", "latency_ms": 1_200, "step": "coupon"})
    before = events(dc1, "coupon", "client_abort")
    with pytest.raises(TimeoutError):
        dc1.request("outreach/coupon", "impatient", timeout_s=0.4, customer_id="lucky-9")
    deadline = time.monotonic() + 60
    while events(dc1, "coupon", "client_abort") == before and time.monotonic() < deadline:
        time.sleep(0.05)
    dc1.ask("DELETE", "/faults")
    assert events(dc1, "coupon", "client_abort") == before + 1
    assert events(dc1, "coupon", "system_error") == 0


def test_a_frozen_data_center_answers_nothing_and_comes_back(city: Any) -> None:
    city.start_books()
    dc2 = city.start("dc2")
    assert dc2.post("/faults", {"kind": "freeze", "seconds": 4}).status == 201
    time.sleep(0.2)
    with pytest.raises(TimeoutError):
        dc2.get("/metrics", timeout_s=0.5)
    assert dc2.get("/metrics", timeout_s=60).status == 200


def test_a_wrong_balance_is_read_back_and_nothing_is_booked(city: Any) -> None:
    """The fault lies about what is owed, of one product, until it ends; requests still succeed."""
    city.start_books()
    dc2 = city.start("dc2")
    drawn = {
        product: dc2.request(f"{product}/drawdown", f"lie-{product}", customer_id="lucky-9", amount_fen=9_000).json
        for product in ("weilidai", "weichedai")
    }
    wanted = {"kind": "wrong_balance", "share": 1, "product": "weilidai"}
    number = dc2.post("/faults", wanted).json["id"]
    owed = {product: dc2.get(f"/v1/loans/{loan['loan_id']}").json["owed_fen"] for product, loan in drawn.items()}
    assert owed == {"weilidai": 9_001, "weichedai": 9_000}
    assert dc2.ask("DELETE", f"/faults/{number}").status == 204
    assert dc2.get(f"/v1/loans/{drawn['weilidai']['loan_id']}").json["owed_fen"] == 9_000


def test_a_crash_ends_the_process_at_once(city: Any) -> None:
    dc2 = city.start("dc2")
    assert dc2.post("/faults", {"kind": "crash"}).status == 201
    assert dc2.process.wait(60) == 1


def test_without_its_books_a_data_center_says_that_it_failed_and_recovers(city: Any) -> None:
    dc2 = city.start("dc2")
    answer = dc2.request("bank_app/login", "early")
    assert (answer.status, answer.json["outcome"]) == (503, "system_error")
    city.start_books()
    assert dc2.request("bank_app/login", "early").status == 200
    assert events(dc2, "login", "system_error") == 1


@pytest.mark.alone  # it measures time
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_data_center_ends_within_two_seconds_with_success_even_while_frozen(city: Any, number: int) -> None:
    city.start_books()
    busy, frozen = city.start("dc2", scale=10**9), city.start("dc3")
    busy.post("/faults", {"kind": "freeze", "product": "bank_app"})
    connection = http.client.HTTPConnection("127.0.0.1", busy.port)
    connection.request("POST", "/v1/bank_app/login", b'{"customer_id": "c"}', {"Idempotency-Key": "hanging"})
    frozen.post("/faults", {"kind": "freeze"})
    time.sleep(0.2)
    for child in city.children:
        child.signal(signal.Signals(number))
    deadline = time.monotonic() + 2
    codes = [child.process.wait(max(0.1, deadline - time.monotonic())) for child in city.children]
    connection.close()
    assert codes == [0, 0, 0]


def test_the_demand_of_a_second_is_counted_once_and_can_be_paused(city: Any) -> None:
    dc2 = city.start("dc2", scale=10**9)
    deadline = time.monotonic() + 60
    while dc2.get("/truth").json["sequence"] < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert dc2.post("/demand", {"paused": True}).json == {"paused": True, "scale": 10**9}
    truth = dc2.get("/truth").json
    page = dc2.page()
    time.sleep(1.3)
    assert dc2.get("/truth").json == truth
    counted = sum(row["events"] for row in truth["counts"])
    assert counted > 500
    assert counted == sum(int(v) for k, v in page.items() if k.startswith("lending_requests_total"))
    drawn = sum(row["transactions"] for row in truth["transactions"])
    assert 0 < drawn < counted
    assert drawn == sum(int(v) for k, v in page.items() if k.startswith("lending_transactions_total"))
    ends = [int(v) for k, v in page.items() if k.startswith("lending_request_duration_seconds_count")]
    aborts = sum(row["events"] for row in truth["counts"] if row["outcome"] == "client_abort")
    assert sum(ends) == counted - aborts


OPTIONS = service.ServiceOptions("dc1", "127.0.0.1", 0, 1, Path(), CONFIG, 0, 1)


def test_a_data_center_that_cannot_start_says_why_in_one_line(dc1: Any, quiet_city: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 1\n")
    cases = [
        (replace(OPTIONS, port=dc1.port, data_dir=tmp_path), PortTaken),
        (replace(OPTIONS, port=70_000, data_dir=tmp_path), PortTaken),
        (replace(OPTIONS, data_dir=tmp_path / "file"), DataUnwritable),
        (replace(OPTIONS, data_dir=quiet_city.data), DataBusy),
        (replace(OPTIONS, data_center="dc9", data_dir=tmp_path), BadEstate),
        (replace(OPTIONS, config_path=broken, data_dir=tmp_path), BadEstate),
    ]
    for options, cause in cases:
        with pytest.raises(cause) as caught:
            service.run(options)
        assert "\n" not in str(caught.value)


def test_books_that_cannot_start_say_why_in_one_line(quiet_city: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cases = [
        (books.BooksOptions("127.0.0.1", quiet_city.books_port, tmp_path), PortTaken),
        (books.BooksOptions("127.0.0.1", 0, tmp_path / "file"), DataUnwritable),
        (books.BooksOptions("127.0.0.1", 0, quiet_city.data), DataBusy),
    ]
    for options, cause in cases:
        with pytest.raises(cause) as caught:
            books.run(options)
        assert "\n" not in str(caught.value)
