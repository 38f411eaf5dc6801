"""How long the server waits for whoever sends or reads slowly: a request that drips in, an answer that nobody takes.

A connection that only looks busy is told by its rate, so that large bodies over slow lines still come through."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer

from dashboard.crowding import Crowd, Crowding, turn_away
from dashboard.wire import Bodies, TooSlow, strict_parser

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Sockets: TypeAlias = dict[int, wasyncore.dispatcher]

LOOK_SECONDS = 1
CROWDED = 5
"""When no connection is left for others, all patience is so many times shorter."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``head_s``: for a request's head, and for all of it at no less than ``bytes_per_s``; ``answer_s``: for an answer
    likewise; ``idle_s``: between two requests."""

    head_s: float = 10.0
    answer_s: float = 30.0
    idle_s: int = 60
    bytes_per_s: int = 8 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one server."""

    patience: Patience = field(default_factory=Patience)
    bodies: Bodies = field(default_factory=Bodies)
    crowding: Crowding = field(default_factory=Crowding)


class Channel(HTTPChannel):
    """A connection that knows since when something is unfinished, on the monotonic clock."""

    request: HTTPRequestParser | None
    server: PatientServer
    asked_s: float | None = None
    """Since when a request is coming in."""
    answered_s: float | None = None
    """Since when an answer waits to be taken."""
    taken_bytes = 0
    """Of that answer."""

    def received(self, data: bytes) -> bool:
        """Takes bytes from the wire."""
        if self.asked_s is None:
            self.asked_s = time.monotonic()
        came: bool = super().received(data)
        if self.request is None:
            self.asked_s = None
        return came

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Gives bytes to the wire; returns how many it took."""
        sent: int = super().send(data, do_close)
        self.taken_bytes += sent
        return sent

    def del_channel(self, map: Sockets | None = None) -> None:
        """Once it is closed."""
        if self.server.active_channels.get(self._fileno) is self and self.addr is not None:
            self.server.crowd.went(self.addr[0])
        super().del_channel(map)

    def look(self, now_s: float, patience: Patience, hurry: float) -> None:
        """Ends what takes too long. ``hurry``: how many times sooner than usual."""
        if self.request is not None:
            self._look_at_request(now_s, patience, hurry)
        if not self.total_outbufs_len:
            self.answered_s = None
        elif self.answered_s is None:
            self.answered_s, self.taken_bytes = now_s, 0
        elif now_s - self.answered_s > patience.answer_s / hurry + self.taken_bytes / patience.bytes_per_s:
            self.handle_close()  # at once: will_close waits until the wire takes more
        if hurry > 1 and self._is_idle() and time.time() - self.last_activity > patience.idle_s / hurry:
            self.will_close = True

    def _is_idle(self) -> bool:
        return self.request is None and not self.requests and not self.total_outbufs_len

    def _look_at_request(self, now_s: float, patience: Patience, hurry: float) -> None:
        request, begun_s = self.request, self.asked_s
        if request is None or begun_s is None:
            return
        if self.requests or self.total_outbufs_len:  # nothing is read before the answer to the request before it went
            self.asked_s = now_s
            return
        if now_s - begun_s <= patience.head_s / hurry + request.body_bytes_received / patience.bytes_per_s:
            return
        with self.requests_lock:
            refused = self.parser_class(self.adj)
            refused.error, refused.completed = TooSlow("the request did not come in time"), True
            request.close()
            self.request, self.asked_s = None, None
            self.requests.append(refused)
        self.server.add_task(self)


class PatientServer(TcpWSGIServer):
    """Listens on a bound socket, strict and patient within limits; its sockets are in the given map."""

    def __init__(
        self, app: WSGIApplication, listening: socket.socket, sockets: Sockets, settings: Adjustments, limits: Limits
    ) -> None:
        class OfThisServer(Channel):
            parser_class = strict_parser(limits.bodies)

        self._patience = limits.patience
        self.crowd = Crowd(limits.crowding)
        self.channel_class = OfThisServer
        about = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(app, sockets, True, listening, adj=settings, sockinfo=about, bind_socket=False)

    def accept(self) -> tuple[socket.socket, tuple[str, int]] | None:
        """The next connection, unless its address holds enough of them."""
        found: tuple[socket.socket, tuple[str, int]] | None = super().accept()
        if found is None or self.crowd.admits(found[1][0]):
            return found
        turn_away(found[0])
        return None

    def maintenance(self, now: float) -> None:
        """Once in ``LOOK_SECONDS``."""
        super().maintenance(now)
        self.crowd.recount(channel.addr[0] for channel in self.active_channels.values() if channel.addr)
        hurry = CROWDED if self.in_connection_overflow else 1
        now_s = time.monotonic()
        for channel in list(self.active_channels.values()):
            channel.look(now_s, self._patience, hurry)
