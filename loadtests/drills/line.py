"""HTTP/1.1 on one connection, as little as a load generator needs: nothing is ever sent twice behind its back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

IDLE_S = 5.0
"""Connections that rested longer are not used again: the other side may be closing them."""


class Closed(ConnectionError):
    """The connection ended before the answer was whole."""

    def __init__(self) -> None:
        super().__init__("closed without an answer")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes
    replayed: bool
    last: bool


class Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.closed = False
        self.idle_since_s = 0.0
        self._buffer = b""
        self._waiting: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        reply = parsed(self._buffer)
        if reply is None or self._waiting is None or self._waiting.done():
            return
        self._buffer = b""
        self.closed |= reply.last
        self._waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Closed())

    async def ask(self, request: bytes) -> Reply:
        """The answer to one request. Raises Closed."""
        if self.closed:
            raise Closed
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def end(self) -> None:
        """Gives the connection up."""
        self.closed = True
        self._transport.abort()


class Lines:
    """Connections to one address, used again while they are fresh."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._free: list[Line] = []

    async def ask(self, request: bytes) -> Reply:
        """The answer to one request; its connection is given up when it fails. Raises OSError."""
        line = await self._line()
        try:
            reply = await line.ask(request)
        except BaseException:
            line.end()
            raise
        line.idle_since_s = asyncio.get_running_loop().time()
        if not line.closed:
            self._free.append(line)
        return reply

    def close(self) -> None:
        """Ends what rests."""
        for line in self._free:
            line.end()
        self._free.clear()

    async def _line(self) -> Line:
        loop = asyncio.get_running_loop()
        while self._free:
            line = self._free.pop()
            if not line.closed and loop.time() - line.idle_since_s < IDLE_S:
                return line
            line.end()
        _, line = await loop.create_connection(Line, self._host, self._port)
        return line


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def parsed(data: bytes) -> Reply | None:
    """The answer at the beginning of what arrived, or None while it is not whole."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *rest = head.split(b"\r\n")
    headers = {name.strip().lower(): value.strip().lower() for name, _, value in (one.partition(b":") for one in rest)}
    last = headers.get(b"connection") == b"close"
    length = headers.get(b"content-length")
    if length is None or len(body) < int(length):
        return None
    replayed = headers.get(b"idempotent-replay") == b"true"
    return Reply(int(first.split()[1]), body[: int(length)], replayed, last)
