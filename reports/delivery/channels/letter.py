"""A report as a mail: plain text and HTML, the files attached. Pure: the same letter has the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from hashlib import sha256
from pathlib import PurePosixPath

from reports.delivery.model import Made, MailTo, Smtp
from reports.delivery.parcel import Parcel

_POLICY = SMTP.clone(cte_type="7bit")
_TYPES = {
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".csv": ("text", "csv"),
    ".json": ("application", "json"),
    ".html": ("text", "html"),
    ".zip": ("application", "zip"),
}
_ANY = ("application", "octet-stream")


@dataclass(frozen=True, slots=True)
class Letter:
    """``recipients``: who is to take it now; the headers name everybody."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def sender_parts(text: str) -> tuple[str, str]:
    """Name (maybe empty) and address of ``Bank <a@b>`` or ``a@b``."""
    name, address = parseaddr(text)
    return name, address


def letter(smtp: Smtp, target: MailTo, parcel: Parcel, made: Made, at_ms: int) -> Letter:
    """The mail of a parcel."""
    name, address = sender_parts(smtp.sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(display_name=_line(name), addr_spec=address)
    mail["To"] = [Address(addr_spec=each) for each in target.to]
    if target.cc:
        mail["Cc"] = [Address(addr_spec=each) for each in target.cc]
    mail["Subject"] = made.headline
    mail["Date"] = datetime.fromtimestamp(at_ms // 1000, UTC)
    mail["Message-ID"] = parcel.message_id(address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_plain(made))
    mail.add_alternative(made.html.decode("utf-8", "replace"), subtype="html")
    for file, content in made.files:
        main, sub = _TYPES.get(PurePosixPath(file).suffix.lower(), _ANY)
        mail.add_attachment(content, maintype=main, subtype=sub, filename=_line(file))
    _fix_boundaries(mail, f"{parcel.key}\0{_plain(made)}\0{made.digest}".encode() + made.html)
    everybody = tuple(dict.fromkeys((*target.to, *target.cc)))
    left = tuple(each for each in everybody if each not in parcel.reached)
    return Letter(address, left, mail.as_bytes(policy=_POLICY))


def _plain(made: Made) -> str:
    files = "\n".join(f"- {name}" for name, _ in made.files)
    parts = (made.headline, made.paper_title, made.verdict, made.summary, files)
    return "\n\n".join(dict.fromkeys(part.strip() for part in parts if part.strip())) + "\n"


def _fix_boundaries(mail: EmailMessage, content: bytes) -> None:
    """Else they are drawn by chance, and a mail that is sent again would be another one. They follow from the content,
    so that no content can hold them; short, for a longer one is folded in a way that few mail readers understand."""
    token = sha256(content).hexdigest()[:32]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"report-{token}-{number}")


def _line(text: str) -> str:
    """Without what would end a header."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
