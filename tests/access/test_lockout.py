"""How often somebody may guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.errors import LockedOut
from access.lockout import DAY_MS, MINUTE_MS, PER_ADDRESS, PER_NAME, Tries, place_of_address, place_of_name

NOW_MS = 1_795_000_020_000


def failed(tries: Tries, times: int, now_ms: int) -> Tries:
    """So many failures on end."""
    for _ in range(times):
        tries = tries.charged(PER_NAME, now_ms)
    return tries


def test_five_failures_lock_for_a_quarter_of_an_hour_and_then_for_twice_as_long_each_time() -> None:
    tries, now_ms = Tries("name:1"), NOW_MS
    for minutes in (15, 30, 60, 120):
        tries = failed(tries, 5, now_ms)
        assert tries.until_ms == now_ms + minutes * MINUTE_MS
        with pytest.raises(LockedOut) as locked:
            tries.charged(PER_NAME, now_ms + 1)
        assert locked.value.seconds == minutes * 60
        now_ms = tries.until_ms


def test_a_lock_is_never_longer_than_a_day() -> None:
    tries = failed(replace(Tries("name:1"), locks=60, last_ms=NOW_MS), 5, NOW_MS)
    assert tries.until_ms == NOW_MS + DAY_MS


def test_a_day_without_a_failure_forgets_all() -> None:
    tries = failed(Tries("name:1"), 5, NOW_MS)
    later_ms = tries.until_ms + DAY_MS + 1
    assert failed(tries, 5, later_ms).until_ms == later_ms + 15 * MINUTE_MS


def test_an_address_may_fail_once_a_minute_for_ever() -> None:
    """A branch behind one address has many people who mistype."""
    tries = Tries("address:1")
    for minute in range(500):
        tries = tries.charged(PER_ADDRESS, NOW_MS + minute * MINUTE_MS)
    assert tries.until_ms == 0


def test_names_and_addresses_have_a_fixed_number_of_places() -> None:
    """Else every guessed name would leave a row; one customer's IPv6 addresses share a place."""
    assert place_of_name("Li") == place_of_name("li ")
    assert place_of_address("2001:db8::1") == place_of_address("2001:db8::ffff")
    assert place_of_address("10.0.0.1") != place_of_address("10.0.0.2")
    assert len(place_of_name("x" * 10_000)) == len("name:00000")
