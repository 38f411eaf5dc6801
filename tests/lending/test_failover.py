"""What must hold when processes are stopped and killed: nothing is booked twice, nothing answered is lost, and the
truth equals every page that was ever shown."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from typing import Any


def counts_of(page: dict[str, str], name: str, prefix: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Counters of a page that are not 0, by label values."""
    counts = {}
    for series, value in page.items():
        if series.startswith(f"{name}_total{{") and value != "0":
            labels = dict(part.split("=") for part in series[len(name) + 7 : -1].replace('"', "").split(","))
            counts[tuple(labels[one] for one in prefix)] = int(value)
    return counts


EVENT = ("product", "step", "dcn", "outcome", "traffic")
TRANSACTION = ("product", "dcn", "traffic")


def assert_page_is_truth(page: dict[str, str], truth: dict[str, Any]) -> None:
    events = {tuple(row[one] for one in EVENT): row["events"] for row in truth["counts"]}
    transactions = {tuple(row[one] for one in TRANSACTION): row["transactions"] for row in truth["transactions"]}
    assert counts_of(page, "lending_requests", EVENT) == events
    assert counts_of(page, "lending_transactions", TRANSACTION) == transactions


def test_a_data_center_that_was_stopped_and_wakes_up_books_nothing_twice(city: Any) -> None:
    """dc1 is stopped between claim and booking; the client retries on dc2 with the same key; then dc1 wakes up."""
    city.start_books()
    dc1, dc2 = city.start("dc1"), city.start("dc2")
    dc1.post("/faults", {"kind": "latency", "latency_ms": 1_200, "step": "drawdown"})
    answers: list[Any] = []
    draw = {"customer_id": "lucky-9", "amount_fen": 760_000}
    first = threading.Thread(target=lambda: answers.append(dc1.request("weilidai/drawdown", "one-loan", **draw)))
    first.start()
    time.sleep(0.15)
    dc1.signal(signal.SIGSTOP)
    retried = dc2.request("weilidai/drawdown", "one-loan", **draw)
    assert retried.status == 201
    dc1.signal(signal.SIGCONT)
    first.join(60)
    assert answers[0].body == retried.body
    assert answers[0].headers["idempotent-replay"] == "true"
    ledgers = dc2.get("/v1/ledgers?audit=true").json
    assert (ledgers["bank"]["postings"], ledgers["bank"]["fen"]) == (1, 608_000)
    assert dc2.get(f"/v1/loans/{retried.json['loan_id']}").json["owed_fen"] == 760_000
    counted = [counts_of(one.page(), "lending_transactions", TRANSACTION) for one in (dc1, dc2)]
    assert [sum(one.values()) for one in counted] == [0, 1]


