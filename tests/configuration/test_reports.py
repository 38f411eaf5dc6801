"""Which report goes to whom and when: what is accepted, and how what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from outgoing.secrets import SecretPlace
from reports.delivery.model import Delivery, FolderTo, MailTo, Plan, Smtp, WebhookTo
from reports.delivery.period import Unit
from reports.delivery.schedule import LAST, Every, Schedule
from settings import SettingsError, load_settings

GOOD = """\
sources:
  - {id: dc1, kind: exposition, data_center: dc1, url: "http://127.0.0.1:8101/metrics"}
reports:
"""
MAIL = '{host: smtp.bank.example, user: lcc, password_file: password, from: "Center <lcc@bank.example>"}'


def loaded(tmp_path: Path, text: str) -> Plan:
    """The section of a configuration."""
    path = tmp_path / "settings.yaml"
    path.write_text(GOOD + text, encoding="utf-8")
    return load_settings(path).reports.plan(tmp_path, "Asia/Shanghai")


def one(tmp_path: Path, when: str, more: str = "") -> Delivery:
    """One delivery to a folder."""
    text = f"  deliveries:\n    - {{id: a, kind: availability, when: {when}, to: {{folder: out}}{more}}}\n"
    return loaded(tmp_path, text).deliveries[0]


def test_the_whole_section_becomes_a_plan(tmp_path: Path) -> None:
    """With its files beside the configuration."""
    text = f"""\
  smtp: {MAIL}
  deliveries:
    - id: board
      kind: availability
      period: month
      formats: [pdf, xlsx]
      language: en
      when: {{every: month, business_day: 3, at: 18:30}}
      products: [weilidai]
      to:
        smtp: {{to: [head@bank.example], cc: [audit@bank.example]}}
        webhook: https://archive.bank.example/reports
        secret_env: HOOK
        folder: out
