"""How often a channel may speak, which deliveries go next, and how long a failure makes it wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.model import Level, Severity, Subject
from alerts.notify.outlet import Wants
from alerts.notify.pacing import RateLimit, TokenBucket
from alerts.notify.picking import Manner, pick, told
from alerts.notify.watchdog import stuck_channels
from outgoing.backoff import LONGEST_WAIT_MS, backoff_ms
from store.port import Store
from tests.alerts.notify.parts import CELL, T0_MS, delivery, notice, write


@given(st.lists(st.integers(0, 5_000), max_size=60), st.integers(1, 10), st.integers(1, 3_000))
def test_no_stretch_of_time_holds_more_than_burst_and_rate_allow(steps: list[int], burst: int, every_ms: int) -> None:
    """Whenever messages come: in any window at most burst + window / every."""
    bucket, now_ms = TokenBucket(RateLimit(burst, every_ms), 0), 0
    sent: list[int] = []
    for step in steps:
        now_ms += step
        if bucket.tokens(now_ms) > 0:
            assert bucket.wait_ms(now_ms) == 0
            bucket.take(now_ms)
            sent.append(now_ms)
        else:
            assert bucket.tokens(now_ms + bucket.wait_ms(now_ms)) == 1
    for first, begin in enumerate(sent):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + (sent[last] - begin) / every_ms


def test_a_failure_waits_longer_each_time_and_never_more_than_five_minutes() -> None:
    """Between half and all of 1, 2, 4 ... s; what the other side asks for is kept, an absurd wish is not."""
    assert [backoff_ms(n, 0.0) for n in (1, 2, 3, 30)] == [500, 1_000, 2_000, LONGEST_WAIT_MS // 2]
    assert backoff_ms(1_000_000, 0.999) <= LONGEST_WAIT_MS
    assert backoff_ms(1, 0.0, 7_000) == 7_000
    assert backoff_ms(1, 0.0, 10**12) == 3_600_000


def test_what_waits_is_picked_by_manner() -> None:
    """People get one group at a time while there are tokens, machines everything or each by itself."""
    waiting = [delivery("a", group="x"), delivery("b", group="y", queued_ms=T0_MS + 1), delivery("c", group="x")]
    now_ms = T0_MS + 10
    assert {each.id for each in pick(waiting, now_ms, 5, Manner.PEOPLE).now} == {"a", "c"}
    assert len(pick(waiting, now_ms, 1, Manner.PEOPLE).now) == 3
    assert len(pick(waiting, now_ms, 0, Manner.PEOPLE).limited) == 3
    assert len(pick(waiting, now_ms, 0, Manner.BULK).now) == 3
    assert len(pick(waiting, now_ms, 0, Manner.SINGLE).now) == 1


def test_nothing_due_tells_when_something_will_be() -> None:
    """And None when nothing waits at all."""
    later = delivery(next_attempt_ms=T0_MS + 700)
    assert pick([later], T0_MS, 5, Manner.PEOPLE).wait_ms == 700
    assert pick([], T0_MS, 5, Manner.PEOPLE).wait_ms is None


def test_of_a_group_the_newest_word_is_told() -> None:
    """The older one goes along with it."""
    old, new = delivery("a", group="x"), delivery("b", group="x", queued_ms=T0_MS + 1)
    assert told(pick([new, old], T0_MS + 5, 5, Manner.PEOPLE).now) == (new,)


def test_a_channel_hears_what_it_asked_for() -> None:
    """By severity, level, product and role; what holds the product is heard too."""
    assert Wants().takes(notice())
    assert not Wants(Severity.CALL).takes(notice(severity=Severity.PAGE))
    assert not Wants(levels=frozenset({Level.BANK})).takes(notice())
    assert Wants(products=frozenset({"other"})).takes(notice())
    assert not Wants(products=frozenset({"other"})).takes(notice(radius=CELL))
    assert Wants(products=frozenset({"weilidai"})).takes(notice(radius=Subject(Level.PRODUCT, "weilidai")))
    assert Wants(roles=frozenset({"lead"})).takes(notice(roles=("oncall", "lead")))
    assert not Wants(roles=frozenset({"lead"})).takes(notice(roles=("oncall",)))
    assert Wants(roles=frozenset({"lead"})).takes(notice())


def test_a_queue_that_is_stuck_is_named(store: Store) -> None:
    """Only what waits for longer than a minute counts."""
    write(
        store, delivery("a", last_error="away"), delivery("b"), delivery("c", channel="other", queued_ms=T0_MS + 50_000)
    )
    with store.reading() as reader:
        (stuck,) = stuck_channels(reader.journal(), T0_MS + 61_000)
        assert stuck_channels(reader.journal(), T0_MS + 30_000) == []
    assert (stuck.channel, stuck.waiting, stuck.oldest_ms, stuck.last_error) == ("door", 2, T0_MS, "away")
