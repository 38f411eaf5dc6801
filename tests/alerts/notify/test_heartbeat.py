"""The sign of life: there while fresh data are evaluated, away when they are not."""

from __future__ import annotations

import time

from alerts.notify.heartbeat import Heartbeat
from outgoing.posting import Poster
from outgoing.redaction import Redactor
from tests.alerts.notify.parts import Door, until


def test_it_beats_while_something_lives_and_stops_by_itself(at_the_door: Door) -> None:
    """And begins again when it lives again."""
    alive = [True]
    beat = Heartbeat(
        Poster(f"{at_the_door.url}/beat", Redactor()), every_seconds=0.02, alive=lambda: alive[0], method="GET"
    )
    beat.start()
    until(lambda: beat.beats >= 3)
    alive[0] = False
    until(lambda: "kept back" in beat.fault)
    before = len(at_the_door.rung)
    time.sleep(0.1)
    assert len(at_the_door.rung) == before
    alive[0] = True
    until(lambda: len(at_the_door.rung) > before)
    assert beat.stop()
    assert at_the_door.rung[0].method == "GET"
    assert beat.fault == ""


def test_a_beat_that_is_refused_is_told(at_the_door: Door) -> None:
    """With the host and the status, not the address."""
    at_the_door.answers = [(500, {}, b"")]
    beat = Heartbeat(Poster(f"{at_the_door.url}/secretpath", Redactor()), every_seconds=60, alive=lambda: True)
    beat.start()
    until(lambda: beat.fault != "")
    assert beat.stop()
    assert beat.fault == f"{at_the_door.url}/***: HTTP 500"
    assert beat.beats == 0


def test_who_comes_alive_beats_soon_and_not_after_a_whole_interval(at_the_door: Door) -> None:
    """At a restart nothing is evaluated yet when the first beat is due."""
    alive = [False]
    beat = Heartbeat(Poster(f"{at_the_door.url}/beat", Redactor()), every_seconds=3600, alive=lambda: alive[0])
    beat.start()
    until(lambda: "kept back" in beat.fault)
    alive[0] = True
    until(lambda: beat.beats == 1)
    assert beat.stop()
