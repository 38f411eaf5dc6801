"""Sockets whose every read ends at one deadline, so that a server that drips its answer cannot stretch it."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class DeadlineSocket(socket.socket):
    """Gives every read what is left until ``deadline`` (seconds of the monotonic clock)."""

    deadline: float

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """As of any socket. Raises TimeoutError behind the deadline."""
        self.settimeout(left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


class DeadlineTlsSocket(ssl.SSLSocket):
    """The same over TLS."""

    deadline: float

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """As of any socket. Raises TimeoutError behind the deadline."""
        self.settimeout(left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


def left(deadline: float) -> float:
    """Seconds until the deadline. Raises TimeoutError behind it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
