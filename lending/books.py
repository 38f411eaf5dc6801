"""The books: the small process that all data centers share and that alone owns loans, ledgers and idempotency keys.

TCP on loopback; one JSON object per line each way, answered in order. All messages of one turn of the event loop are
one SQLite transaction and are answered after its commit: what was answered survives kill -9.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson
import uvloop

from lending.bookkeeping import BadRequest, Bookkeeping, Message
from lending.errors import DataBusy
from lending.listening import listening_socket, on_end_signals
from lending.owning import owned

LONGEST_LINE_BYTES = 1 << 20
_FORGET_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class BooksOptions:
    """Where the books listen and keep their file."""

    host: str
    port: int
    data_dir: Path


def run(options: BooksOptions) -> None:
    """Keeps the books until SIGTERM or SIGINT.

    Raises PortTaken, DataUnwritable, or DataBusy when other books keep the same folder.
    """
    with owned(options.data_dir / "books.lock", lambda: DataBusy(options.data_dir)):
        bookkeeping = Bookkeeping(options.data_dir / "books.sqlite")
        try:
            uvloop.run(_serve(options, bookkeeping))
        finally:
            bookkeeping.close()


async def _serve(options: BooksOptions, bookkeeping: Bookkeeping) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    on_end_signals(loop, ended.set)
    turn = Turn(bookkeeping, loop)
    server = await loop.create_server(lambda: _Connection(turn), sock=listening_socket(options.host, options.port))
    try:
        while not ended.is_set():
            turn.forget_old_keys()
            try:
                await asyncio.wait_for(ended.wait(), _FORGET_EVERY_S)
            except TimeoutError:
                continue
    finally:
        server.close()


class Turn:
    """Messages that arrived in one turn of the event loop: one transaction, then all answers."""

    def __init__(self, bookkeeping: Bookkeeping, loop: asyncio.AbstractEventLoop) -> None:
        self._bookkeeping = bookkeeping
        self._loop = loop
        self._arrived: list[tuple[asyncio.Transport, bytes]] = []

    def add(self, transport: asyncio.Transport, line: bytes) -> None:
        """Takes one message; it is answered at the end of this turn."""
        if not self._arrived:
            self._loop.call_soon(self._finish)
        self._arrived.append((transport, line))

    def forget_old_keys(self) -> None:
        """Drops some keys that nobody will replay."""
        try:
            self._bookkeeping.forget_old_keys(int(time.time()))
        except sqlite3.Error as error:
            print(f"books: old keys stay for now: {error}", file=sys.stderr)  # noqa: T201 - the log of a child

    def _finish(self) -> None:
        arrived, self._arrived = self._arrived, []
        now_s = int(time.time())
        try:
            self._bookkeeping.begin()
            answers = [self._answer(line, now_s) for _, line in arrived]
            self._bookkeeping.commit()
        except sqlite3.Error as error:
            self._bookkeeping.roll_back()
            answers = [{"state": "error", "reason": f"nothing was booked: {error}"}] * len(arrived)
        replies: dict[asyncio.Transport, list[bytes]] = {}
        for (transport, _), answer in zip(arrived, answers, strict=True):
            replies.setdefault(transport, []).append(orjson.dumps(answer))
        for transport, lines in replies.items():
            transport.write(b"\n".join(lines) + b"\n")

    def _answer(self, line: bytes, now_s: int) -> Message:
        try:
            message = orjson.loads(line)
            if isinstance(message, dict):
                return self._bookkeeping.answer(message, now_s)
        except orjson.JSONDecodeError as error:
            return {"state": "error", "reason": f"not JSON: {error}"}
        except BadRequest as error:
            return {"state": "error", "reason": str(error)}
        return {"state": "error", "reason": "a message is a JSON object"}


class _Connection(asyncio.Protocol):
    """One data center's connection."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are none by class

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._turn.add(self._transport, line)
        if len(self._rest) > LONGEST_LINE_BYTES:
            self._transport.abort()
