"""What the dashboard refuses, by cause.

DashboardError
|- OpenToTheNetwork   a host that others can reach, without authentication
`- AddressUnusable    the address cannot be listened on
"""

from __future__ import annotations


class DashboardError(Exception):
    """Anything the dashboard refuses, in one line for the person who reads it."""


class OpenToTheNetwork(DashboardError):
    """A host other than loopback was asked for, and nobody would be asked who he is."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"host {host!r} can be reached from other machines and no authentication is set up: "
            "listen on 127.0.0.1 and put an authenticating proxy in front, or set up authentication"
        )


class AddressUnusable(DashboardError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, cause: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {cause}; choose another with --port")
