"""Metrics of commands without a server of their own."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from commands.errors import CommandError
from commands.own_metrics import LeadsCollector, own_metrics


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_sources_and_the_process_are_told_while_it_runs() -> None:
    """And the port is free afterwards."""
    port = free_port()
    with (
        own_metrics(port, LeadsCollector(lambda: {"dc1": True, "dc2": False})),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer,
    ):
        text = answer.read().decode()
    assert 'control_center_collect_leads{source="dc1"} 1.0' in text
    assert 'control_center_collect_leads{source="dc2"} 0.0' in text
    assert "process_resident_memory_bytes" in text
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_without_a_port_nothing_listens_and_a_taken_one_is_one_line() -> None:
    """Named with what to do."""
    with own_metrics(None):
        pass
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(CommandError, match=r"--metrics-port .*choose another"),
        own_metrics(taken.getsockname()[1]),
    ):
        pass
