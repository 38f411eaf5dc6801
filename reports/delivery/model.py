"""What is sent to whom: the plan as configured, the order for one report, and the report as it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from outgoing.secrets import SecretPlace
from reports.delivery.period import Period
from reports.delivery.schedule import Schedule

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server. ``tls``: "tls" from the first byte, "starttls", or "none" (to loopback alone). ``ca_file``: of
    an authority of one's own; None: those that the system trusts. ``sender``: an address, maybe with a name before."""

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: SecretPlace | None = None
    ca_file: Path | None = None
    timeout_seconds: int = 30


@dataclass(frozen=True, slots=True)
class MailTo:
    """Recipients of a mail."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    name = "smtp"


@dataclass(frozen=True, slots=True)
class WebhookTo:
    """An address that takes signed JSON."""

    url: str
    secret: SecretPlace
    name = "webhook"


@dataclass(frozen=True, slots=True)
class FolderTo:
    """A folder that is there already."""

    path: Path
    name = "folder"


Target: TypeAlias = MailTo | WebhookTo | FolderTo


@dataclass(frozen=True, slots=True)
class Delivery:
    """One report, again and again. ``products``: empty for all. ``targets``: at most one of a kind."""

    id: str
    kind: str
    language: str
    formats: tuple[str, ...]
    schedule: Schedule
    targets: tuple[Target, ...]
    products: tuple[str, ...] = ()

    def target(self, name: str) -> Target | None:
        """The target of a name; None when there is none any more."""
        return next((each for each in self.targets if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Section ``reports`` of the configuration. ``zone``: of the bank's days. ``give_up_ms``: what waits longer than
    this has failed."""

    deliveries: tuple[Delivery, ...] = ()
    smtp: Smtp | None = None
    zone: str = "Asia/Shanghai"
    catch_up_days: int = 7
    give_up_ms: int = 48 * HOUR_MS

    def delivery(self, id: str) -> Delivery | None:
        """The delivery of an id."""
        return next((each for each in self.deliveries if each.id == id), None)


@dataclass(frozen=True, slots=True)
class Order:
    """One report that is to be made. ``products``: empty for all."""

    delivery: str
    kind: str
    period: Period
    formats: tuple[str, ...]
    language: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A report in the order's language and formats. ``html``: a whole document in UTF-8, for the body of a mail;
    ``files``: name and content, one for each format. ``subject`` says the verdict; empty: title and verdict."""

    paper_title: str
    verdict: str
    summary: str
    html: bytes
    files: tuple[tuple[str, bytes], ...]
    subject: str = ""

    @property
    def headline(self) -> str:
        """The subject in one line, whatever characters a title brought along."""
        wanted = self.subject or f"{self.paper_title}: {self.verdict}"
        return "".join(letter for letter in " ".join(wanted.split()) if letter.isprintable())

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents of the files, in hexadecimal digits."""
        whole = sha256()
        for name, content in self.files:
            whole.update(f"{name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()


Make: TypeAlias = Callable[[Order], Made]
"""Makes a report. Raises CannotMake when that should be tried again."""


def order_of(delivery: Delivery, period: Period) -> Order:
    """What has to be made for a delivery."""
    return Order(delivery.id, delivery.kind, period, delivery.formats, delivery.language, delivery.products)
