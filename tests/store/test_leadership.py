"""Who holds a lease: decisions on made-up clocks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

from store.errors import StoreUnavailable
from store.leadership import Leadership, LeaseTiming, Lookout, clock_name, new_owner
from store.leases import NOBODY, Beat, Lease
from store.memory import MemoryStore

HERE = "here"
TTL_MS = 3_000
QUICK = LeaseTiming(ttl_ms=900, renew_ms=100)


def lease(at_ms: int, *, name: str = "dc1", clock: str = "elsewhere", token: int = 1) -> Lease:
    """Somebody else's lease as it was last beaten."""
    return Lease(name, "other", token, Beat(clock, at_ms))


class Hand:
    """A monotonic clock that is moved by hand."""

    def __init__(self, at_ms: int = 0) -> None:
        self.at_ms = at_ms

    def __call__(self) -> int:
        return self.at_ms


class FragileStore(MemoryStore):
    """A store that can be out of reach."""

    away = False

    def leases(self) -> dict[str, Lease]:
        if self.away:
            raise StoreUnavailable("here", "database is locked")
        return super().leases()


@pytest.fixture
def store() -> FragileStore:
    return FragileStore()


Member = Callable[..., Leadership]


def passed(hand: Hand, at_ms: int, standby: Leadership) -> None:
    """Time goes on, and the standby looks as often as it does."""
    while hand.at_ms < at_ms:
        hand.at_ms = min(at_ms, hand.at_ms + 250)
        standby.round()


@pytest.fixture
def member(store: FragileStore) -> Member:
    """Makes one collector's leadership on its own clock; it does nothing until ``round`` is called."""

    def made(owner: str, now_ms: Hand, clock: str = "", names: tuple[str, ...] = ("dc1", "dc2")) -> Leadership:
        timing = LeaseTiming(TTL_MS, 1_000)
        return Leadership(store, names, owner, timing, clock=clock or f"clock of {owner}", now_ms=now_ms)

    return made


def led(leadership: Leadership) -> list[str]:
    """What somebody reads."""
    return [name for name in ("dc1", "dc2") if leadership.token(name) is not None]


def test_a_lease_that_stands_still_for_a_ttl_is_stale() -> None:
    """Counted from our first look: the beat of another machine's clock says nothing about its age."""
    lookout = Lookout(HERE, TTL_MS)
    assert lookout.stale([lease(5)], 1_000_000) == []
    assert lookout.stale([lease(5)], 1_002_999) == []
    assert lookout.stale([lease(5)], 1_003_000) == [lease(5)]


def test_a_new_beat_starts_the_wait_anew() -> None:
    """Whatever number it shows: it only has to be another one."""
    lookout = Lookout(HERE, TTL_MS)
    lookout.stale([lease(5)], 0)
    assert lookout.stale([lease(4)], 2_900) == []
    assert lookout.stale([lease(4)], 5_899) == []
    assert lookout.stale([lease(4)], 5_900) == [lease(4)]


def test_a_beat_of_our_own_clock_tells_its_age_at_the_first_look() -> None:
    """A collector that is started again need not wait a whole ttl for its dead predecessor."""
    assert Lookout(HERE, TTL_MS).stale([lease(1_000, clock=HERE)], 4_000) == [lease(1_000, clock=HERE)]
    assert Lookout(HERE, TTL_MS).stale([lease(1_001, clock=HERE)], 4_000) == []


def test_a_beat_from_our_future_is_waited_for_like_a_strange_one() -> None:
    """It cannot be of our clock, whatever it claims."""
    lookout = Lookout(HERE, TTL_MS)
    assert lookout.stale([lease(9_000, clock=HERE)], 1_000) == []
    assert lookout.stale([lease(9_000, clock=HERE)], 4_000) == [lease(9_000, clock=HERE)]


def test_a_time_in_which_the_store_could_not_be_asked_does_not_count() -> None:
    """The holder may not have reached it either."""
    lookout = Lookout(HERE, TTL_MS)
    lookout.stale([lease(5), lease(0, name="dc2", clock=HERE)], 0)
    lookout.blinded(2_900)
    both = [lease(5), lease(0, name="dc2", clock=HERE)]
    assert lookout.stale(both, 3_000) == []
    assert lookout.stale(both, 6_000) == both


def test_a_lease_that_was_given_back_is_forgotten() -> None:
    """Its old standstill does not count for the next holder."""
    lookout = Lookout(HERE, TTL_MS)
    lookout.stale([lease(5)], 0)
    lookout.stale([], 1_000)
    assert lookout.stale([lease(5)], 3_500) == []


def test_the_first_collector_takes_everything_and_the_second_stands_by(member: Member) -> None:
    """Both are sure of it after one round."""
    one, two = member("a", Hand()), member("b", Hand())
    one.round()
    two.round()
    assert (led(one), led(two)) == (["dc1", "dc2"], [])
    assert two.holder("dc1") == "a"


def test_a_standby_takes_over_when_the_beats_stop(member: Member) -> None:
    """With new tokens; not a moment before the ttl has passed."""
    hand = Hand()
    one, two = member("a", hand), member("b", hand)
    one.round()
    two.round()
    old = one.token("dc1")
    hand.at_ms = TTL_MS - 1
    two.round()
    assert led(two) == []
    hand.at_ms = TTL_MS
    two.round()
    assert led(two) == ["dc1", "dc2"]
    assert (two.token("dc1") or 0) > (old or 0)


