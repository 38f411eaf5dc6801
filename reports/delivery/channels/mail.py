"""Mail through one SMTP server: TLS with its certificate checked, or nothing is said; one kind of fault per answer."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress

from outgoing.errors import BadSecret, PermanentFault, SendFault, TemporaryFault
from outgoing.redaction import Redactor
from reports.delivery.channels.letter import Letter
from reports.delivery.channels.result import Receipt
from reports.delivery.model import Smtp

_TAKEN = 250
_ACCEPTED = frozenset({250, 251})
"""251: taken, and forwarded elsewhere."""
_LATER = 400
_REFUSED = 500
_Answer = tuple[int, bytes]


def send_mail(smtp: Smtp, letter: Letter, environment: Mapping[str, str]) -> Receipt:
    """Hands a letter over. Raises TemporaryFault (``ambiguous`` when the server may have taken it), PermanentFault."""
    password = _password(smtp, environment)
    redactor = Redactor(_forms(smtp.user, password))
    where = f"mail server {smtp.host}:{smtp.port}"
    try:
        client = _connected(smtp)
        try:
            return _handed_over(client, smtp, letter, password, redactor)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()
    except ssl.SSLCertVerificationError as error:
        raise TemporaryFault(f"{where}: its certificate is refused: {redactor(error.verify_message)}") from None
    except ssl.SSLError as error:
        raise TemporaryFault(f"{where}: TLS failed: {redactor(error.reason or error)}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentFault(f"{where}: {redactor(error)}; nothing was sent") from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(where, (error.smtp_code, _bytes(error.smtp_error)), redactor) from None
    except TimeoutError:
        raise TemporaryFault(f"{where}: no answer within {smtp.timeout_seconds} s") from None
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFault(f"{where}: {redactor(getattr(error, 'strerror', None) or error)}") from None


def _password(smtp: Smtp, environment: Mapping[str, str]) -> str:
    if smtp.password is None:
        return ""
    try:
        return smtp.password.read(environment).reveal()
    except BadSecret as fault:
        raise TemporaryFault(str(fault)) from None


def _forms(user: str, password: str) -> list[str]:
    """A password as a conversation may show it: as it is and as AUTH writes it."""
    if not password:
        return []
    plain = f"\0{user}\0{password}"
    return [password, *(base64.b64encode(text.encode()).decode() for text in (password, plain))]


def _connected(smtp: Smtp) -> smtplib.SMTP:
    own_name = smtp.sender.rpartition("@")[2].rstrip(">") or "localhost"
    if smtp.tls == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, own_name, timeout=smtp.timeout_seconds, context=_trust(smtp))
    client = smtplib.SMTP(smtp.host, smtp.port, own_name, timeout=smtp.timeout_seconds)
    if smtp.tls == "starttls":
        try:
            client.starttls(context=_trust(smtp))
        except (smtplib.SMTPException, OSError):
            client.close()  # else its socket waits for the garbage collector
            raise
    return client


def _trust(smtp: Smtp) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if smtp.ca_file is None else str(smtp.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _handed_over(client: smtplib.SMTP, smtp: Smtp, letter: Letter, password: str, redactor: Redactor) -> Receipt:
    client.ehlo_or_helo_if_needed()
    if smtp.user:
        client.login(smtp.user, password)
    options = [f"SIZE={len(letter.content)}"] if client.has_extn("size") else []
    _expect(client.mail(letter.sender, options), smtp)
    answers = {each: client.rcpt(each) for each in letter.recipients}
    reached = tuple(each for each, (code, _) in answers.items() if code in _ACCEPTED)
    later = _told(answers, redactor, [each for each, (code, _) in answers.items() if _LATER <= code < _REFUSED])
    refused = _told(answers, redactor, [each for each, (code, _) in answers.items() if code >= _REFUSED])
    if not reached:
        fault = TemporaryFault if later else PermanentFault
        raise fault(f"no recipient was taken: {'; '.join(filter(None, (later, refused)))}")
    return Receipt(_data(client, smtp, letter, redactor), reached, later, refused)


def _data(client: smtplib.SMTP, smtp: Smtp, letter: Letter, redactor: Redactor) -> str:
    """What the server said when it took the letter."""
    try:
        code, said = client.data(letter.content)
    except smtplib.SMTPDataError:
        raise
    except (smtplib.SMTPException, OSError):
        where = f"mail server {smtp.host}:{smtp.port}"
        raise TemporaryFault(f"{where}: the connection broke after the mail was handed over", ambiguous=True) from None
    _expect((code, said), smtp)
    return redactor(said.decode(errors="replace"))


def _expect(answer: _Answer, smtp: Smtp) -> None:
    code, said = answer
    if code != _TAKEN:
        raise smtplib.SMTPResponseException(code, said)


def _told(answers: Mapping[str, _Answer], redactor: Redactor, who: Sequence[str]) -> str:
    return "; ".join(
        f"{each}: {answers[each][0]} {redactor(answers[each][1].decode(errors='replace'))}" for each in who
    )


def _refusal(where: str, answer: _Answer, redactor: Redactor) -> SendFault:
    code, said = answer
    kind = PermanentFault if code >= _REFUSED else TemporaryFault
    return kind(f"{where}: {code} {redactor(said.decode(errors='replace'))}")


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
