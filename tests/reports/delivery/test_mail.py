"""Mail through a real server with STARTTLS and a password: what arrives, and what is refused before a word is said."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from outgoing.errors import PermanentFault, TemporaryFault
from outgoing.secrets import SecretPlace
from reports.delivery.channels.letter import Letter, letter
from reports.delivery.channels.mail import send_mail
from reports.delivery.model import Made, MailTo, Smtp, order_of
from reports.delivery.parcel import Parcel
from reports.delivery.period import period_named
from tests.reports.delivery.parts import (
    ENVIRONMENT,
    MAIL,
    NOV_1_MS,
    PASSWORD,
    Maker,
    Post,
    certificate,
    delivery,
    post_office,
    smtp,
)

PARCEL = Parcel("board", "2026-10", "smtp", NOV_1_MS, NOV_1_MS)


def report() -> Made:
    """Of October."""
    return Maker()(order_of(delivery(), period_named("2026-10")))


def mail(way: Smtp, made: Made | None = None, target: MailTo = MAIL) -> Letter:
    """A letter."""
    return letter(way, target, PARCEL, made or report(), NOV_1_MS)


def test_a_chinese_report_arrives_whole_over_starttls(safe_box: Post, trusted: Path) -> None:
    """Verdict in subject, text and HTML; the attachment with its name and bytes; a deterministic Message-ID."""
    way = smtp(safe_box, trusted)
    receipt = send_mail(way, mail(way, target=MailTo(MAIL.to, ("copy@bank.example",))), ENVIRONMENT)
    (got,) = safe_box.mails
    assert (receipt.text, safe_box.encrypted, safe_box.logins) == ("queued as 42", [True], ["reports"])
    assert safe_box.recipients == [["head@bank.example", "audit@bank.example", "copy@bank.example"]]
    assert got["Subject"] == "2026-10 可用性:达标 99.99963 %"
    assert got["From"] == "控制中心 <lcc@bank.example>"
    assert (got["To"], got["Cc"]) == ("head@bank.example, audit@bank.example", "copy@bank.example")
    assert got["Message-ID"] == PARCEL.message_id("bank.example")
    texts = {
        part.get_content_type(): part.get_content() for part in got.walk() if part.get_content_maintype() == "text"
    }
    assert "达标 99.99963 %" in texts["text/plain"]
    assert "十月全行可用性" in texts["text/html"]
    (attached,) = got.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert (attached.get_filename(), attached.get_content()) == ("可用性-2026-10.pdf", b"%PDF-1.7 of 2026-10")


def test_an_attachments_name_is_written_as_rfc_2231_says() -> None:
    """Percent and UTF-8, which every mail reader knows; and nothing but ASCII on the line."""
    content = mail(smtp(Post(port=25))).content
    assert b"filename*=utf-8''%E5%8F%AF" in content or b"filename*0*=utf-8''%E5%8F%AF" in content
    assert content.isascii()
    assert content.count(b" boundary=report-") + content.count(b' boundary="report-') == 2
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_a_title_adds_no_header(trusted: Path) -> None:
    """Line ends of every kind."""
    evil = "达标\r\nBcc: thief@evil.example\n\n<script>\u2028X\x00Y\x0b"
    made = replace(report(), subject=evil, paper_title=evil, files=((f"{'长' * 90}.pdf", b"x"),))
    got = message_from_bytes(mail(smtp(Post(port=25)), made).content, policy=default)
    assert got["Bcc"] is None
    assert got["Subject"] == "达标 Bcc: thief@evil.example <script> XY"
    assert [part.get_filename() for part in got.walk() if part.get_filename()] == ["长" * 90 + ".pdf"]


def test_the_same_parcel_is_the_same_mail_to_the_byte() -> None:
    """So that whoever has it already sees that."""
    way = smtp(Post(port=25))
    assert mail(way) == mail(way)


@pytest.mark.parametrize(
    ("name", "ours", "said"),
    [
        ("IP:127.0.0.1", False, "its certificate is refused: self-signed"),  # of an authority that we do not trust
        ("DNS:other.example", True, "its certificate is refused: IP address mismatch"),  # of another host
    ],
)
def test_a_wrong_certificate_ends_the_talk_before_the_password(
    name: str, ours: bool, said: str, tmp_path: Path
) -> None:
    """Nothing is sent, and it is tried again: a certificate can be put right."""
    theirs = certificate(tmp_path, name)
    trusted = theirs if ours else certificate(tmp_path, "IP:127.0.0.2")
    with post_office(theirs) as box:
        way = smtp(box, trusted)
        with pytest.raises(TemporaryFault, match=said):
            send_mail(way, mail(way), ENVIRONMENT)
        assert (box.mails, box.logins) == ([], [])


def test_a_server_without_starttls_gets_nothing(box: Post, trusted: Path) -> None:
    """No quiet way back to the open."""
    way = smtp(box, trusted)
    with pytest.raises(PermanentFault, match=r"STARTTLS.*nothing was sent"):
        send_mail(way, mail(way), ENVIRONMENT)
    assert box.mails == []


def test_a_wrong_password_is_a_refusal_that_does_not_show_it(safe_box: Post, trusted: Path) -> None:
    """Trying again would lock the account."""
    way = smtp(safe_box, trusted)
    with pytest.raises(PermanentFault, match="535") as caught:
        send_mail(way, mail(way), {"SMTP_PASSWORD": "wrong-and-secret"})
    assert "wrong-and-secret" not in str(caught.value)
    assert safe_box.mails == []


def test_a_password_that_a_server_repeats_is_taken_out(safe_box: Post, trusted: Path) -> None:
    """Whatever it says."""
    safe_box.said = f"554 you said {PASSWORD}"
    way = smtp(safe_box, trusted)
    with pytest.raises(PermanentFault, match=r"554 you said \*\*\*") as caught:
        send_mail(way, mail(way), ENVIRONMENT)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("said", "kind"), [("452 disk full", TemporaryFault), ("552 too big", PermanentFault)])
def test_what_the_server_says_to_the_mail_decides(box: Post, said: str, kind: type[Exception]) -> None:
    """4xx: later; 5xx: never."""
    box.said = said
    with pytest.raises(kind, match=said):
        send_mail(smtp(box), mail(smtp(box)), {})


def test_nobody_left_to_take_it_is_a_refusal(box: Post) -> None:
    """Each with the server's words."""
    box.refuse = {"head@bank.example": "550 gone", "audit@bank.example": "550 gone too"}
    with pytest.raises(PermanentFault, match=r"head@bank\.example: 550 gone; audit@bank\.example: 550 gone too"):
        send_mail(smtp(box), mail(smtp(box)), {})


def test_a_password_that_is_not_there_is_named_by_its_place(safe_box: Post, trusted: Path, tmp_path: Path) -> None:
    """And waited for."""
    way = smtp(safe_box, trusted, password=SecretPlace(file=tmp_path / "password"))
    with pytest.raises(TemporaryFault, match=r"secret from file .*/password: No such file"):
        send_mail(way, mail(way), {})
