"""What a request may look like on the wire. Stricter than waitress alone: nothing that two servers could read in two
ways, no head and no line without end, and no body that its route would refuse for its length anyway."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, Error

MOST_HEAD_BYTES = 32 * 1024
MOST_LINE_BYTES = 8 * 1024
MOST_FIELDS = 100
MOST_CHUNK_LINE_BYTES = 1024
MOST_TRAILER_BYTES = 8 * 1024
MOST_BODY_BYTES = 128 * 1024
"""More than any route takes that has no limit of its own, so that it says itself what is too long."""
MOST_LARGE = 4
"""So many large bodies are received at the same time: they wait on the disk, before anybody was asked who sends."""
VERSIONS = (b"1.0", b"1.1")
ONCE = (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"origin", b"expect")
"""Fields that are refused when they come twice: whoever stands before us may have read the other one."""


class Busy(Error):
    """503: too many large bodies are under way."""

    code = 503
    reason = "Service Unavailable"


class TooSlow(Error):
    """408: the request did not come in time."""

    code = 408
    reason = "Request Timeout"


@dataclass(frozen=True, slots=True)
class Bodies:
    """How long bodies may be, in bytes. ``large``: by path, where more than ``usual`` is taken."""

    large: Mapping[str, int] = field(default_factory=dict)
    usual: int = MOST_BODY_BYTES
    most_at_once: int = MOST_LARGE


class StrictParser(HTTPRequestParser):
    """One request; ``error`` says why it is refused, and the connection ends with the answer."""

    adj: Any
    bodies: ClassVar = Bodies()
    receiving: ClassVar[weakref.WeakSet[HTTPRequestParser]] = weakref.WeakSet()
    """Large bodies that are under way."""

    def received(self, data: bytes) -> int:
        """Takes bytes from the wire; returns how many of them belong to this request."""
        taken: int = super().received(data)
        if not self.completed and self.chunked:
            self._refuse_endless_lines()
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """Raises ParsingError for a head that is not plain HTTP/1.0 or 1.1."""
        refuse_doubtful(header_plus)
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of an address that is none, or a length of thousands of digits
            raise ParsingError("the address or Content-Length is invalid") from error
        except TransferEncodingNotImplemented as error:
            raise ParsingError("of transfer encodings chunked is taken, alone") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
        if self.version != "1.1" and "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Transfer-Encoding needs HTTP/1.1")
        self._limit_body()

    def _limit_body(self) -> None:
        most = self.bodies.large.get(self.path, self.bodies.usual)
        # one more: waitress refuses what is as long as its limit
        self.adj = copy.copy(self.adj)
        self.adj.max_request_body_size = most + 1
        if most <= self.bodies.usual or not (self.chunked or self.content_length > self.bodies.usual):
            return
        if len(self.receiving) >= self.bodies.most_at_once:
            self.error = Busy("other large bodies are being received; send this one again later")
            self.body_rcv = None
            return
        self.receiving.add(self)

    def _refuse_endless_lines(self) -> None:
        body: Any = self.body_rcv
        if not isinstance(body, ChunkedReceiver):
            return
        if len(body.control_line) > MOST_CHUNK_LINE_BYTES or len(body.trailer) > MOST_TRAILER_BYTES:
            self.error = BadRequest("a line of the chunked body does not end")
            self.completed = True


def strict_parser(bodies: Bodies) -> type[StrictParser]:
    """A parser that knows these limits and counts for itself."""
    return type("OfThisServer", (StrictParser,), {"bodies": bodies, "receiving": weakref.WeakSet()})


def refuse_doubtful(head: bytes) -> None:
    """Raises ParsingError, with what is wrong, for a head that servers could read differently."""
    first, *fields = head.rstrip(b"\r\n").split(b"\r\n")
    version = first.rpartition(b" HTTP/")[2] if b" HTTP/" in first else b""
    if not first.isascii() or b"\0" in head:
        raise ParsingError("the start line holds what it cannot")
    if len(first) > MOST_LINE_BYTES:
        raise ParsingError(f"the address is longer than {MOST_LINE_BYTES} bytes; ask for less")
    if version not in VERSIONS:
        raise ParsingError("speak HTTP/1.1")
    if len(fields) > MOST_FIELDS:
        raise ParsingError(f"more than {MOST_FIELDS} header fields")
    if any(line[:1] in (b" ", b"\t") for line in fields):
        raise ParsingError("a header field that goes on in the next line is not taken")
    names = [line.partition(b":")[0].lower() for line in fields]
    twice = [name for name in ONCE if names.count(name) > 1]
    if twice:
        raise ParsingError(f"{twice[0].decode()} is given twice")
    if version == b"1.1" and b"host" not in names:
        raise ParsingError("HTTP/1.1 needs a Host")
