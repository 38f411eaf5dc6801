"""One data center fails: when does the journal have the transition, the wall show it, the door hear of it?"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from alerts.desk.desk import ALERT
from alerts.model import AlertKey
from benchmarks.detecting.demo import Demo
from benchmarks.detecting.door import Door
from benchmarks.detecting.peers import Pace

KILLED_EVERY_S = 7.2
"""A data center is killed again 43 s later: it is back after some 8, and what was told of it stands for 30 more."""
FAILING_EVERY_S = 20.5
"""At most three times in any minute: more, and the whole bank would burn, whose alert speaks for its data centers."""
ERRORS_OF_TRIALS = 4
"""One trial of so many is of errors."""
FAILING_S = 1.0
GIVE_UP_S = 9.0
LOOK_EVERY_S = 0.01
CALM_WITHIN_S = 90.0


class Kind(Enum):
    """How a data center fails, and the rule that tells of it."""

    ERRORS = "cliff"  # every request is answered with an error for a second
    KILLED = "unreachable"  # kill -9


@dataclass(frozen=True, slots=True)
class Trial:
    """Instants of the wall clock; None: not within nine seconds. ``pace``: of the peers beside it."""

    kind: Kind
    center: str
    began_s: float
    row_s: float | None
    wall_s: float | None
    door_s: float | None
    pace: Pace | None = None

    def seconds(self) -> tuple[float | None, float | None, float | None]:
        """From the failure to row, wall and door."""
        return tuple(None if at is None else at - self.began_s for at in (self.row_s, self.wall_s, self.door_s))


class Wall:
    """Looks at the snapshot as a browser does: over one connection, only for what is new."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        self._tag = ""
        self.content: dict[str, Any] = {}

    def look(self) -> dict[str, Any]:
        """The newest snapshot."""
        self._connection.request("GET", "/api/v1/snapshot", headers={"If-None-Match": self._tag})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status == http.client.OK:
            self._tag, self.content = answer.headers["ETag"], json.loads(body)
        return self.content

    def shows(self, kind: Kind, center: str) -> bool:
        """Whether an alert of this kind is on the wall for a data center: its own, or one that speaks for it."""
        shown = [each for each in self.look()["alerts"] if each["rule"] == kind.value]
        return any(
            center in (each["data_center"], *(place["data_center"] for place in each["causes"])) for each in shown
        )

    def all_fresh(self) -> bool:
        """Whether every data center is being read."""
        return all(each["state"] == "fresh" for each in self.look()["sources"])


@dataclass(frozen=True, slots=True)
class Part:
    """So many failures of one kind, from data center number ``first`` on, beside peers of one pace or none."""

    kind: Kind
    number: int
    first: int = 0
    pace: Pace | None = None


def trials(demo: Demo, door: Door, part: Part, told: Callable[[Trial], None]) -> list[Trial]:
    """The failures of a part, each of the next data center."""
    wall, draw, found, kind = Wall(demo.url), random.Random(4 + part.first), [], part.kind
    for number in range(part.first, part.first + part.number):
        center = list(demo.centers)[number % len(demo.centers)]
        until = time.monotonic() + (KILLED_EVERY_S if kind is Kind.KILLED else FAILING_EVERY_S)
        _wait_for_calm(wall, kind, center)
        time.sleep(draw.random())  # any phase of a second
        found.append(replace(_trial(demo, door, wall, kind, center), pace=part.pace))
        told(found[-1])
        time.sleep(max(0.0, until - time.monotonic()))
    return found


def planned(number: int, paces: Sequence[Pace]) -> list[Part]:
    """Trials shared out among the paces: first kill -9, which leaves nothing behind, then errors, whose lower tiers
    burn on for minutes: the page of those would tell of a kill among them, too."""
    errors = number // ERRORS_OF_TRIALS
    parts = []
    for kind, of_kind in ((Kind.KILLED, number - errors), (Kind.ERRORS, errors)):
        first, beside = 0, list(paces) or [None]
        for place, pace in enumerate(beside):
            share = len(range(place, of_kind, len(beside)))
            parts.append(Part(kind, share, first, pace))
            first += share
    return parts


def _wait_for_calm(wall: Wall, kind: Kind, center: str) -> None:
    """Until everything is read and the last alert of the same place is over."""
    deadline = time.monotonic() + CALM_WITHIN_S
    while not wall.all_fresh() or wall.shows(kind, center):
        if time.monotonic() > deadline:
            raise SystemExit(f"{center} did not become calm within {CALM_WITHIN_S:.0f} s")
        time.sleep(0.2)


def _trial(demo: Demo, door: Door, wall: Wall, kind: Kind, center: str) -> Trial:
    with demo.store.reading() as reader:
        newest = reader.journal().last_number()
    rings = len(door.rings)
    began_s = time.time()
    if kind is Kind.ERRORS:
        demo.fail(center, FAILING_S)
    else:
        demo.kill(center)
    row_s = wall_s = door_s = None
    while time.time() < began_s + GIVE_UP_S and None in (row_s, wall_s, door_s):
        row_s = row_s or _noted(_has_row(demo, newest, kind, center))
        wall_s = wall_s or _noted(wall.shows(kind, center))
        door_s = door_s or _rang(door, rings, kind, center)
        time.sleep(LOOK_EVERY_S)
    return Trial(kind, center, began_s, row_s, wall_s, door_s)


def _noted(seen: bool) -> float | None:
    return time.time() if seen else None


def _has_row(demo: Demo, newest: int, kind: Kind, center: str) -> bool:
    with demo.store.reading() as reader:
        rows = reader.journal().entries(kind=ALERT, after=newest)
    bodies = (json.loads(row.entry.body) for row in rows)
    return any(body["state"] == "firing" and _is_of(body["key"], kind, center) for body in bodies)


def _rang(door: Door, first: int, kind: Kind, center: str) -> float | None:
    for ring in door.rings[first:]:
        if ring.path == "/ours" and any(_tells(news["notice"], kind, center) for news in ring.content["news"]):
            return ring.at_s
    return None


def _tells(notice: dict[str, Any], kind: Kind, center: str) -> bool:
    return any(each["state"] == "firing" and _is_of(each["key"], kind, center) for each in notice["members"])


def _is_of(key: str, kind: Kind, center: str) -> bool:
    parsed = AlertKey.parse(key)
    return (parsed.rule, parsed.subject.data_center) == (kind.value, center)
