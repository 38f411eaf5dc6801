"""A data center's line to the books: many questions under way on one connection, answered in order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

import orjson

from lending.errors import BooksUnavailable

ANSWER_WITHIN_S = 2.0
"""Older questions make the line count as dead: the books answer within milliseconds, or are stopped."""

_CONNECT_WITHIN_S = 1.0


class BooksLink:
    """Asks the books; connects when needed and again after a failure."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer of the books. Raises BooksUnavailable: what became of the message is then unknown."""
        line = self._line
        if line is None or line.closed:
            line = await self._connected()
        answer = await line.ask(orjson.dumps(message) + b"\n")
        if answer["state"] == "error":
            raise BooksUnavailable(answer["reason"])
        return answer

    def close(self) -> None:
        """Ends the connection; questions under way fail."""
        if self._line is not None:
            self._line.end("closed")

    async def _connected(self) -> _Line:
        async with self._connecting:
            if self._line is not None and not self._line.closed:
                return self._line
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(_CONNECT_WITHIN_S):
                    _, line = await loop.create_connection(lambda: _Line(loop), self._host, self._port)
            except TimeoutError:
                raise BooksUnavailable("no connection in time") from None
            except OSError as error:
                raise BooksUnavailable(error.strerror or str(error)) from None
            self._line = line
            return line


class _Line(asyncio.Protocol):
    """One connection. A watch looks at the oldest question, so that none needs a timer of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[float, asyncio.Future[dict[str, Any]]]] = deque()
        self._rest = b""
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are none by class
        self._watch = self._loop.call_later(ANSWER_WITHIN_S / 4, self._look)

    def ask(self, line: bytes) -> asyncio.Future[dict[str, Any]]:
        """The answer to one line, to be awaited."""
        future: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        if self.closed:
            future.set_exception(BooksUnavailable("the connection was lost"))
            return future
        self._waiting.append((self._loop.time(), future))
        self._transport.write(line)
        return future

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(orjson.loads(line))

    def connection_lost(self, exc: Exception | None) -> None:
        self.end("the connection was lost")

    def end(self, cause: str) -> None:
        """Closes the connection and fails what is under way."""
        if self.closed:
            return
        self.closed = True
        self._watch.cancel()
        self._transport.abort()
        while self._waiting:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(BooksUnavailable(cause))

    def _look(self) -> None:
        if self._waiting and self._loop.time() - self._waiting[0][0] > ANSWER_WITHIN_S:
            self.end("no answer in time")
            return
        self._watch = self._loop.call_later(ANSWER_WITHIN_S / 4, self._look)
