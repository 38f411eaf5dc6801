"""Loopback ports: is one free, and which seven does the estate use."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from commands.errors import CommandError

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535
_ESTATE_OFFSET = 50


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts of a demo listen."""

    dashboard: int
    books: int
    data_centers: tuple[int, ...]


def plan_ports(dashboard: int, estate: int | None, data_centers: int) -> Ports:
    """Ports of a demo: the estate's follow the dashboard's by 50 unless given; 0 means any free ones.

    Raises CommandError when one of them is in use.
    """
    if dashboard == 0 and estate is None:
        free = free_ports(data_centers + 2)
        return Ports(free[0], free[1], tuple(free[2:]))
    first = estate if estate is not None else dashboard + _ESTATE_OFFSET
    ports = Ports(dashboard, first, tuple(range(first + 1, first + 1 + data_centers)))
    for port, option in [
        (dashboard, "--port"),
        (ports.books, "--estate-port"),
        *((p, "--estate-port") for p in ports.data_centers),
    ]:
        require_free(port, option)
    return ports


def require_free(port: int, option: str) -> None:
    """Raises CommandError when nobody could listen on this port."""
    if not 0 <= port <= HIGHEST_PORT:
        raise CommandError(f"{option}: {port} is not a port; choose 1024 to {HIGHEST_PORT}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            cause = error.strerror.lower() if error.strerror else "not available"
            raise CommandError(f"port {port} on {LOOPBACK}: {cause}; choose another with {option}") from error


def free_ports(count: int) -> list[int]:
    """Distinct ports that were free a moment ago."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
