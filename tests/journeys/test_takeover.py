"""Two collectors on one store, as real processes: one reads, the other stands by, and the figures do not notice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from store.leadership import TAKEOVER_S
from tests.journeys.sites import Site, all_counted_once, found_site
from tests.store.postgres_server import postgres_child


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Two data centers at a billion transactions a day, no collector yet, a store in SQLite."""
    made = Site(tmp_path, tmp_path / "site.yaml")
    try:
        found_site(made)
        yield made
    finally:
        made.end()


@pytest.fixture(params=["sqlite", "postgres"])
def any_site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The same on every kind of store that several processes can share."""
    with ExitStack() as parts:
        address = "" if request.param == "sqlite" else parts.enter_context(postgres_child()).address("postgres")
        made = Site(tmp_path, tmp_path / "site.yaml", address)
        parts.callback(made.end)
        found_site(made)
        yield made


def two_collectors(site: Site, journey: Any) -> tuple[str, str]:
    """Started at the same time: the one that reads, and the one that stands by."""
    site.collect("one")
    site.collect("two")
    journey.until(lambda: site.commits() >= 6, 60, "one of them reads")
    reader = journey.until(site.reader, 60, "one of them holds every lease")
    standby = {"one": "two", "two": "one"}[reader]
    stands_by(site, standby, journey)
    return reader, standby


def stands_by(site: Site, owner: str, journey: Any) -> None:
    """Waits until a collector says that it is the standby."""
    journey.until(lambda: any("standby" in line for line in site.said(owner)), 60, f"{owner} stands by")


def seconds_to_a_commit(site: Site, journey: Any) -> float:
    """From now, when nobody reads any more, to the first commit."""
    since, before = time.monotonic(), site.commits()
    journey.until(lambda: site.commits() > before, 60, "somebody commits again")
    return time.monotonic() - since


@pytest.mark.alone  # it measures time
def test_a_standby_takes_over_within_seconds_of_a_kill(any_site: Site, journey: Any) -> None:
    """kill -9, then the first commit of the standby; what happened in between is in the counts."""
    site = any_site
    reader, standby = two_collectors(site, journey)
    took_s: list[float] = []
    for spare in ("three", "four", "five"):  # a machine that is busy with other things gets more than one chance
        site.collectors[reader].kill()
        site.collectors[reader].wait()
        took_s.append(seconds_to_a_commit(site, journey))
        assert site.reader() == standby
        if took_s[-1] <= TAKEOVER_S:
            break
        site.collect(spare)
        reader, standby = standby, spare
        stands_by(site, standby, journey)
    assert min(took_s) <= TAKEOVER_S, took_s
    assert all_counted_once(site)


def test_a_frozen_collector_that_wakes_up_writes_nothing(any_site: Site, journey: Any) -> None:
    """SIGSTOP, takeover, SIGCONT: it says in one line that it was replaced, and is a good standby from then on."""
    site = any_site
    reader, standby = two_collectors(site, journey)
    site.freeze(reader)
    journey.until(lambda: site.reader() == standby, 60, "the standby has the leases")
    tokens, before = site.tokens(), site.commits()
    journey.until(lambda: site.commits() > before + 1, 60, "the standby commits")
    site.collectors[reader].send_signal(signal.SIGCONT)
    journey.until(lambda: any("replaced" in line for line in site.said(reader)), 60, "it notices")
    time.sleep(2)
    assert (site.reader(), site.tokens()) == (standby, tokens)
    assert site.asked("SELECT source_id, at_ms FROM read GROUP BY source_id, at_ms HAVING count(*) > 1") == []
    assert sum("replaced" in line for line in site.said(reader)) == 1
    assert not any("Traceback" in line for line in site.said(reader))
    assert all_counted_once(site)
    site.collectors[standby].kill()
    journey.until(lambda: site.reader() == reader, 60, "back again")


def test_a_clean_end_hands_over_at_once(site: Site, journey: Any) -> None:
    """No silence to wait for: the leases are given back."""
    reader, standby = two_collectors(site, journey)
    site.collectors[reader].terminate()
    assert site.collectors[reader].wait(timeout=60) == 0
    assert reader not in site.owners()  # nobody waits for a ttl
    before = site.commits()
    journey.until(lambda: site.reader() == standby, 60, "the standby has the leases")
    journey.until(lambda: site.commits() > before + 2, 60, "and reads")
    assert all_counted_once(site)
