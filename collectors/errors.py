"""What can go wrong while looking at a running system, by cause.

CollectorError           one clear line that starts with a code word
|- TargetRefused         nobody listens there                                    refused:
|- TargetUnroutable      there is no way to the machine                          unroutable:
|- TargetUnresolved      its name is not known                                   dns:
|- TargetTimeout         no whole answer within the deadline                     timeout:
|- TargetInsecure        the TLS handshake failed                                tls:
|- BadStatus             an answer other than 200, redirects included            http:
|- PageTooLarge          more bytes than a page may have                         too_large:
|- GarbagePage           the answer is not a whole page of metrics               garbage:
|- DuplicateTarget       another source counts this process already              duplicate:
|- BadTarget             an address that cannot be asked                         config:
`- MemoryDamaged         the stored memory of a source cannot be read back       store:
"""

from __future__ import annotations

from slo.texts import in_one_line
from store import reasons


class CollectorError(Exception):
    """Anything that keeps a page from being counted; the text is the reason of a failed read."""

    code = "error"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.code}: {one_line(detail)}")


class TargetRefused(CollectorError):
    """The connection was refused or broken off."""

    code = reasons.REFUSED


class TargetUnroutable(CollectorError):
    """No way to the machine, or a fault of our own network: says nothing about the target."""

    code = reasons.UNROUTABLE


class TargetUnresolved(CollectorError):
    """The host name has no address."""

    code = reasons.UNRESOLVED


class TargetTimeout(CollectorError):
    """The whole answer did not arrive in time."""

    code = reasons.TIMEOUT


class TargetInsecure(CollectorError):
    """TLS could not be established."""

    code = reasons.INSECURE


class BadStatus(CollectorError):
    """The target answered, but not with a page."""

    code = reasons.BAD_STATUS


class PageTooLarge(CollectorError):
    """The page exceeds the size cap."""

    code = reasons.TOO_LARGE


class GarbagePage(CollectorError):
    """The page is torn, not metrics, or holds a value that cannot be counted exactly. Nothing of it is used."""

    code = reasons.GARBAGE


class DuplicateTarget(CollectorError):
    """The process behind a source is counted through another one."""

    code = reasons.DUPLICATE


class BadTarget(CollectorError):
    """The address of a target is not one."""

    code = reasons.CONFIGURATION


class MemoryDamaged(CollectorError):
    """The stored state of a source does not fit its series; counting on would guess."""

    code = reasons.STORE


MOST_REASON_CHARACTERS = 300


def one_line(text: str) -> str:
    """A text without line breaks and control characters, cut to what a row may hold."""
    clean = in_one_line(text)
    if len(clean) <= MOST_REASON_CHARACTERS:
        return clean
    return clean[: MOST_REASON_CHARACTERS - 3] + "..."