def test_the_same_key_sent_to_two_data_centers_at_once_is_booked_once_and_answered_by_both(city: Any) -> None:
    city.start_books()
    places = [city.start("dc1"), city.start("dc2")]
    for number in range(25):
        answers: list[Any] = [None, None]

        def send(index: int, key: str = f"twin-{number}", answers: list[Any] = answers) -> None:
            fields = {"customer_id": "lucky-9", "amount_fen": 1_000}
            answers[index] = places[index].request("weilidai/drawdown", key, **fields)

        threads = [threading.Thread(target=send, args=(index,)) for index in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert answers[0].status == answers[1].status == 201
        assert answers[0].body == answers[1].body
    assert places[0].get("/v1/ledgers?audit=true").json["bank"]["postings"] == 25
    counted = [counts_of(one.page(), "lending_transactions", TRANSACTION) for one in places]
    assert sum(sum(one.values()) for one in counted) == 25


def test_an_attempt_that_a_late_one_overtakes_still_answers_its_client(city: Any) -> None:
    """dc1 is so slow that the client tries dc2; dc1 wakes up and claims the key again before dc2 has booked."""
    city.start_books()
    dc1, dc2 = city.start("dc1"), city.start("dc2")
    dc1.post("/faults", {"kind": "latency", "latency_ms": 600, "step": "drawdown", "seconds": 60})
    dc2.post("/faults", {"kind": "latency", "latency_ms": 400, "step": "drawdown", "seconds": 60})
    answers: list[Any] = []
    draw = {"customer_id": "lucky-9", "amount_fen": 760_000}
    dc1.signal(signal.SIGSTOP)
    connection = http.client.HTTPConnection("127.0.0.1", dc1.port, timeout=5)
    body = json.dumps(draw)
    connection.request("POST", "/v1/weilidai/drawdown", body, {"Idempotency-Key": "overtaken"})
    retry = threading.Thread(target=lambda: answers.append(dc2.request("weilidai/drawdown", "overtaken", **draw)))
    retry.start()
    time.sleep(0.15)
    dc1.signal(signal.SIGCONT)
    retry.join(60)
    assert answers[0].status == 201
    connection.close()
    assert dc2.get("/v1/ledgers?audit=true").json["bank"]["postings"] == 1


class Borrowers:
    """Clients that draw loans without pause and remember every answer they got."""

    def __init__(self, child: Any, threads: int, name: str) -> None:
        self.answered: dict[str, tuple[int, bytes]] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(child, f"{name}-{n}")) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self, child: Any, name: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", child.port, timeout=30)
        number = 0
        while not self._stop.is_set():
            number += 1
            key = f"{name}-{number}"
            body = json.dumps({"customer_id": key, "amount_fen": 1_000})
            try:
                connection.request("POST", "/v1/weilidai/drawdown", body, {"Idempotency-Key": key})
                answer = connection.getresponse()
                self.answered[key] = (answer.status, answer.read())
            except (OSError, http.client.HTTPException):
                connection.close()
                if child.process.poll() is not None:
                    return
        connection.close()

    def go_on(self, loans: int) -> None:
        """Waits for so many more answers, and a moment."""
        wanted, deadline = len(self.answered) + loans, time.monotonic() + 60
        while len(self.answered) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def test_after_kill_nine_the_truth_equals_the_last_page_to_the_event(city: Any) -> None:
    """Three lives under load and demand, each killed in full flight, each page compared with its stretch of truth."""
    city.start_books()
    pages = []
    for life in range(3):
        child = city.start("dc1", scale=10**9, seed=life)
        borrowers = Borrowers(child, 3, f"life-{life}")
        began = time.monotonic()
        while time.monotonic() < began + 1.6 or (len(borrowers.answered) <= 50 and time.monotonic() < began + 60):
            page = child.page()
        child.kill()
        borrowers.end()
        assert len(borrowers.answered) > 50
        pages.append((page, borrowers.answered))
    last = city.start("dc1")
    whole = last.get("/truth").json
    for (page, answered), life in zip(pages, whole["incarnations"], strict=False):
        mark = int(page["lending_truth_sequence"])
        born = page["process_start_time_seconds"]
        assert born == f"{life['born_ms'] // 1000}.{life['born_ms'] % 1000:03d}"
        assert life["first_sequence"] <= mark <= life["last_sequence"]
        assert not life["alive"]
        stretch = last.get(f"/truth?after={life['first_sequence'] - 1}&through={mark}").json
        assert_page_is_truth(page, stretch)
        lived = last.get(f"/truth?after={life['first_sequence'] - 1}&through={life['last_sequence']}").json
        drawn = sum(row["events"] for row in lived["counts"] if row["step"] == "drawdown")
        assert drawn >= len(answered), "whatever was answered was counted before"
    assert whole["incarnations"][-1]["alive"]
    assert last.get(f"/truth?after=0&through={whole['sequence']}").json["counts"] == whole["counts"]


def test_books_killed_under_load_lose_nothing_that_was_answered(city: Any) -> None:
    books = city.start_books()
    dc1 = city.start("dc1")
    borrowers = Borrowers(dc1, 4, "book")
    for _ in range(3):
        borrowers.go_on(20)
        books.kill()
        books = city.start_books()
    borrowers.go_on(20)
    borrowers.end()
    granted = [json.loads(body) for status, body in borrowers.answered.values() if status == 201]
    assert len(granted) > 50
    for loan in granted[:: max(1, len(granted) // 200)]:
        assert dc1.get(f"/v1/loans/{loan['loan_id']}").json["owed_fen"] == 1_000
    ledgers = dc1.get("/v1/ledgers?audit=true").json
    assert ledgers == dc1.get("/v1/ledgers").json
    assert ledgers["difference_fen"] == 0
    assert ledgers["bank"]["postings"] >= len(granted)
    failed = [key for key, (status, _) in borrowers.answered.items() if status == 503]
    for key in failed:
        assert dc1.request("weilidai/drawdown", key, customer_id=key, amount_fen=1_000).status in (201, 422)
    keys = len([status for status, _ in borrowers.answered.values() if status in (201, 503)])
    assert dc1.get("/v1/ledgers").json["bank"]["postings"] <= keys, "a retry books nothing twice"
