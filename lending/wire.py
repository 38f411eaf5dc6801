"""Faults of the line between callers and a data center: the process lives and works, but its line does not.

``blackhole``: connections are accepted, what arrives is swallowed, nothing is ever answered. ``reset``: every
connection is cut with a TCP reset as soon as something arrives on it, new ones at once. ``refuse``: nobody listens,
callers are refused. All without root: the server does it to itself. They hold for whatever comes over the line, health
checks and /metrics included, so that they end by time alone.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lending.faults import FaultTable

_ABRUPTLY = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a reset instead of an orderly end."""


def line_of(faults: FaultTable) -> type[HttpToolsProtocol]:
    """The HTTP protocol of a data center whose line breaks as its faults say."""

    class Line(HttpToolsProtocol):
        """One connection."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(cast(asyncio.Transport, transport))  # uvloop's transports are none by class
            if faults.line(time.monotonic()) == "reset":
                cut(self.transport)

        def data_received(self, data: bytes) -> None:
            broken = faults.line(time.monotonic())
            if broken is None:
                super().data_received(data)
            elif broken != "blackhole":
                cut(self.transport)

    return Line


def cut(transport: asyncio.Transport) -> None:
    """Ends a connection with a reset."""
    connection: Any = transport.get_extra_info("socket")
    with socket.socket(fileno=connection.fileno()) as borrowed:
        borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        borrowed.detach()
    transport.abort()
