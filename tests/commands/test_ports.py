"""Ports of a demo: planned, and refused in one line when taken."""

from __future__ import annotations

import socket

import pytest

from commands.errors import CommandError
from commands.ports import free_ports, plan_ports, require_free


def test_the_estate_follows_the_dashboard_by_fifty() -> None:
    """One option moves everything."""
    first = free_ports(1)[0]
    base = first if first < 60000 else first - 5000
    ports = plan_ports(base, None, 6)
    assert (ports.dashboard, ports.books) == (base, base + 50)
    assert ports.data_centers == tuple(range(base + 51, base + 57))


def test_zero_takes_any_free_ports() -> None:
    """All distinct."""
    ports = plan_ports(0, None, 6)
    assert len({ports.dashboard, ports.books, *ports.data_centers}) == 8


def test_a_taken_port_is_named_with_the_option_that_changes_it() -> None:
    """What, where and how to fix it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"port {port} on 127.0.0.1: address already in use; choose another with --port"
        ):
            require_free(port, "--port")


def test_a_number_that_is_no_port_is_refused() -> None:
    """65536 and beyond do not exist."""
    with pytest.raises(CommandError, match="65536 is not a port"):
        require_free(65536, "--port")
