"""Announced work: out of the availability and quiet, inside its window and for what it names."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.desk.errors import MaintenanceRefused
from alerts.desk.maintenance import Maintenance, announce, between, cancel, decode, encode, excluded, shorten
from slo.windows import Window
from store.journal import Document
from tests.alerts.desk.conftest import BEGIN_MS, Room, subject_of, words

BEGIN_S = BEGIN_MS // 1000 // 60 * 60


def window(from_s: int = 600, to_s: int = 4200, **given: Any) -> Maintenance:
    """An hour in dc3, ten minutes from now."""
    made = Maintenance(
        id="m1",
        title="new switches",
        reason="end of life",
        owner="wang",
        products=(),
        data_centers=("dc3",),
        from_s=BEGIN_S + from_s,
        to_s=BEGIN_S + to_s,
        announced_ms=0,
    )
    return replace(made, **given)


def ms(at_s: float) -> int:
    """An instant."""
    return BEGIN_S * 1000 + round(at_s * 1000)


def stored(room: Room) -> Maintenance:
    """The window as it is in the journal."""
    with room.store.reading() as reader:
        document = reader.journal().document("maintenance", "m1")
    assert document is not None
    return decode(document)


def tick(room: Room, at_s: float, *said: str) -> list[str]:
    """One tick at whole minutes of the clock."""
    return words(room.tick((ms(at_s) - BEGIN_MS) / 1000, *said))


def test_what_fails_inside_the_window_is_quiet_and_the_overrun_is_not(room: Room) -> None:
    """To the second in which the window ends."""
    room.write(announce(window(), ms(0)))
    assert tick(room, 700, "fires cliff p1/dc3", "fires cliff p2/dc3") == []
    assert {alert.maintenance for alert in room.desk.alerts()} == {"m1"}
    assert tick(room, 4199) == []
    assert tick(room, 4200) == ["firing/new CALL dc3"]


def test_a_failure_before_the_window_is_told(room: Room) -> None:
    """Announced is not begun."""
    room.write(announce(window(), ms(0)))
    assert tick(room, 599, "fires cliff p1/dc3") == ["firing/new CALL p1/dc3"]


def test_work_in_one_data_center_hides_nothing_elsewhere(room: Room) -> None:
    """Neither another data center nor the whole product."""
    room.write(announce(window(), ms(0)))
    tick(room, 700, "fires cliff p1/dc3")
    assert tick(room, 800, "fires cliff p1/dc4") == ["firing/new CALL p1/dc4"]
    assert tick(room, 900, "fires cliff p9") == ["firing/new CALL p9"]


def test_what_failed_and_ended_inside_is_never_told(room: Room) -> None:
    """Not even as over."""
    room.write(announce(window(), ms(0)))
    tick(room, 700, "fires cliff p1/dc3")
    tick(room, 800, "ends cliff p1/dc3")
    assert tick(room, 900) == []
    assert room.notices == []


@pytest.mark.parametrize(
    ("products", "centers", "subject", "covered"),
    [
        ((), ("dc3",), "p1/dc3", True),
        ((), ("dc3",), "p1/dc3/n1", True),
        ((), ("dc3",), "dc3", True),
        ((), ("dc3",), "source:dc3", True),
        ((), ("dc3",), "p1", False),
        ((), ("dc3",), "bank", False),
        (("p1",), (), "p1", True),
        (("p1",), (), "p1/dc5", True),
        (("p1",), (), "dc5", False),
        (("p1",), ("dc3",), "p1/dc3", True),
        (("p1",), ("dc3",), "p1", False),
        (("p1",), ("dc3",), "p2/dc3", False),
        (("p1",), ("dc3",), "source:dc3", False),
        ((), ("dc3",), "pipeline:queue", False),
    ],
)
def test_a_window_covers_what_lies_wholly_inside(
    products: tuple[str, ...], centers: tuple[str, ...], subject: str, covered: bool
) -> None:
    """A part of what an alert speaks of is not enough."""
    assert window(products=products, data_centers=centers).covers(subject_of(subject)) is covered


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "title is empty"),
        ({"reason": " "}, "reason is empty"),
        ({"owner": ""}, "owner is empty"),
        ({"data_centers": ()}, "name the products or the data centers"),
        ({"from_s": BEGIN_S + 601}, "must be whole minutes"),
        ({"to_s": BEGIN_S + 600}, "ends before it begins"),
        ({"from_s": BEGIN_S - 600}, "it began already; announce a window before it begins"),
        ({"from_s": BEGIN_S}, "it began already"),
        ({"to_s": BEGIN_S + 660 + 31 * 86400}, "longer than 31 days"),
    ],
)
def test_a_window_that_must_not_be_is_refused(change: dict[str, Any], reason: str) -> None:
    """In one line; a backdated one above all."""
    with pytest.raises(MaintenanceRefused, match=reason):
        announce(replace(window(), **change), ms(0))


def test_a_window_is_cancelled_before_it_begins_as_if_it_never_was(room: Room) -> None:
    """And then is over."""
    room.write(announce(window(), ms(0)))
    room.write(cancel(stored(room), "li", ms(300)))
    assert excluded([stored(room)], "p1", "dc3", Window(0, 2 * BEGIN_S)) == ()
    with pytest.raises(MaintenanceRefused, match="m1 is over"):
        cancel(stored(room), "li", ms(301))


def test_a_window_that_is_cancelled_while_it_runs_keeps_what_it_left_out(room: Room) -> None:
    """Up to the end of this minute."""
    room.write(announce(window(), ms(0)))
    room.write(cancel(stored(room), "li", ms(1230)))
    assert excluded([stored(room)], "p1", "dc3", Window(0, 2 * BEGIN_S)) == (Window(BEGIN_S + 600, BEGIN_S + 1260),)
    assert tick(room, 1300, "fires cliff p1/dc3") == ["firing/new CALL p1/dc3"]


def test_a_window_is_shortened_and_never_made_longer(room: Room) -> None:
    """Nor into the past, nor within a minute."""
    room.write(announce(window(), ms(0)))
    made = stored(room)
    room.write(shorten(made, BEGIN_S + 1800, "li", ms(1200)))
    assert stored(room).to_s == BEGIN_S + 1800
    for to_s, reason in ((4260, "only become shorter"), (1140, "cannot end in the past"), (1801, "whole minute")):
        with pytest.raises(MaintenanceRefused, match=reason):
            shorten(made, BEGIN_S + to_s, "li", ms(1200))


def test_a_window_reads_back_as_it_was_written() -> None:
    """With what it names."""
    made = window(products=("p1", "p2"))
    assert decode(Document("maintenance", "m1", 2, 0, True, encode(made))) == replace(made, version=2)


def test_windows_of_a_month_are_found_whether_they_are_over_or_not(room: Room) -> None:
    """Those that only touch it too; not those that were called off."""
    room.write(announce(window(id="over"), ms(0)))
    room.write(announce(window(id="off", from_s=1200), ms(0)))
    room.write(announce(window(id="later", from_s=9000, to_s=9060), ms(0)))
    with room.store.reading() as reader:
        off = reader.journal().document("maintenance", "off")
    assert off is not None
    room.write(cancel(decode(off), "li", ms(10)))
    with room.store.reading() as reader:
        asked = Window(BEGIN_S + 4140, BEGIN_S + 9000)
        assert [each.id for each in between(reader.journal(), asked)] == ["over"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20), st.integers(1, 10), st.sampled_from(["", "p1", "p2"]), st.sampled_from(["", "dc1"])
        ),
        max_size=6,
    )
)
def test_excluded_minutes_are_those_that_some_window_names(drawn: list[tuple[int, int, str, str]]) -> None:
    """Each once, cut at the edges of what is asked."""
    windows = [
        window(
            from_s=60 * begin,
            to_s=60 * (begin + length),
            products=(product,) if product else (),
            data_centers=(center,) if center else (),
        )
        for begin, length, product, center in drawn
    ]
    asked = Window(BEGIN_S + 120, BEGIN_S + 1200)
    found = excluded(windows, "p1", "dc1", asked)
    minutes = {at for each in found for at in range(each.from_s, each.to_s, 60)}
    wanted = {
        at
        for at in range(asked.from_s, asked.to_s, 60)
        if any(each.names("p1", "dc1") and each.from_s <= at < each.to_s for each in windows)
    }
    assert minutes == wanted
    assert all(one.to_s < two.from_s for one, two in pairwise(found))
