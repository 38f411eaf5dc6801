"""Whether our own control center notices: a real one, that watches the drill's estate and is asked over HTTP.

Load is tagged as a load test and never counted for customers, so the estate draws customers of its own beside it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loadtests.drills.errors import PartMissing
from loadtests.drills.estate import APP, LOOPBACK, OwnEstate, free_ports
from loadtests.drills.line import Lines, request_bytes

ORDINARY_DAY = 1_000_000_000
ASK_EVERY_S = 0.1
_READY_WITHIN_S = 90.0
_STARTING_S = 25.0
"""So long after a start, a data center that was never seen may still be starting: no alert yet."""

_CONFIG = APP.parent / "config"


@dataclass(frozen=True, slots=True)
class Alert:
    """An open alert that concerns one data center."""

    id: str
    rule: str
    severity: str
    data_center: str


@dataclass(frozen=True, slots=True)
class AlertLook:
    """What was open at one moment of the loop's clock."""

    at_s: float
    alerts: frozenset[Alert]


class AlertWatch:
    """Asks again and again what is open; ``looks`` keeps every answer."""

    def __init__(self, port: int) -> None:
        self.looks: list[AlertLook] = []
        self._lines = Lines(LOOPBACK, port)

    async def run(self) -> None:
        """Asks until cancelled; an answer that fails is no answer."""
        question = request_bytes("GET", "/api/v1/alerts", {"Accept": "application/json"})
        while True:
            try:
                reply = await self._lines.ask(question)
            except OSError:
                await asyncio.sleep(ASK_EVERY_S)
                continue
            if reply.status == http.HTTPStatus.OK:
                self.looks.append(AlertLook(asyncio.get_running_loop().time(), open_alerts(reply.body)))
            await asyncio.sleep(ASK_EVERY_S)


def open_alerts(document: bytes) -> frozenset[Alert]:
    """Firing alerts of a data center, from an answer of /api/v1/alerts."""
    return frozenset(
        Alert(one["id"], one["rule"], one["severity"], one["data_center"])
        for one in json.loads(document)["alerts"]
        if one["state"] == "firing" and one["data_center"]
    )


def first_alert(looks: Iterable[AlertLook], since_s: float, until_s: float, name: str) -> tuple[float, Alert] | None:
    """The first alert of a data center that was not open before, and its seconds after ``since_s``."""
    before: frozenset[Alert] = frozenset()
    for look in looks:
        if look.at_s < since_s:
            before = look.alerts
        elif look.at_s < until_s:
            fresh = sorted((one for one in look.alerts - before if one.data_center == name), key=lambda one: one.rule)
            if fresh:
                return look.at_s - since_s, fresh[0]
    return None


@contextmanager
def control_center(estate: OwnEstate) -> Iterator[int]:
    """A control center that watches the estate; yields its port. Raises PartMissing when it does not start."""
    port = free_ports(1)[0]
    data = estate.folder / "center"
    data.mkdir()
    config = data / "control-center.yaml"
    config.write_text(json.dumps(configuration(estate, port)), encoding="utf-8")  # JSON is YAML
    words = ["--config", config, "--data", data]
    serve = estate.spawn("serve", ["serve", *words])
    try:
        _until_ready(estate, port)
        collect = estate.spawn("collect", ["collect", *words])
        try:
            time.sleep(_STARTING_S)
            yield port
        finally:
            collect.kill()
            collect.wait()
    finally:
        serve.kill()
        serve.wait()


def configuration(estate: OwnEstate, port: int) -> dict[str, object]:
    """What the control center is told: each data center is read every second."""
    return {
        "catalog": str(_CONFIG / "catalog.yaml"),
        "alerts": str(_CONFIG / "alerts.yaml"),
        "slos": str(_CONFIG / "slos"),
        "server": {"host": LOOPBACK, "port": port},
        "demo": True,
        "sources": [
            {
                "id": name,
                "kind": "exposition",
                "data_center": name,
                "url": f"http://{LOOPBACK}:{place}/metrics",
                "interval_seconds": 1,
            }
            for name, place in estate.ports.items()
        ],
    }


def _until_ready(estate: OwnEstate, port: int) -> None:
    deadline_s = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline_s:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise PartMissing("the control center", estate.words_of("serve"))
