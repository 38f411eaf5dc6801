"""One data center of the reference estate: a process of its own that serves HTTP and can be killed at any moment."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn
import uvloop
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lending.background import draw_every_second
from lending.books_link import BooksLink
from lending.errors import BadEstate
from lending.estate import load_estate
from lending.handling import DataCenter, shape_of
from lending.leaving import Leaving
from lending.listening import listening_socket, on_end_signals, on_leave_signal
from lending.routes import DemandSwitch, Routes
from lending.truth import TruthLog
from lending.wire import cut, line_of

GRACE_S = 1
"""Requests under way get this long when the process is asked to end."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How one data center runs. ``scale``: transactions of an ordinary day for the whole bank, 0 for real requests
    alone. ``data_dir`` is shared by all data centers; each keeps its truth in a folder of its own name."""

    data_center: str
    host: str
    port: int
    books_port: int
    data_dir: Path
    config_path: Path
    scale: int
    seed: int


def run(options: ServiceOptions) -> None:
    """Serves until SIGTERM or SIGINT; SIGUSR1 ends it too, once its last page was read (leaving.py).

    Raises BadEstate, PortTaken, DataUnwritable, DataBusy or TruthDamaged before anything is served.
    """
    estate = load_estate(options.config_path)
    if not estate.has_data_center(options.data_center):
        raise BadEstate(options.config_path, 1, "data_centers", f"there is no {options.data_center!r}")
    listener = listening_socket(options.host, options.port)
    try:
        shape = shape_of(estate, options.data_center)
        truth = TruthLog(options.data_dir / options.data_center, shape, time.time_ns() // 1_000_000)
        try:
            books = BooksLink(options.host, options.books_port)
            data_center = DataCenter(estate, options.data_center, truth, shape, books)
            gc.collect()
            gc.freeze()
            uvloop.run(_serve(options, data_center, listener))
        finally:
            truth.close()
    finally:
        listener.close()


async def _serve(options: ServiceOptions, data_center: DataCenter, listener: socket.socket) -> None:
    switch = DemandSwitch(options.scale)
    line = line_of(data_center.faults)

    def refuse(seconds: float) -> None:
        server.refuse(seconds)

    def end() -> None:
        server.end()

    leaving = Leaving(Routes(data_center, switch, stop_answering, refuse).application(), switch, end)
    server = _Server(_configured(leaving, line), line, listener.getsockname())
    on_end_signals(asyncio.get_running_loop(), server.end)
    on_leave_signal(asyncio.get_running_loop(), leaving.begin)
    background = asyncio.create_task(draw_every_second(data_center, switch, options.seed))
    try:
        await server.serve(sockets=[listener])
    finally:
        background.cancel()
        data_center.books.close()


def _configured(application: ASGIApp, line: type[asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=line,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_S,
    )


class _Server(uvicorn.Server):
    """A server that ends with success when asked to (uvicorn's own handlers would die of the signal again), and that
    can stop listening for a while."""

    def __init__(self, config: uvicorn.Config, line: type[HttpToolsProtocol], address: tuple[str, int]) -> None:
        super().__init__(config)
        self._line = line
        self._address = address
        self._refusing: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def end(self) -> None:
        """Stops accepting and lets requests under way finish."""
        self.should_exit = True

    def refuse(self, seconds: float) -> None:
        """Cuts every connection and listens no more until the time is over."""
        for one in self.servers:
            one.close()
        for connection in list(self.server_state.connections):
            cut(connection.transport)
        if self._refusing is not None:
            self._refusing.cancel()
        self._refusing = asyncio.get_running_loop().create_task(self._listen_again(seconds))

    async def _listen_again(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        made = partial(self._line, config=self.config, server_state=self.server_state, app_state={})
        listener = listening_socket(*self._address)
        self.servers = [await asyncio.get_running_loop().create_server(made, sock=listener)]


def stop_answering(seconds: float) -> None:
    """Blocks the whole process, as if it had been stopped; a signal to end still ends it."""
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        caught = signal.sigtimedwait(ending, seconds)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)
    if caught is not None:
        os.kill(os.getpid(), caught.si_signo)