"""
    assert loaded(tmp_path, text) == Plan(
        deliveries=(
            Delivery(
                "board",
                "availability",
                "en",
                ("pdf", "xlsx"),
                Schedule(Every.MONTH, Unit.MONTH, 18 * 60 + 30, business_day=3),
                (
                    MailTo(("head@bank.example",), ("audit@bank.example",)),
                    WebhookTo("https://archive.bank.example/reports", SecretPlace("HOOK")),
                    FolderTo(tmp_path / "out"),
                ),
                ("weilidai",),
            ),
        ),
        smtp=Smtp(
            "smtp.bank.example",
            587,
            "starttls",
            "Center <lcc@bank.example>",
            "lcc",
            SecretPlace(file=tmp_path / "password"),
        ),
    )


def test_every_rhythm_is_understood(tmp_path: Path) -> None:
    """Times with and without quotes; the usual period."""
    for when, wanted in {
        "{every: day}": Schedule(Every.DAY, Unit.DAY, 480),
        "{every: business_day, at: 07:05}": Schedule(Every.BUSINESS_DAY, Unit.DAY, 425),
        '{every: week, day: tuesday, at: "23:59", zone: Europe/Berlin}': Schedule(
            Every.WEEK, Unit.WEEK, 1439, "Europe/Berlin", weekday=1
        ),
        "{every: month, day: last}": Schedule(Every.MONTH, Unit.MONTH, 480, day=LAST),
        "{every: month, business_day: last}": Schedule(Every.MONTH, Unit.MONTH, 480, business_day=LAST),
        "{every: quarter, day: 5}": Schedule(Every.QUARTER, Unit.QUARTER, 480, day=5),
        "{every: year, business_day: 10, at: 0:00}": Schedule(Every.YEAR, Unit.YEAR, 0, business_day=10),
    }.items():
        assert one(tmp_path, when).schedule == wanted
    assert one(tmp_path, "{every: month, day: 1}", ", products: all").products == ()


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{every: hour}", "every: Input should be 'day'"),
        ("{every: week}", "every week needs day: one of monday"),
        ("{every: week, day: 3}", "every week needs day: one of monday"),
        ("{every: month}", "needs exactly one of day"),
        ("{every: month, day: monday}", "needs exactly one of day"),
        ("{every: month, day: 1, business_day: 1}", "needs exactly one of day"),
        ("{every: month, day: 32}", "32 is no day"),
        ("{every: month, day: [1]}", r"\[1\] is no day"),
        ("{every: month, business_day: 16}", "16 is no business day of a month"),
        ("{every: day, day: 1}", "every day has neither"),
        ("{every: day, at: 24:00}", "1440 is no time of day"),
        ('{every: day, at: "8 am"}', "'8 am' is no time of day"),
        ("{every: day, zone: Mars/Olympus}", "time zone 'Mars/Olympus' is not known"),
        ("{every: day, tz: UTC}", "tz: Extra inputs are not permitted"),
    ],
)
def test_a_time_that_is_none_is_named_with_its_line(when: str, said: str, tmp_path: Path) -> None:
    """And how to write it."""
    with pytest.raises(SettingsError, match=rf"settings.yaml:5: reports.deliveries.0.when.*{said}"):
        one(tmp_path, when)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: availability, period: month, when: {every: week, day: monday}, to: {folder: x}", "the same report"),
        ("kind: weather, when: {every: day}, to: {folder: x}", "kind: Input should be 'availability'"),
        ("kind: costs, when: {every: day}, to: {}", "goes nowhere"),
        ("kind: costs, when: {every: day}, to: {smtp: {to: [head@bank.example]}}", "there is no mail server"),
        ("kind: costs, when: {every: day}, to: {smtp: {to: []}}", "at least 1 item"),
        ('kind: costs, when: {every: day}, to: {smtp: {to: ["a@b, c@d"]}}', "is no mail address"),
        ('kind: costs, when: {every: day}, to: {smtp: {to: ["a@b\\r\\nBcc: c@d"]}}', "is no mail address"),
        ("kind: costs, when: {every: day}, to: {webhook: https://x/y}", "exactly one of secret_env or secret_file"),
        ("kind: costs, when: {every: day}, to: {webhook: ftp://x, secret_env: S}", "String should match"),
        ("kind: costs, when: {every: day}, to: {folder: x, secret_env: S}", "there is no webhook"),
        ("kind: costs, when: {every: day}, to: {folder: x}, formats: [pdf, pdf]", "has one twice"),
        ("kind: costs, when: {every: day}, to: {folder: x}, formats: [docx]", "Input should be 'pdf'"),
        ("kind: costs, when: {every: day}, to: {folder: x}, products: weilidai", "is neither all nor a list"),
        ("kind: costs, when: {every: day}, to: {folder: x}, products: []", "is neither all nor a list"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """Each in one line that names the field."""
    with pytest.raises(SettingsError, match=said) as caught:
        loaded(tmp_path, f"  deliveries:\n    - {{id: a, {text}}}\n")
    assert "reports" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{host: mail.example, from: a@b, tls: none}", "in the open to mail.example"),
        ("{host: 10.0.0.1, from: a@b, tls: none}", "in the open to 10.0.0.1"),
        ("{host: mail.example, from: a@b, user: u}", "a user needs exactly one of password_env"),
        ("{host: mail.example, from: a@b, password_env: P}", "a password without a user"),
        ("{host: mail.example, from: a@b, user: u, password: secret}", "Extra inputs are not permitted"),
        ("{host: mail.example}", "smtp.from: Field required"),
        ('{host: mail.example, from: "x\\r\\ny <a@b>"}', "line's end"),
        ("{host: 127.0.0.1, from: a@b, tls: none, ca_file: x}", "ca_file without TLS"),
        ('{host: "a b", from: a@b}', "String should match"),
    ],
)
def test_a_mail_server_that_would_leak_or_fail_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, f"  smtp: {text}\n")


def test_the_open_is_for_this_machine_alone(tmp_path: Path) -> None:
    """By name and by both kinds of address."""
    for host in ("127.0.0.1", "localhost", "'::1'", "127.8.8.8"):
        found = loaded(tmp_path, f"  smtp: {{host: {host}, tls: none, from: a@b}}\n").smtp
        assert found is not None
        assert found.port == 25


def test_ids_are_told_apart(tmp_path: Path) -> None:
    """One outbox holds them all."""
    line = "    - {id: a, kind: costs, when: {every: day}, to: {folder: x}}\n"
    with pytest.raises(SettingsError, match="delivery id 'a' is used 2 times"):
        loaded(tmp_path, f"  deliveries:\n{line}{line}")
