from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from loadtests.drills.audit import Audit
from loadtests.drills.balancer import Look, ServerState, emptied_after, first_after, parsed_look
from loadtests.drills.card import card_of
from loadtests.drills.drill import Loss, Record
from loadtests.drills.estate import DATA_CENTERS
from loadtests.drills.faults import FAULTS
from loadtests.drills.picture import svg
from loadtests.drills.sending import Load, Sent
from loadtests.drills.table import card_text, comparison_text

CLEAN = Audit(
    booked=1000, granted=1000, failed_committed=0, loans_read=9, wrong_loans=0, counted=1000, ledgers_differ_fen=0
)


def look(at_s: float, up: bool = True, sessions: int = 0, retries: int = 0) -> Look:
    servers = {name: ServerState(True, 0) for name in DATA_CENTERS}
    return Look(at_s, {**servers, "dc2": ServerState(up, sessions)}, retries, retries // 2)


def sent(number: int, problem: str = "", latency_s: float = 0.01) -> Sent:
    intended_s = 100 + number / 100
    return Sent(f"k{number}", intended_s, intended_s, intended_s + latency_s, problem, "" if problem else f"l{number}")


@pytest.fixture
def record() -> Record:
    """Ten seconds at 100/s; dc2 is lost at 104 s, marked down at 104.5 s, back at 107 s."""
    looks = (look(100), look(104.1, sessions=3), look(104.4, sessions=1, retries=6), look(104.5, up=False, retries=8))
    looks += (look(106.9, up=False, retries=8), look(107, retries=8))
    loss = Loss(FAULTS["kill"], "dc2", injected_s=104, restored_s=106, back_s=107)
    requests = tuple(sent(number) for number in range(1000))
    return Record("shipped", Load(100, 3, 1, "t"), 100, 110, (loss,), requests, looks, CLEAN)


def test_a_clean_run_is_lossless_and_yet_proves_no_five_nines(record: Record) -> None:
    card = card_of(record)
    assert card.lossless
    assert (card.requests, card.failed, card.slow, card.outage_equivalent_s) == (1000, 0, 0, 0)
    assert (card.verdict["verdict"], card.verdict["requests"]) == ("undecided", 1000)
    assert card.invalid_because == []


def test_the_card_tells_when_it_was_noticed_and_what_saved_it(record: Record) -> None:
    (loss,) = card_of(record).losses
    assert (loss.fault, loss.data_center, loss.retries, loss.redispatches) == ("kill", "dc2", 8, 4)
    assert (loss.marked_down_after_s, loss.drained_after_s, loss.served_again_after_s) == (0.5, 0.5, 1.0)
    assert (loss.first_failure_after_s, loss.last_failure_after_s) == (None, None)


def test_failed_and_slow_requests_are_told_apart_and_timed(record: Record) -> None:
    hurt = list(record.sent)
    hurt[410], hurt[430], hurt[450] = sent(410, "gave up", 3.0), sent(430, "answer 503"), sent(450, latency_s=1.5)
    card = card_of(replace(record, sent=tuple(hurt), audit=replace(CLEAN, booked=999, granted=998, failed_committed=1)))
    assert (card.failed, card.slow, card.failed_but_committed, card.duplicates) == (2, 1, 1, 0)
    assert card.causes == {"gave up": 1, "answer 503": 1}
    assert (card.losses[0].first_failure_after_s, card.losses[0].last_failure_after_s) == (0.31, 3.1)
    assert card.outage_equivalent_s == 0.03
    assert card.share_of_budget_28_days == "0.0012"
    assert card.verdict["verdict"] == "refuted"
    assert not card.lossless


@pytest.mark.parametrize(
    ("audit", "duplicates", "missing"),
    [
        (replace(CLEAN, booked=1003, failed_committed=2), 1, 0),
        (replace(CLEAN, booked=997), 0, 3),
        (replace(CLEAN, wrong_loans=1), 0, 0),
        (replace(CLEAN, ledgers_differ_fen=5), 0, 0),
    ],
)
def test_a_run_whose_books_are_wrong_is_not_lossless(
    record: Record, audit: Audit, duplicates: int, missing: int
) -> None:
    card = card_of(replace(record, audit=audit))
    assert (card.duplicates, card.missing) == (duplicates, missing)
    assert not card.lossless


def test_a_generator_at_fault_makes_the_card_invalid(record: Record) -> None:
    late = tuple(replace(one, sent_s=one.sent_s + 0.3, ended_s=one.ended_s + 0.3) for one in record.sent)
    card = card_of(replace(record, sent=late))
    assert "schedule lag p99 300 ms" in card.invalid_because[0]
    assert card.verdict["verdict"] == "invalid"
    assert "500 requests were sent of about 1000" in card_of(replace(record, sent=record.sent[:500])).invalid_because[0]
    stuck = replace(record, losses=(replace(record.losses[0], back_s=None),))
    assert card_of(stuck).invalid_because == ["kill of dc2: not served again"]


def test_a_data_center_that_is_busy_to_the_end_was_never_drained() -> None:
    looks = [look(1, sessions=1), look(2, sessions=0), look(3, sessions=2)]
    assert emptied_after(looks, 1, 4, "dc2") is None
    assert emptied_after(looks, 1, 3, "dc2") == 1
    assert first_after(looks, 1, "dc2", up=False) is None


def test_the_stats_table_of_haproxy_is_read() -> None:
    text = (
        "# pxname,svname,scur,status,wretr,wredis,\n"
        "lending,FRONTEND,9,OPEN,,,\n"
        "data_centers,dc1,2,UP,3,1,\n"
        "data_centers,dc2,0,DOWN,4,4,\n"
        "data_centers,dc3,1,UP 1/2,0,0,\n"
        "data_centers,BACKEND,3,UP,7,5,\n\n"
    )
    seen = parsed_look(5.0, text)
    assert seen.servers == {"dc1": ServerState(True, 2), "dc2": ServerState(False, 0), "dc3": ServerState(True, 1)}
    assert (seen.retries, seen.redispatches) == (7, 5)


def test_card_table_and_picture_say_the_same(record: Record) -> None:
    card = card_of(replace(record, sent=(*record.sent[:410], sent(410, "gave up", 3.0), *record.sent[411:])))
    text = card_text(card)
    assert "failed 1, 1 x gave up" in text
    assert "NOT lossless" in text
    assert "kill  dc2       1" in text
    assert json.loads(json.dumps(card.as_json()))["losses"][0]["failed"] == 1
    assert comparison_text([card, card]).splitlines()[2].split() == ["failed", "1", "1"]
    picture = svg(record, "kill <dc2>")
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own
    assert root.attrib["aria-label"] == "kill <dc2>"
    assert "kill dc2" in picture
