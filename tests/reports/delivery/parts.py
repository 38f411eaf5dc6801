"""A report to send, plans to send it by, a mail server that wants TLS and a password, and somebody who hangs up."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from outgoing.secrets import SecretPlace
from reports.delivery.errors import CannotMake
from reports.delivery.model import Delivery, FolderTo, Made, MailTo, Order, Plan, Smtp, Target
from reports.delivery.parcel import Parcel
from reports.delivery.period import Unit
from reports.delivery.schedule import Every, Schedule
from reports.delivery.sending import send_due
from store.port import Store
from tests.alerts.notify.parts import free_port

PASSWORD = "hunter2-of-ours"
ENVIRONMENT = {"SMTP_PASSWORD": PASSWORD, "HOOK": "shared-secret"}
DAY_MS = 86_400_000
NOV_1_MS = 1_793_462_400_000
"""2026-11-01 00:00 in Shanghai."""
MONTHLY = Schedule(Every.MONTH, Unit.MONTH, 8 * 60)


def instant_ms(day: int, hour: int = 0) -> int:
    """An hour of a day of November 2026 in Shanghai."""
    return NOV_1_MS + (day - 1) * DAY_MS + hour * 3_600_000


class Weekdays:
    """A calendar in which Monday to Friday are worked, and nothing is published."""

    def works(self, day: Any) -> bool:
        """Monday to Friday."""
        return bool(day.weekday() < 5)

    def official(self, year: int) -> bool:
        """Never."""
        return year < 2027


@dataclass(slots=True)
class Maker:
    """Makes small reports and counts them; ``faults`` are raised first."""

    orders: list[Order] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def __call__(self, order: Order) -> Made:
        """One report."""
        if self.faults:
            raise self.faults.pop(0)
        self.orders.append(order)
        name = f"可用性-{order.period.name}.pdf"
        return Made(
            paper_title=f"可用性报告 {order.period.name}",
            verdict="达标 99.99963 %",
            summary="十月全行可用性 99.99963 %,达标。",
            html="<p>十月全行可用性 99.99963 %</p>".encode(),
            files=((name, b"%PDF-1.7 of " + order.period.name.encode()),),
            subject=f"{order.period.name} 可用性:达标 99.99963 %",
        )


def delivery(*targets: Target, schedule: Schedule = MONTHLY, **changes: Any) -> Delivery:
    """A monthly report of availability."""
    values: dict[str, Any] = {
        "id": "board",
        "kind": "availability",
        "language": "zh",
        "formats": ("pdf",),
        "schedule": schedule,
        "targets": targets,
    }
    return Delivery(**{**values, **changes})


def plan(*deliveries: Delivery, smtp: Smtp | None = None, **changes: Any) -> Plan:
    """The whole section."""
    return Plan(deliveries, smtp, **changes)


def sent(store: Store, plan: Plan, now_ms: int, make: Any, owner: str = "me") -> list[Parcel]:
    """What one look did."""
    return send_due(plan, store, now_ms, make, Weekdays(), owner=owner, environment=ENVIRONMENT)


def cannot() -> CannotMake:
    """The store is away."""
    return CannotMake("store: database is locked")


@dataclass(slots=True)
class Post:
    """What a real SMTP server took. ``refuse``: addresses and what it says to them; ``said``: to the whole mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    said: str = "250 queued as 42"
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes or refuses one recipient."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes one mail."""
        if self.said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
            self.recipients.append(list(envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None)
        return self.said

    def authenticator(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Knows one user."""
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (b"reports", PASSWORD.encode())
        self.logins.append(data.login.decode())
        return AuthResult(success=good, handled=False)


@contextmanager
def post_office(certificate: Path | None) -> Iterator[Post]:
    """A mail server on loopback; with a certificate it takes nothing before STARTTLS and AUTH."""
    box = Post(port=free_port())
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        options = {"tls_context": context, "require_starttls": True, "auth_required": True}
        options |= {"authenticator": box.authenticator}
    server = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def certificate(folder: Path, name: str) -> Path:
    """Key and certificate of a server, in one file that also is its own authority."""
    file = folder / f"{name}.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=mail"
    subprocess.run(
        [*made.split(), "-addext", f"subjectAltName={name}", "-keyout", str(file), "-out", f"{file}.crt"],
        check=True,
        capture_output=True,
    )
    with file.open("ab") as stream:
        stream.write(Path(f"{file}.crt").read_bytes())
    return file


def smtp(box: Post, ca_file: Path | None = None, **changes: Any) -> Smtp:
    """A way to a post office: by STARTTLS and password when it has a certificate."""
    plain: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": box.port,
        "tls": "none",
        "sender": "控制中心 <lcc@bank.example>",
    }
    safe = {"tls": "starttls", "user": "reports", "password": SecretPlace("SMTP_PASSWORD"), "ca_file": ca_file}
    return Smtp(**{**plain, **(safe if ca_file else {}), "timeout_seconds": 5, **changes})


@contextmanager
def hanging_up() -> Iterator[int]:
    """A mail server that takes the whole mail and hangs up before it says so; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as line, line.makefile("rwb", buffering=0) as talk:
            talk.write(b"220 here\r\n")
            for answer in (b"250 here", b"250 ok", b"250 ok", b"354 go on"):
                talk.readline()
                talk.write(answer + b"\r\n")
            while talk.readline() not in (b".\r\n", b""):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(5)


MAIL = MailTo(("head@bank.example", "audit@bank.example"))


def folder(path: Path) -> FolderTo:
    """A folder."""
    return FolderTo(path)
