"""Listening on an address, and ending when asked."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from lending.errors import PortTaken


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound and listening socket; port 0 takes a free one. Raises PortTaken when the address cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTaken(host, port, error.strerror or str(error)) from None
    except OverflowError:
        listener.close()
        raise PortTaken(host, port, "a port is a number from 0 to 65535") from None
    listener.setblocking(False)
    return listener


def on_leave_signal(loop: asyncio.AbstractEventLoop, leave: Callable[[], None]) -> None:
    """Calls ``leave`` at SIGUSR1."""
    loop.add_signal_handler(signal.SIGUSR1, leave)


def on_end_signals(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Calls ``end`` at SIGTERM and SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
