"""What HAProxy says on its stats socket: who is up, what was sent where, what its hidden layers saved."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BACKEND = "data_centers"
LOOK_S = 0.02
"""Between two looks: how exactly a mark-down is timed."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """One data center as HAProxy sees it. ``sessions``: requests that it is serving now."""

    up: bool
    sessions: int


@dataclass(frozen=True, slots=True)
class Look:
    """One reading. ``retries`` and ``redispatches`` count since HAProxy started."""

    at_s: float
    servers: dict[str, ServerState]
    retries: int
    redispatches: int


class Watch:
    """Reads the stats socket again and again; ``looks`` keeps every reading."""

    def __init__(self, socket: Path) -> None:
        self.looks: list[Look] = []
        self._socket = socket

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            self.looks.append(await self.look())
            await asyncio.sleep(LOOK_S)

    async def look(self) -> Look:
        """One reading. Raises OSError when HAProxy is gone."""
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(b"show stat\n")
            text = (await reader.read(-1)).decode()
        finally:
            writer.close()
            await writer.wait_closed()
        return parsed_look(asyncio.get_running_loop().time(), text)

    async def until_up(self, name: str, patience_s: float) -> bool:
        """Waits until a data center is served again; False when that takes longer."""
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + patience_s
        while loop.time() < deadline_s:
            if (await self.look()).servers[name].up:
                return True
            await asyncio.sleep(LOOK_S)
        return False


def parsed_look(at_s: float, text: str) -> Look:
    """A reading from the table that ``show stat`` prints."""
    rows = [row for row in csv.DictReader(io.StringIO(text.removeprefix("# "))) if row["pxname"] == BACKEND]
    servers = {row["svname"]: row for row in rows if row["svname"] not in ("BACKEND", "FRONTEND")}
    return Look(
        at_s,
        {name: ServerState(row["status"].startswith("UP"), int(row["scur"])) for name, row in servers.items()},
        sum(int(row["wretr"] or 0) for row in servers.values()),
        sum(int(row["wredis"] or 0) for row in servers.values()),
    )


def first_after(looks: Iterable[Look], since_s: float, name: str, up: bool) -> float | None:
    """Seconds from ``since_s`` until a data center was first seen as up or down."""
    found = (look.at_s for look in looks if look.at_s >= since_s and look.servers[name].up is up)
    at_s = next(found, None)
    return None if at_s is None else at_s - since_s


def emptied_after(looks: Iterable[Look], since_s: float, until_s: float, name: str) -> float | None:
    """Seconds from ``since_s`` until a data center served nothing more for the rest of the time; None: never."""
    stretch = [look for look in looks if since_s <= look.at_s < until_s]
    last_busy = next((n for n in range(len(stretch) - 1, -1, -1) if stretch[n].servers[name].sessions), -1)
    return stretch[last_busy + 1].at_s - since_s if last_busy + 1 < len(stretch) else None