@pytest.mark.parametrize("skew_ms", [-3_600_000, 3_600_000])
@pytest.mark.parametrize("clock", ["shared", ""])
def test_a_skewed_clock_makes_no_second_writer(member: Member, skew_ms: int, clock: str) -> None:
    """An hour before or behind, and even under a name that pretends to be the same clock: while one beats, one reads.

    The pretender may take over once, when it is ahead; then the other one has lost and knows it at its next beat.
    """
    hand, skewed = Hand(10_000_000), Hand(10_000_000 + skew_ms)
    one, two = member("a", hand, clock), member("b", skewed, clock)
    changes = 0
    before: list[str] = []
    for _ in range(120):
        one.round()
        two.round()
        one.round()
        now = [owner for owner, leader in (("a", one), ("b", two)) if led(leader)]
        assert len(now) == 1
        changes += bool(before) and now != before
        before = now
        hand.at_ms += 1_000
        skewed.at_ms += 1_000
    assert changes == 0 if not clock else changes <= 1


def test_a_replaced_holder_learns_it_at_its_next_beat(member: Member, caplog: pytest.LogCaptureFixture) -> None:
    """One line, and it stands by like any other."""
    hand = Hand()
    one, two = member("a", hand), member("b", hand)
    one.round()
    two.round()
    passed(hand, 5_000, two)
    caplog.set_level(logging.INFO)
    caplog.clear()
    for _ in range(3):
        one.round()
    assert [record.getMessage() for record in caplog.records] == ["replaced, now standby: dc1, dc2 read by b"]
    assert led(one) == []
    assert one.holder("dc2") == "b"


def test_a_store_out_of_reach_changes_nothing(member: Member, store: FragileStore) -> None:
    """The holder goes on (the store would refuse it), the standby starts waiting anew; nothing crashes."""
    hand = Hand()
    one, two = member("a", hand), member("b", hand)
    one.round()
    two.round()
    store.away = True
    hand.at_ms = 10_000
    two.round()
    assert led(one) == ["dc1", "dc2"]
    store.away = False
    two.round()
    assert led(two) == []
    passed(hand, 13_000, two)
    assert led(two) == ["dc1", "dc2"]


def test_who_came_late_to_a_look_gives_the_holder_one_beat_more(member: Member) -> None:
    """A machine that slept, or was too busy: the holder that slept too keeps its lease, a dead one loses it."""
    hand = Hand()
    one, two = member("a", hand), member("b", hand)
    one.round()
    two.round()
    hand.at_ms = 60_000
    two.round()
    one.round()
    passed(hand, 62_900, two)
    assert led(one) == ["dc1", "dc2"]
    assert led(two) == []
    hand.at_ms = 120_000
    two.round()
    assert led(two) == []
    passed(hand, 121_000, two)
    assert led(two) == ["dc1", "dc2"]


def test_a_store_that_keeps_writers_waiting_costs_no_lease(member: Member, store: FragileStore) -> None:
    """The beat waited for the same turn: it comes first when the store is free again. Only once: who is dead loses."""
    hand = Hand()
    one, two = member("a", hand), member("b", hand)
    one.round()
    two.round()
    acquire = store.acquire

    def slow(*words: object, **more: object) -> dict[str, Lease]:
        hand.at_ms += 1_500
        return acquire(*words, **more)  # type: ignore[arg-type]

    store.acquire = slow  # type: ignore[method-assign]
    passed(hand, 3_000, two)
    assert led(two) == []
    one.round()
    two.round()
    assert led(one) == ["dc1", "dc2"]
    passed(hand, 12_000, two)
    assert led(two) == ["dc1", "dc2"]


def test_collectors_with_different_sources_share_a_store(member: Member) -> None:
    """Each source has a lease of its own."""
    one, two = member("a", Hand(), names=("dc1",)), member("b", Hand())
    one.round()
    two.round()
    assert (led(one), led(two)) == (["dc1"], ["dc2"])


def test_the_instances_of_a_server_have_its_lease(member: Member) -> None:
    """They come and go; the server is what is configured."""
    one = member("a", Hand(), names=("prom",))
    one.round()
    assert one.token("prom/10.0.0.1:9090") == one.token("prom") is not None


def test_names_of_processes_and_clocks() -> None:
    """A process has a name of its own; the clock is the same for all processes of a machine."""
    assert new_owner() != new_owner()
    assert clock_name() == clock_name()


def test_a_clean_end_hands_over_at_once(store: FragileStore) -> None:
    """Without waiting for the ttl."""
    slow = LeaseTiming(ttl_ms=60_000, renew_ms=100)
    one, two = Leadership(store, ["dc1"], "a", slow), Leadership(store, ["dc1"], "b", slow)
    one.start()
    two.start()
    one.stop()
    assert two.wait_for_all(2.0)
    two.stop()
    assert store.leases()["dc1"].owner == NOBODY


def test_a_holder_beats_on_time(store: FragileStore) -> None:
    """So often that a standby beside it never takes over."""
    one, two = Leadership(store, ["dc1"], "a", QUICK), Leadership(store, ["dc1"], "b", QUICK)
    one.start()
    two.start()
    first = store.leases()["dc1"].token
    seen = set()
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        seen.add(store.leases()["dc1"].beat)
        time.sleep(0.01)
    assert store.leases()["dc1"].token == first
    assert len(seen) >= 5
    one.stop()
    two.stop()
