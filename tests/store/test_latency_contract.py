"""What every store promises about histograms of how long requests took."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.errors import StaleWriter
from store.latency_records import LatencyBatch, LatencyGrowth, LatencySeries, LatencySlice
from store.port import Store
from store.records import Batch, Level, Read, Retention, Source

MIDNIGHT_S = 1_795_276_800  # 2026-11-22 00:00 in Shanghai
APPLY = LatencySeries("loan", "apply", "", ("0.1", "0.5", "+Inf"))
WIDER = APPLY._replace(bounds=("0.1", "1", "+Inf"))


@pytest.fixture
def watched(store: Store) -> Store:
    """A store that knows two data centers."""
    for name in ("dc1", "dc2"):
        store.register(Source(name, "exposition", name, 1000), 0)
    return store


def batch(store: Store, source: str, *rows: LatencyGrowth, state: bytes = b"seen") -> Batch:
    """An accepted page that brings rows."""
    read = Read(MIDNIGHT_S * 1000, collected=True)
    return Batch(source, store.resume(source).version, (read,), read.at_ms, latency=LatencyBatch(rows, state))


def kept(store: Store, level: Level, product: str = "loan") -> list[LatencySlice]:
    """Every slice of a level."""
    with store.reading() as reader:
        return reader.latency(level, 0, 2 * MIDNIGHT_S, product=product)


def test_two_sources_add_up_in_minutes_hours_and_days(watched: Store) -> None:
    """Also where one adds to a minute twice."""
    first, later = LatencyGrowth(MIDNIGHT_S, APPLY, (5, 1, 0)), LatencyGrowth(MIDNIGHT_S + 60, APPLY, (0, 0, 2))
    watched.commit(batch(watched, "dc1", first, later))
    watched.commit(batch(watched, "dc2", first))
    watched.commit(batch(watched, "dc1", first))

    minutes = [LatencySlice(MIDNIGHT_S, APPLY, (15, 3, 0)), LatencySlice(MIDNIGHT_S + 60, APPLY, (0, 0, 2))]
    assert kept(watched, Level.MINUTE) == minutes
    assert kept(watched, Level.HOUR) == kept(watched, Level.DAY) == [LatencySlice(MIDNIGHT_S, APPLY, (15, 3, 2))]
    assert kept(watched, Level.MINUTE, "card") == []


def test_other_bounds_never_mix(watched: Store) -> None:
    """A histogram whose buckets changed is another one."""
    watched.commit(batch(watched, "dc1", LatencyGrowth(MIDNIGHT_S, APPLY, (5, 1, 0))))
    watched.commit(batch(watched, "dc1", LatencyGrowth(MIDNIGHT_S, WIDER, (7, 0, 0))))

    assert [(each.series, each.counts) for each in kept(watched, Level.DAY)] == [(APPLY, (5, 1, 0)), (WIDER, (7, 0, 0))]


def test_a_minute_without_requests_is_kept_as_such(watched: Store) -> None:
    """It was observed, so it is not unknown."""
    watched.commit(batch(watched, "dc1", LatencyGrowth(MIDNIGHT_S, APPLY, (0, 0, 0))))

    assert kept(watched, Level.MINUTE) == [LatencySlice(MIDNIGHT_S, APPLY, (0, 0, 0))]


def test_the_memory_of_buckets_stays_until_it_is_replaced(watched: Store) -> None:
    """A commit without one leaves it alone."""
    assert watched.resume("dc1").latency is None
    watched.commit(batch(watched, "dc1", state=b"one"))
    watched.commit(replace(batch(watched, "dc1"), latency=None))
    assert (watched.resume("dc1").latency, watched.resume("dc2").latency) == (b"one", None)


def test_a_writer_that_lost_the_race_adds_nothing(watched: Store) -> None:
    """Neither counts nor memory."""
    stale = batch(watched, "dc1", LatencyGrowth(MIDNIGHT_S, APPLY, (5, 1, 0)))
    watched.commit(batch(watched, "dc1", state=b"newer"))

    with pytest.raises(StaleWriter):
        watched.commit(stale)
    assert (kept(watched, Level.MINUTE), watched.resume("dc1").latency) == ([], b"newer")


def test_each_level_goes_after_its_own_retention(watched: Store) -> None:
    """As the counts of requests do."""
    watched.commit(batch(watched, "dc1", LatencyGrowth(MIDNIGHT_S, APPLY, (5, 1, 0))))

    watched.prune(Retention({Level.MINUTE: 3600}), MIDNIGHT_S + 2 * 3600)
    assert (len(kept(watched, Level.MINUTE)), len(kept(watched, Level.HOUR))) == (0, 1)
