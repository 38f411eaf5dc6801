"""The locustfile as Locust users run it: a child process, headless, for seconds."""

from __future__ import annotations

import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from loadtests.borrowers.plan import DEFAULT_PLAN

Run = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]


class Rude(socketserver.BaseRequestHandler):
    """Reads a request and closes without an answer."""

    def handle(self) -> None:
        if self.request.recv(65_536):
            self.server.asked += 1  # type: ignore[attr-defined]


@pytest.fixture
def rude_server() -> Iterator[Any]:
    """A server that never answers."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Rude) as server:
        server.daemon_threads = True
        server.asked = 0  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def users_of(log: str) -> dict[str, int]:
    """How many users of each class Locust says that it spawned."""
    found = re.search(r"All users spawned: (\{[^}]*\})", log)
    assert found, log
    return {name: count for name, count in yaml.safe_load(found[1]).items() if count}


def test_fifty_users_are_spread_by_weight_and_served_without_a_failure(bank: Any, locust: Run) -> None:
    before = bank.counted(traffic="load_test")
    ended = locust(bank.port, "-u", "50", "-r", "50")
    assert users_of(ended.log) == {
        "MicroLoanBorrower": 30, "PartnerBank": 7, "SmeOwner": 6, "CarBuyer": 2, "Dealer": 2, "TechnologyFirm": 2,
        "ClearingBatch": 1,
    }  # fmt: skip
    assert ended.failures == 0
    assert ended.requests > 100
    assert {"weilidai/drawdown", "weilidai/loan", "identity/face", "saas_gateway/apply"} <= set(ended.rows)
    reads = sum(row["num_requests"] for row in ended.rows.values() if row["method"] == "GET")
    assert bank.counted(traffic="load_test") - before == ended.requests - reads
    assert bank.counted(traffic="customer") == 0


def test_tags_choose_borrowers_and_two_processes_share_the_work(bank: Any, locust: Run) -> None:
    ended = locust(bank.port, "-u", "6", "-r", "6", "--tags", "car", "clearing", "--processes", "2", seconds=5)
    assert ended.failures == 0
    assert "2 workers" in ended.log or "2 ready workers" in ended.log
    assert {name.split("/")[0] for name in ended.rows} == {"weichedai", "identity", "joint_clearing"}
    assert "had no tasks left" not in ended.log


def test_a_wrong_balance_fails_the_run_although_every_status_is_200(honest_bank: Any, locust: Run) -> None:
    honest_bank.post("/faults", {"kind": "wrong_balance", "share": 1, "product": "weilidai"})
    ended = locust(honest_bank.port, "-u", "8", "-r", "8", "--weights", "micro=1,partner=1")
    assert ended.rows["weilidai/loan"]["num_failures"] == ended.rows["weilidai/loan"]["num_requests"] > 0
    assert ended.failures == ended.rows["weilidai/loan"]["num_failures"]
    assert "wrong_answer: wrong owed_fen" in ended.log
    assert users_of(ended.log) == {"MicroLoanBorrower": 4, "PartnerBank": 4}
    assert ended.code == 1


def test_a_server_that_closes_without_answering_is_a_failure_each_time(
    rude_server: Any, locust: Run, tmp_path: Path
) -> None:
    """The client's hidden retries would send a GET up to twelve times and could report success."""
    shipped = yaml.safe_load(DEFAULT_PLAN.read_text(encoding="utf-8"))
    looks = {"name": "clearing", "weight": 1, "think_seconds": [0, 0]}
    looks["steps"] = [{"ask": "joint_clearing/ledgers", "as": "ledgers"}]
    document = {**shipped, "client": {**shipped["client"], "attempts": 1}, "borrowers": [looks]}
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml.safe_dump(document), encoding="utf-8")
    ended = locust(rude_server.server_address[1], "-u", "1", "--plan", str(plan), seconds=2)
    assert ended.failures == ended.requests > 0
    assert rude_server.asked == ended.requests
    assert ended.rows["joint_clearing/ledgers"]["method"] == "GET"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--weights", "gold=1"], "--weights: there is no borrower 'gold'; there are micro, sme, "),
        (["--tags", "gold"], "nobody borrows: --tags, --exclude-tags and --weights leave none of micro, sme, "),
        (["--plan", "nowhere.yaml"], "nowhere.yaml:1: file: No such file or directory"),
        (["--think", "-1"], "--think -1.0: must be a number from 0 to 1000"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line_before_anything_is_sent(
    locust: Run, options: list[str], line: str
) -> None:
    ended = locust(9, *options, seconds=1)
    assert ended.code == 2
    assert line in ended.log
    assert "Traceback" not in ended.log
    assert ended.requests == 0


_GUARDS = """
import logging
logging.basicConfig(format="%(message)s")
import locust
import geventhttpclient.client as client
from locust.env import Environment
usual = client.IDEMPOTENT_METHODS
from loadtests.borrowers.session import hidden_retries_are_off
from loadtests.borrowers.users import _guard
environment = Environment()
environment.create_local_runner()
for users in (900, 901):
    _guard(environment, users)
print(hidden_retries_are_off())
client.IDEMPOTENT_METHODS = usual
print(hidden_retries_are_off())
"""


def test_a_process_warns_of_more_than_900_users_and_knows_whether_its_client_is_honest() -> None:
    """900 users pass silently; that hidden retries came back is noticed."""
    ended = subprocess.run(
        [sys.executable, "-c", _GUARDS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.split() == ["True", "False"]
    assert ended.stderr.startswith("901 users in 1 processes: above 900 in one, every request opens a new connection")
    assert "900 users in" not in ended.stderr


def test_no_locust_in_this_process() -> None:
    assert not {"locust", "gevent"} & set(sys.modules)
