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
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette

from lending.background import draw_every_second
from lending.books_link import BooksLink
from lending.errors import BadEstate
from lending.estate import load_estate
from lending.handling import DataCenter, shape_of
from lending.listening import listening_socket, on_end_signals
from lending.routes import DemandSwitch, Routes
from lending.truth import TruthLog

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
    """Serves until SIGTERM or SIGINT.

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
    application = Routes(data_center, switch, stop_answering).application()
    server = _Server(_configured(application))
    on_end_signals(asyncio.get_running_loop(), server.end)
    background = asyncio.create_task(draw_every_second(data_center, switch, options.seed))
    try:
        await server.serve(sockets=[listener])
    finally:
        background.cancel()
        data_center.books.close()


def _configured(application: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
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
    """A server that ends with success when asked to: uvicorn's own handlers would die of the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def end(self) -> None:
        """Stops accepting and lets requests under way finish."""
        self.should_exit = True


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
