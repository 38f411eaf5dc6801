"""Reports are sent when they are due, never twice, and what is not known is said."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from outgoing.secrets import SecretPlace
from outgoing.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify
from reports.delivery.errors import BadMade
from reports.delivery.model import Made, MailTo, Order, WebhookTo
from reports.delivery.outbox import CLAIM_MS, Outbox
from reports.delivery.parcel import KIND, Parcel, Status
from reports.delivery.period import Unit, period_named
from reports.delivery.schedule import Every, Schedule
from reports.delivery.sending import Sender, clock_from, dry_run
from store.journal import Change, Document
from store.port import Store
from tests.alerts.notify.parts import door, free_port
from tests.reports.delivery.parts import (
    DAY_MS,
    ENVIRONMENT,
    MAIL,
    NOV_1_MS,
    Maker,
    Post,
    Weekdays,
    cannot,
    delivery,
    folder,
    hanging_up,
    instant_ms,
    plan,
    sent,
    smtp,
)

EIGHT_MS = instant_ms(1, 8)


def statuses(parcels: list[Parcel]) -> list[tuple[str, str]]:
    """What became of which."""
    return [(parcel.id, parcel.status.value) for parcel in parcels]


def entries(store: Store) -> list[str]:
    """Status of every entry, oldest first."""
    with store.reading() as reader:
        return [json.loads(each.entry.body)["status"] for each in reader.journal().entries(kind=KIND)]


def test_a_report_goes_out_when_it_is_due_and_once(store: Store, maker: Maker, box: Post, tmp_path: Path) -> None:
    """Nothing of the past when it is new; every way out of one report that is made once; nothing at the next look."""
    ours = plan(delivery(MAIL, folder(tmp_path)), smtp=smtp(box))
    assert sent(store, ours, instant_ms(1, 7), maker) == []
    assert sent(store, ours, EIGHT_MS - 60_000, maker) == []
    assert statuses(sent(store, ours, EIGHT_MS, maker)) == [
        ("board/2026-10/folder", "sent"),
        ("board/2026-10/smtp", "sent"),
    ]
    for minutes in range(5):
        assert sent(store, ours, EIGHT_MS + minutes * 60_000, maker) == []
    assert [order.period.name for order in maker.orders] == ["2026-10"]
    assert (tmp_path / "board/2026-10/可用性-2026-10.pdf").read_bytes() == b"%PDF-1.7 of 2026-10"
    assert len(box.mails) == 1
    assert entries(store) == ["pending", "pending", "sending", "sent", "sending", "sent"]


def test_what_was_slept_through_is_sent_once_each(store: Store, maker: Maker, tmp_path: Path) -> None:
    """Three months with nobody there."""
    ours = plan(delivery(folder(tmp_path)))
    sent(store, ours, NOV_1_MS - 100 * DAY_MS, maker)
    assert [each.period for each in sent(store, ours, NOV_1_MS + 10 * DAY_MS, maker)] == [
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
    ]
    assert sent(store, ours, NOV_1_MS + 11 * DAY_MS, maker) == []


def test_a_clock_that_was_ahead_sends_nothing_again_and_goes_on(store: Store, maker: Maker, tmp_path: Path) -> None:
    """A year ahead for a moment."""
    ours = plan(delivery(folder(tmp_path)))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    sent(store, ours, EIGHT_MS, maker)
    Sender(ours, Outbox(store, "x"), maker, Weekdays(), clock_from(EIGHT_MS + 20 * DAY_MS)).enqueue(ours.deliveries[0])
    assert sent(store, ours, EIGHT_MS + 1_000, maker) == []
    assert [each.period for each in sent(store, ours, EIGHT_MS + 30 * DAY_MS, maker)] == ["2026-11"]


def test_of_many_processes_one_sends(sqlite: Store, maker: Maker, box: Post) -> None:
    """Eight at the same instant, on a real store."""
    ours = plan(delivery(MAIL), smtp=smtp(box))
    sent(sqlite, ours, EIGHT_MS - 60_000, maker)
    together = threading.Barrier(8)

    def look(owner: str) -> None:
        together.wait()
        for _ in range(3):
            sent(sqlite, ours, EIGHT_MS, maker, owner)

    looking = [threading.Thread(target=look, args=(str(number),)) for number in range(8)]
    for each in looking:
        each.start()
    for each in looking:
        each.join()
    assert len(box.mails) == 1
    assert statuses(Outbox(sqlite, "").listed()) == [("board/2026-10/smtp", "sent")]


def killed_while_sending(store: Store, maker: Maker, ours: object, channel: str) -> None:
    """A process that died between its claim and the result."""
    outbox = Outbox(store, "dead")
    (parcel,) = [each for each in outbox.waiting(EIGHT_MS) if each.channel == channel]
    taken = outbox.take(parcel, EIGHT_MS)
    assert taken is not None
    assert outbox.begin(taken, "", EIGHT_MS) is not None


def test_a_crash_while_a_mail_is_sent_leaves_it_in_doubt_until_people_decide(
    store: Store, maker: Maker, box: Post
) -> None:
    """Not sent by itself however long one waits; sent again by hand, under the same Message-ID."""
    ours = plan(delivery(MAIL), smtp=smtp(box))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    hand = Sender(ours, Outbox(store, "me"), maker, Weekdays(), clock_from(EIGHT_MS), ENVIRONMENT)
    hand.enqueue(ours.deliveries[0])
    killed_while_sending(store, maker, ours, "smtp")
    assert sent(store, ours, EIGHT_MS + CLAIM_MS - 1, maker) == []
    assert statuses(sent(store, ours, EIGHT_MS + CLAIM_MS, maker)) == [("board/2026-10/smtp", "in doubt")]
    (parcel,) = Outbox(store, "").listed()
    assert (parcel.status, parcel.attempts, box.mails) == (Status.IN_DOUBT, 1, [])
    assert "look whether it arrived" in parcel.last_error
    assert sent(store, ours, EIGHT_MS + 2 * DAY_MS, maker) == []
    assert hand.again(parcel, "auditor") is not None
    assert statuses(sent(store, ours, EIGHT_MS + 2 * DAY_MS, maker)) == [("board/2026-10/smtp", "sent")]
    assert box.mails[0]["Message-ID"] == parcel.message_id("bank.example")


def test_a_crash_while_files_or_a_webhook_are_sent_is_made_up_for(store: Store, maker: Maker, tmp_path: Path) -> None:
    """The folder has them already or gets them; the webhook sees the key that it may have seen."""
    with door() as here:
        hook = WebhookTo(f"{here.url}/reports", SecretPlace("HOOK"))
        ours = plan(delivery(folder(tmp_path), hook))
        sent(store, ours, EIGHT_MS - 60_000, maker)
        hand = Sender(ours, Outbox(store, "me"), maker, Weekdays(), clock_from(EIGHT_MS), ENVIRONMENT)
        hand.enqueue(ours.deliveries[0])
        for channel in ("folder", "webhook"):
            killed_while_sending(store, maker, ours, channel)
        found = sent(store, ours, EIGHT_MS + CLAIM_MS, maker)
        assert statuses(found) == [("board/2026-10/folder", "sent"), ("board/2026-10/webhook", "sent")]
        assert [parcel.attempts for parcel in found] == [2, 2]
        assert here.rung[0].headers["Idempotency-Key"] == "report/board/2026-10/webhook"


def test_a_webhook_is_signed_and_carries_the_files(store: Store, maker: Maker) -> None:
    """As alerts are; what is sent again by hand has another key."""
    with door() as here:
        ours = plan(delivery(WebhookTo(f"{here.url}/reports", SecretPlace("HOOK"))))
        sent(store, ours, EIGHT_MS - 60_000, maker)
        (parcel,) = sent(store, ours, EIGHT_MS, maker)
        (ring,) = here.rung
        stamp = ring.headers[TIMESTAMP_HEADER]
        assert verify("shared-secret", stamp, ring.body, ring.headers[SIGNATURE_HEADER], EIGHT_MS // 1000)
        assert (ring.json["period"], ring.json["verdict"]) == (
            {"name": "2026-10", "from": "2026-10-01", "to": "2026-10-31"},
            "达标 99.99963 %",
        )
        assert ring.json["files"][0]["name"] == "可用性-2026-10.pdf"
        Sender(ours, Outbox(store, "me"), maker, Weekdays(), clock_from(EIGHT_MS), ENVIRONMENT).again(parcel)
        sent(store, ours, EIGHT_MS, maker)
        assert here.rung[1].headers["Idempotency-Key"] == "report/board/2026-10/webhook/1"


def test_what_fails_is_tried_again_ever_later_and_given_up(store: Store, maker: Maker) -> None:
    """One entry for each attempt; after two days it has failed."""
    nobody = smtp(Post(port=free_port()))
    ours = plan(delivery(MAIL), smtp=nobody)
    sent(store, ours, EIGHT_MS - 60_000, maker)
    now_ms, waits, found = EIGHT_MS, [], sent(store, ours, EIGHT_MS, maker)
    while found[0].status is Status.PENDING:
        assert "Connection refused" in found[0].last_error
        waits.append(found[0].next_attempt_ms - now_ms)
        assert sent(store, ours, found[0].next_attempt_ms - 1_000, maker) == []
        now_ms = found[0].next_attempt_ms
        found = sent(store, ours, now_ms, maker)
    assert found[0].status is Status.FAILED
    assert found[0].last_error.startswith("given up: ")
    assert 48 * 3_600_000 <= now_ms - EIGHT_MS <= 50 * 3_600_000
    assert 29_000 <= waits[0] <= 61_000
    assert max(waits) <= 3_601_000
    assert entries(store).count("sending") == len(waits) + 1


def test_a_report_that_cannot_be_made_waits_and_asks_nobody(store: Store, maker: Maker, box: Post) -> None:
    """The next attempt makes it."""
    maker.faults = [cannot()]
    ours = plan(delivery(MAIL), smtp=smtp(box))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    (parcel,) = sent(store, ours, EIGHT_MS, maker)
    assert (parcel.status, parcel.last_error) == (Status.PENDING, "store: database is locked")
    assert statuses(sent(store, ours, parcel.next_attempt_ms, maker)) == [("board/2026-10/smtp", "sent")]


def test_a_defect_in_making_ends_nothing_and_is_no_doubt(store: Store, maker: Maker, box: Post) -> None:
    """Nothing was sent, so it is tried again once the claim is over."""
    maker.faults = [ZeroDivisionError("defect")]
    ours = plan(delivery(MAIL), smtp=smtp(box))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    with pytest.raises(ZeroDivisionError):
        sent(store, ours, EIGHT_MS, maker)
    assert sent(store, ours, EIGHT_MS + CLAIM_MS - 1_000, maker) == []
    assert statuses(sent(store, ours, EIGHT_MS + CLAIM_MS, maker)) == [("board/2026-10/smtp", "sent")]


def test_a_slow_process_whose_claim_was_taken_sends_nothing(store: Store, maker: Maker, tmp_path: Path) -> None:
    """It made the report while another one took over."""
    ours = plan(delivery(folder(tmp_path)))
    sent(store, ours, EIGHT_MS - 60_000, maker)

    def slow(order: Order) -> Made:
        sent(store, ours, EIGHT_MS + CLAIM_MS + 1, maker, "other")
        return maker(order)

    assert sent(store, ours, EIGHT_MS, slow) == []
    assert statuses(Outbox(store, "").listed()) == [("board/2026-10/folder", "sent")]


def test_a_mail_whose_fate_the_server_does_not_tell_is_in_doubt(store: Store, maker: Maker) -> None:
    """It hung up after the whole mail."""
    with hanging_up() as port:
        ours = plan(delivery(MailTo(("head@bank.example",))), smtp=smtp(Post(port=port)))
        sent(store, ours, EIGHT_MS - 60_000, maker)
        (parcel,) = sent(store, ours, EIGHT_MS, maker)
    assert parcel.status is Status.IN_DOUBT
    assert "handed over" in parcel.last_error


def test_recipients_who_put_us_off_get_it_later_and_others_not_twice(store: Store, maker: Maker, box: Post) -> None:
    """Grey-listing of one; one who is gone is named."""
    box.refuse = {"audit@bank.example": "451 try later", "gone@bank.example": "550 no such user"}
    ours = plan(delivery(MailTo((*MAIL.to, "gone@bank.example"))), smtp=smtp(box))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    (parcel,) = sent(store, ours, EIGHT_MS, maker)
    assert (parcel.status, parcel.reached) == (Status.PENDING, ("head@bank.example",))
    del box.refuse["audit@bank.example"]
    (parcel,) = sent(store, ours, parcel.next_attempt_ms, maker)
    assert (parcel.status, parcel.last_error) == (Status.SENT, "gone@bank.example: 550 no such user")
    assert box.recipients == [["head@bank.example"], ["audit@bank.example"]]


def test_a_parcel_of_another_version_holds_up_nobody(store: Store, maker: Maker, tmp_path: Path) -> None:
    """It is logged and left alone."""
    ours = plan(delivery(folder(tmp_path)))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    store.write(Change(documents=(Document(KIND, "board/2030-01/pigeon", 0, EIGHT_MS, True, '{"status": "flying"}'),)))
    assert statuses(sent(store, ours, EIGHT_MS, maker)) == [("board/2026-10/folder", "sent")]
    assert len(Outbox(store, "").listed()) == 1


def test_a_recipient_who_put_us_off_and_is_taken_out_ends_the_waiting(store: Store, maker: Maker, box: Post) -> None:
    """Everybody who is left has it."""
    box.refuse = {"audit@bank.example": "451 try later"}
    sent(store, plan(delivery(MAIL), smtp=smtp(box)), EIGHT_MS - 60_000, maker)
    (parcel,) = sent(store, plan(delivery(MAIL), smtp=smtp(box)), EIGHT_MS, maker)
    less = plan(delivery(MailTo(("head@bank.example",))), smtp=smtp(box))
    assert statuses(sent(store, less, parcel.next_attempt_ms, maker)) == [("board/2026-10/smtp", "sent")]
    assert len(box.mails) == 1


def test_what_is_not_configured_any_more_has_failed_and_says_so(store: Store, maker: Maker, box: Post) -> None:
    """A delivery that was taken out while it waited."""
    ours = plan(delivery(MAIL), smtp=smtp(box))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    Sender(ours, Outbox(store, "me"), maker, Weekdays(), clock_from(EIGHT_MS)).enqueue(ours.deliveries[0])
    (parcel,) = sent(store, plan(), EIGHT_MS, maker)
    assert (parcel.status, parcel.last_error) == (Status.FAILED, "board/2026-10/smtp: is not configured any more")


def test_a_folder_never_overwrites_and_never_shows_half(store: Store, maker: Maker, tmp_path: Path) -> None:
    """Another content under the name is a failure that people see; the same again beside it when they ask."""
    ours = plan(delivery(folder(tmp_path)))
    there = tmp_path / "board/2026-10"
    there.mkdir(parents=True)
    (there / "可用性-2026-10.pdf").write_bytes(b"signed by hand")
    sent(store, ours, EIGHT_MS - 60_000, maker)
    (parcel,) = sent(store, ours, EIGHT_MS, maker)
    assert parcel.status is Status.FAILED
    assert "another content" in parcel.last_error
    assert (there / "可用性-2026-10.pdf").read_bytes() == b"signed by hand"
    assert [each.name for each in there.parent.iterdir()] == ["2026-10"]


def test_a_folder_that_is_away_is_waited_for(store: Store, maker: Maker, tmp_path: Path) -> None:
    """A share that is not mounted is not made in its place."""
    ours = plan(delivery(folder(tmp_path / "share")))
    sent(store, ours, EIGHT_MS - 60_000, maker)
    (parcel,) = sent(store, ours, EIGHT_MS, maker)
    assert "mount or create it" in parcel.last_error
    (tmp_path / "share").mkdir()
    assert statuses(sent(store, ours, parcel.next_attempt_ms, maker)) == [("board/2026-10/folder", "sent")]


@pytest.mark.parametrize("name", ["../up.pdf", "/etc/passwd", ".hidden", "", "a\nb.pdf", "a\\b.pdf", " a.pdf"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path, maker: Maker) -> None:
    """A title never chooses the place."""

    def make(order: Order) -> Made:
        return replace(maker(order), files=((name, b"x"),))

    with pytest.raises(BadMade, match="no plain name"):
        dry_run(plan(), delivery(folder(tmp_path)), period_named("2026-10"), make, to=tmp_path, now_ms=NOV_1_MS)


def test_a_dry_run_writes_what_would_be_sent(maker: Maker, tmp_path: Path, box: Post) -> None:
    """The mail to a file, or the files to a folder; the server is not asked, and the same again is the same."""
    ours = plan(delivery(MAIL), smtp=smtp(box))
    month = period_named("2026-10")
    mail = tmp_path / "board.eml"
    written = [
        dry_run(ours, ours.deliveries[0], month, maker, to=to, now_ms=NOV_1_MS)
        for to in (mail, tmp_path / "out", tmp_path / "again.eml")
    ]
    assert written[0] == [mail]
    assert written[1][0].read_bytes() == b"%PDF-1.7 of 2026-10"
    assert mail.read_bytes() == (tmp_path / "again.eml").read_bytes()
    assert b"Message-ID: <" in mail.read_bytes()
    assert box.mails == []


def test_daily_reports_after_a_weekend_are_about_all_of_it(store: Store, maker: Maker, tmp_path: Path) -> None:
    """Every business day; Monday the second is about Friday to Sunday."""
    ours = plan(delivery(folder(tmp_path), schedule=Schedule(Every.BUSINESS_DAY, Unit.DAY, 480)))
    sent(store, ours, instant_ms(1), maker)
    assert [each.period for each in sent(store, ours, instant_ms(3, 9), maker)] == [
        "2026-10-30_2026-11-02",
        "2026-11-02",
    ]
